"""The audit log's checkpoints."""
