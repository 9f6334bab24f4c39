"""Small files made by code, and sending one to a note."""

import struct
import zlib
from typing import Any

import httpx

from tests.support.practice import Practice


def png(width: int = 8, height: int = 8, colour: bytes = b"\x20\x80\xc0", *chunks: bytes) -> bytes:
    """A PNG of one colour; `chunks` come before the image data."""
    rows = (b"\0" + colour * width) * height
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + data + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def part(name: str = "photo.png", data: bytes | None = None, kind: str = "image/png") -> dict[str, Any]:
    """The `files` of a request."""
    return {"file": (name, png() if data is None else data, kind)}


async def attach(practice: Practice, session_id: str, **options: Any) -> httpx.Response:
    """Send a file to a note."""
    return await practice.request("POST", f"/sessions/{session_id}/attachments", files=part(**options))


async def make_attachment(practice: Practice, session_id: str, **options: Any) -> dict[str, Any]:
    """The JSON of a file that was taken."""
    response = await attach(practice, session_id, **options)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made
