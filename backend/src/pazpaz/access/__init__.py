"""Who looked at a client's data, and when: the audit log seen from one client."""
