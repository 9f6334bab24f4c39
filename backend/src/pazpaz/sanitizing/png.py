"""A PNG's chunks, without decoding: how big it is, and the file with only what its pixels need."""

from dataclasses import dataclass, field

from pazpaz.sanitizing.errors import Reason, Rejected
from pazpaz.sanitizing.kinds import Kind

_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP"})
_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_ANCILLARY = 0x20  # lower case


@dataclass(slots=True)
class Png:
    """What was found."""

    width: int = 0
    height: int = 0
    exif: bytes = b""
    # Only where neither a profile nor sRGB says what the numbers mean.
    gamma: bytes = b""
    parts: list[bytes] = field(default_factory=list[bytes])

    @property
    def content(self) -> bytes:
        return Kind.PNG.magic + b"".join(self.parts)


def read(content: bytes) -> Png:
    """Walk to IEND; what comes after it is left out."""
    found = Png()
    at, name, names = len(Kind.PNG.magic), b"", set[bytes]()
    while name != b"IEND":
        start = at + 8
        name = content[at + 4 : start]
        end = start + int.from_bytes(content[at : at + 4], "big")
        at = end + 4
        if at > len(content) or (name == b"IHDR") is bool(names):
            raise Rejected(Reason.DOES_NOT_DECODE)
        names.add(name)
        _take(found, name, content[start - 8 : at], content[start:end])
    if b"IDAT" not in names or not found.width or not found.height:
        raise Rejected(Reason.DOES_NOT_DECODE)
    if names & {b"iCCP", b"sRGB"}:
        found.gamma = b""
    return found


def _take(found: Png, name: bytes, chunk: bytes, body: bytes) -> None:
    if name in _ANIMATION:
        raise Rejected(Reason.ANIMATED)
    if name in _PIXELS:
        found.parts.append(chunk)
    elif not name[0] & _ANCILLARY:  # it cannot be shown without knowing what this means
        raise Rejected(Reason.DOES_NOT_DECODE)
    if name == b"IHDR":
        found.width, found.height = (int.from_bytes(body[at : at + 4], "big") for at in (0, 4))
    elif name == b"eXIf":
        found.exif = body
    elif name == b"gAMA" and len(body) == 4 and any(body):
        found.gamma = body
