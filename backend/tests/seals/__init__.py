"""The audit log's seals."""
