"""The three types that are taken, known by their first bytes."""

from enum import Enum

MAGIC_BYTES = 8


class Kind(Enum):
    """A type: its name, how it begins, and what senders call it."""

    JPEG = ("image/jpeg", b"\xff\xd8\xff", ("jpg", "jpeg", "jfif"), ("image/jpeg", "image/jpg"))
    PNG = ("image/png", b"\x89PNG\r\n\x1a\n", ("png",), ("image/png",))
    # Readers look for %PDF further in too; a file that begins otherwise is something else as well.
    PDF = ("application/pdf", b"%PDF-", ("pdf",), ("application/pdf",))

    def __init__(
        self, content_type: str, magic: bytes, extensions: tuple[str, ...], claims: tuple[str, ...]
    ) -> None:
        self.content_type = content_type
        self.magic = magic
        self._extensions = extensions
        self._claims = claims

    @classmethod
    def of(cls, head: bytes) -> "Kind | None":
        """Return the type of a file that begins so."""
        return next((kind for kind in cls if head.startswith(kind.magic)), None)

    def agrees(self, claimed_type: str, extension: str) -> bool:
        """Whether the sender says the same, with the content type and with the name."""
        claimed = claimed_type.partition(";")[0].strip().lower()
        return claimed in self._claims and extension.lower().removeprefix(".") in self._extensions
