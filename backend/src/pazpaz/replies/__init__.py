"""Replies: a client's answer that changes a therapist's day is mailed to them at once."""
