"""Pictures put together by hand: segments and chunks that no encoder writes."""

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


@cache
def picture(mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Soft colours with a dark top left corner, so that every turn shows."""
    ramp = Image.linear_gradient("L").resize(size)
    bands = [ramp, ramp.transpose(Image.Transpose.ROTATE_180), ramp.point(lambda value: value // 2 + 64)]
    image = Image.merge("RGB", bands)
    image.paste((10, 20, 30), (0, 0, size[0] // 3, size[1] // 4))
    if mode in {"RGBA", "LA"}:
        image = image.convert(mode)
        image.putalpha(ramp)
        return image
    if mode == "I;16":
        wide = Image.new("I;16", size)
        wide.putdata([(x * 257 + y * 31) % 65536 for y in range(size[1]) for x in range(size[0])])
        return wide
    return image if mode == "RGB" else image.convert(mode)


def encoded(kind: str, mode: str = "RGB", size: tuple[int, int] = (96, 64), **options: Any) -> bytes:
    """By Pillow."""
    out = BytesIO()
    picture(mode, size).save(out, kind, **options)
    return out.getvalue()


def segment(code: int, body: bytes) -> bytes:
    return bytes((0xFF, code)) + (len(body) + 2).to_bytes(2, "big") + body


def jpeg_with(*segments: bytes, **options: Any) -> bytes:
    """A JPEG with more segments after its first."""
    plain = encoded("JPEG", **options)
    return plain[:20] + b"".join(segments) + plain[20:]


def chunk(name: bytes, body: bytes, *, checksum: int | None = None) -> bytes:
    found = zlib.crc32(name + body) if checksum is None else checksum
    return len(body).to_bytes(4, "big") + name + body + found.to_bytes(4, "big")


def header(width: int, height: int, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def png(*chunks: bytes) -> bytes:
    return PNG_HEAD + b"".join(chunks) + chunk(b"IEND", b"")


def png_with(*chunks: bytes, **options: Any) -> bytes:
    """A PNG with more chunks after its first."""
    plain = encoded("PNG", **options)
    return plain[:33] + b"".join(chunks) + plain[33:]


def tiff(orientation: int = 1, more: bytes = b"") -> bytes:
    """EXIF's own form: one tag, and whatever comes behind."""
    return b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + bytes(4) + more


def exif(orientation: int = 1, more: bytes = b"") -> bytes:
    """As a JPEG has it."""
    return segment(0xE1, b"Exif\0\0" + tiff(orientation, more))


def resized(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPEG with other dimensions in its frame."""
    at = next(jpeg.index(bytes((0xFF, code))) for code in (0xC0, 0xC2) if bytes((0xFF, code)) in jpeg)
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def scans(width: int, height: int, count: int) -> bytes:
    """A progressive JPEG of nothing with that many scans over all of it, each of a few bytes."""
    frame = segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    tables = segment(0xDB, b"\0" + bytes((1,) * 64))
    # One code of one bit: end of band for as many blocks as 14 more bits say.
    codes = segment(0xC4, b"\x10" + bytes((1,)) + bytes(15) + b"\xe0")
    first = segment(0xC4, b"\0" + bytes((1,)) + bytes(15) + b"\0")
    blocks = -(-width // 8) * -(-height // 8)
    flat = bytes(-(-blocks // 8))
    body = segment(0xDA, b"\x01\x01\x00\x00\x00\x00") + flat
    runs = bytes(-(-(blocks // 16383 + 1) * 15 // 8))
    for number in range(1, count):
        body += segment(0xDA, b"\x01\x01\x00" + bytes((number % 63 + 1, number % 63 + 1, 0))) + runs
    return b"\xff\xd8" + tables + first + codes + frame + body + b"\xff\xd9"
