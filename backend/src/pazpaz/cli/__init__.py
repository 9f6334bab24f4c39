"""The `pazpaz` command."""
