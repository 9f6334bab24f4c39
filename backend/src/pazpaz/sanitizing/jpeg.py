"""A JPEG's segments, without decoding: how big it is, and the file with only what its pixels need."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pazpaz.sanitizing.errors import Reason, Rejected

MAX_SCANS = 64

_SOI, _EOI, _SOS, _DNL = 0xD8, 0xD9, 0xDA, 0xDC
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_PROGRESSIVE = 0xC2
_TABLES = frozenset({0xC4, 0xDB, 0xDD})  # DHT, DQT, DRI
_FRAMES = frozenset({0xC0, 0xC1, _PROGRESSIVE})  # baseline, extended
_OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
# In the picture's own data FF is followed by 00 or a restart; anything else there is the next segment.
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)
_AHEAD_BYTES = 8
# JFIF 1.02, one to one, no thumbnail.
_PLAIN_JFIF = b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"


@dataclass(slots=True)
class Jpeg:
    """What was found."""

    width: int = 0
    height: int = 0
    scans: int = 0
    is_progressive: bool = False
    exif: bytes = b""
    parts: list[bytes] = field(default_factory=list[bytes])
    has_end: bool = True

    @property
    def content(self) -> bytes:
        return b"".join((b"\xff\xd8", *self.parts, b"\xff\xd9"))

    @property
    def to_decode(self) -> bytes:
        """Without an end where there was none: whether anything is missing before it, the decoder is to say.

        It reads a little ahead. What comes in several passes is whole once the first is.
        """
        if self.has_end or (self.is_progressive and self.scans > 1):
            return self.content
        return b"".join((b"\xff\xd8", *self.parts, bytes(_AHEAD_BYTES)))


def read(content: bytes, *, keep_profile: bool) -> Jpeg:
    """Walk to the end of the picture; what comes after it is left out."""
    found = Jpeg()
    for marker, start, end in _segments(content, found):
        body = content[start:end]
        if marker in _FRAMES:
            _frame(found, body)
            found.is_progressive = marker == _PROGRESSIVE
        elif marker in _OTHER_FRAMES or marker == _DNL:
            raise Rejected(Reason.DOES_NOT_DECODE)
        elif marker == _SOS:
            found.scans += 1
        kept = _kept(found, marker, body, keep_profile=keep_profile)
        if kept is not None:
            found.parts.append(b"\xff" + bytes((marker,)) + (len(kept) + 2).to_bytes(2, "big") + kept)
        if marker == _SOS:
            # What fills before a marker is looked at once: a pattern of it would be tried at each byte of it.
            following = _MARKER.search(content, end)
            found.parts.append(content[end : following.start() if following else None].rstrip(b"\xff"))
    if not found.scans or not found.width or not found.height:
        raise Rejected(Reason.DOES_NOT_DECODE)
    if found.scans > MAX_SCANS:
        raise Rejected(Reason.TOO_COSTLY)
    return found


def _segments(content: bytes, found: Jpeg) -> Iterator[tuple[int, int, int]]:
    """Each segment's marker, and where its body begins and ends; the end of the picture, or of the file, ends it."""
    at = content.find(b"\xff\xd8\xff") + 2  # inside a PDF a line end may stand before it
    if at < 2:
        raise Rejected(Reason.DOES_NOT_DECODE)
    while True:
        marker = _MARKER.search(content, at)
        if marker is None:
            found.has_end = False
            return
        code = marker.group(1)[0]
        if code == _EOI:
            return
        start = marker.end() + 2
        end = marker.end() + int.from_bytes(content[marker.end() : start], "big")
        if code in {_SOI, 0x01} or end < start or end > len(content):
            raise Rejected(Reason.DOES_NOT_DECODE)
        yield code, start, end
        at = end


def _frame(found: Jpeg, body: bytes) -> None:
    if found.width or len(body) < 6:
        raise Rejected(Reason.DOES_NOT_DECODE)
    found.height, found.width = (int.from_bytes(body[at : at + 2], "big") for at in (1, 3))


def _kept(found: Jpeg, marker: int, body: bytes, *, keep_profile: bool) -> bytes | None:
    """Return what of a segment the pixels need: None for comments, EXIF, XMP, IPTC, thumbnails and the unknown."""
    if marker in _TABLES or marker in _FRAMES or marker == _SOS:
        return body
    if marker == _APP0 and body.startswith(b"JFIF\0"):
        return _PLAIN_JFIF
    if marker == _APP14 and body.startswith(b"Adobe"):
        return body[:12]
    if marker == _APP2 and body.startswith(b"ICC_PROFILE\0") and keep_profile:
        return body
    if marker == _APP1 and body.startswith(b"Exif\0\0") and not found.exif:
        found.exif = body
    return None
