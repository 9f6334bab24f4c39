"""What the command line itself fails with."""


class CliError(Exception):
    """One line that says what is wrong and what to do."""


class TryAgainError(Exception):
    """Whoever started the command is to start it again later; the cause says why."""
