"""Texts that notes are written with: note templates and snippets, a practice's or a person's own."""
