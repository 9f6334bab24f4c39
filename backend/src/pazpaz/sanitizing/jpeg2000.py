"""A JPEG 2000 picture inside a PDF: its boxes, without those that only describe."""

from pazpaz.sanitizing.errors import Reason, Rejected

_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
_CODESTREAM = b"\xff\x4f\xff\x51"
_KEPT = frozenset({b"jP  ", b"ftyp", b"rreq", b"jp2h", b"jp2c", b"jpch", b"jplh"})


def bare(content: bytes) -> bytes:
    """Without UUID, XML and other boxes that hold EXIF, GPS, XMP or anything else; a codestream stays as it is."""
    if content.startswith(_CODESTREAM):
        return content
    if not content.startswith(_SIGNATURE):
        raise Rejected(Reason.DOES_NOT_DECODE)
    parts: list[bytes] = []
    at = 0
    while at + 8 <= len(content):
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        elif size == 0:  # up to the end
            size = len(content) - at
        if size < 8 or at + size > len(content):
            raise Rejected(Reason.DOES_NOT_DECODE)
        if name in _KEPT:
            parts.append(content[at : at + size])
        at += size
    return b"".join(parts)
