"""Reminders: who is reminded of which appointment, when, and what became of it."""
