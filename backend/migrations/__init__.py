"""Alembic migrations; they are written once and never import the application's code."""
