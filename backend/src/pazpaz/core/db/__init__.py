"""The handle, and what it is made of: entities, statements, the engine, keys, the audit log."""
