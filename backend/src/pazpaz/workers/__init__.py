"""The job worker."""
