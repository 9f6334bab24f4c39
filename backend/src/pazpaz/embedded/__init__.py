"""PostgreSQL, Valkey, an S3 store and a mail catcher for one Linux machine, as child processes."""
