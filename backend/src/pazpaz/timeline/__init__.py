"""One client's history across features: read-only, as JSON and for printing."""
