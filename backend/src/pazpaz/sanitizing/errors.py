"""What sanitizing says of a file it does not give back."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a file is refused; fixed words, safe to show."""

    DOES_NOT_DECODE = "does-not-decode"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_COSTLY = "too-costly"
    TOO_COMPLEX = "too-complex"
    ANIMATED = "animated"
    ACTIVE_CONTENT = "active-content"
    EMBEDDED_FILE = "embedded-file"
    ENCRYPTED = "encrypted"
    INFECTED = "infected"


class SanitizingError(Exception):
    """The file was not taken; nothing of it is in the exception."""


class WrongType(SanitizingError):  # noqa: N818 (named for what is said, as problems are)
    """The content is none of the three types, or is not what its sender says."""


class Rejected(SanitizingError):  # noqa: N818
    """The file is refused for good."""

    def __init__(self, reason: Reason) -> None:
        """One of the fixed words."""
        super().__init__(reason.value)
        self.reason = reason


class ScannerDown(SanitizingError):  # noqa: N818
    """The virus scanner gave no verdict, so none is given here."""
