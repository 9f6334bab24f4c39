"""Digests: in the evening a clinician is told what comes tomorrow, what did not go out, and what is to be written."""
