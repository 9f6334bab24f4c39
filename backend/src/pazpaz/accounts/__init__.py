"""Workspaces, users, sign-in and API tokens."""
