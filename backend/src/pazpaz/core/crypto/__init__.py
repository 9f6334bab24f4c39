"""Keys and ciphers: data keys, what wraps them, what can be forgotten."""
