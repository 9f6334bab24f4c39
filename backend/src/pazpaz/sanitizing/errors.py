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


class Removed(StrEnum):
    """What a clean file has no longer, and the one that was sent had; fixed words, safe to show."""

    SIGNATURE = "signature"
    PASSWORD = "password"  # noqa: S105 (it protected against changes; without the real one nothing is opened)
    SCRIPTS = "scripts"
    ATTACHMENTS = "attachments"
    ACTIONS = "actions"
    LINKS = "links"
    ANNOTATIONS = "annotations"


class SanitizingError(Exception):
    """The file was not taken; nothing of it is in the exception."""


class WrongType(SanitizingError):  # noqa: N818 (named for what is said, as problems are)
    """The content is none of the three types."""


class Rejected(SanitizingError):  # noqa: N818
    """The file is refused for good."""

    def __init__(self, reason: Reason) -> None:
        """One of the fixed words."""
        super().__init__(reason.value)
        self.reason = reason


class NoVerdict(SanitizingError):  # noqa: N818
    """Nothing is known of the file, and nothing against it; it may be sent again."""


class ScannerDown(NoVerdict):
    """The virus scanner gave no verdict, so none is given here."""


class MachineBusy(NoVerdict):
    """The child was not done in time, and had not had the seconds of CPU that a file may cost."""
