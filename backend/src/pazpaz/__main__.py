"""`python -m pazpaz` is the `pazpaz` command."""

from pazpaz.cli.app import main

main()
