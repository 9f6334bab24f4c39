"""A small offline client: notes wait in an encrypted file and are synced when there is a connection."""
