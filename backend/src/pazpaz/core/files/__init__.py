"""Files: the S3 store, and where uploads wait."""
