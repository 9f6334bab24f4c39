"""The three types that are taken, known by their first bytes."""

import re
from enum import Enum

HEAD_BYTES = 32

# A byte order mark and line ends, as mailers and scanners leave them there. Readers look for %PDF far further in; a
# file that begins otherwise is something else as well.
_BEFORE_PDF = re.compile(rb"(?:\xef\xbb\xbf)?[\0\t\n\f\r ]{0,16}(?=%PDF-)")


class Kind(Enum):
    """A type: its name, and how it begins."""

    JPEG = ("image/jpeg", b"\xff\xd8\xff")
    PNG = ("image/png", b"\x89PNG\r\n\x1a\n")
    PDF = ("application/pdf", b"%PDF-")

    def __init__(self, content_type: str, magic: bytes) -> None:
        self.content_type = content_type
        self.magic = magic

    @classmethod
    def of(cls, head: bytes) -> "Kind | None":
        """Return the type of a file that begins so."""
        return next((kind for kind in cls if head.startswith(kind.magic)), None)

    @classmethod
    def sent(cls, head: bytes) -> "Kind | None":
        """Return the type of a file as people send it: whatever it is called, and with what may stand before a PDF."""
        return cls.PDF if _BEFORE_PDF.match(head) else cls.of(head)
