"""The one error of the embedded services: a line that says what is wrong and what to do."""


class EmbeddedError(Exception):
    """A service cannot run; the message is one line for a person."""
