"""Conflicts: text that came from a device and could not be applied, kept until somebody decides."""
