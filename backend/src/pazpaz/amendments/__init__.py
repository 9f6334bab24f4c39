"""Amendments: dated addenda to finalized notes."""
