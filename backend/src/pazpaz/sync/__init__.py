"""Offline sync: notes that devices wrote without a connection."""
