"""Checkpoints over the audit log: a signed chain of Merkle trees, and finding what was changed behind it."""
