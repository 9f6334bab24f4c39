"""Erasing one client's record: what the law lets go, after days in which it can be taken back."""
