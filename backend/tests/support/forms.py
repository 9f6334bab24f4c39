"""Multipart bodies byte by byte, and sending them so that what was read of them can be counted."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx

from tests.support.files import png
from tests.support.practice import Practice

BOUNDARY = b"b0undary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY.decode()}"
DISPOSITION = b'form-data; name="file"; filename="photo.png"'
END = b"--" + BOUNDARY + b"--\r\n"


def block(data: bytes | None = None, *fields: bytes, disposition: bytes = DISPOSITION) -> bytes:
    """One part; `fields` are lines of its head beside the usual two."""
    head = [b"Content-Disposition: " + disposition, b"Content-Type: image/png", *fields]
    lines = b"".join(line + b"\r\n" for line in head)
    return b"--" + BOUNDARY + b"\r\n" + lines + b"\r\n" + (png() if data is None else data) + b"\r\n"


def form(data: bytes | None = None, *fields: bytes, disposition: bytes = DISPOSITION) -> bytes:
    """A whole form with one part."""
    return block(data, *fields, disposition=disposition) + END


def named(name: str) -> bytes:
    """The disposition a browser sends for a file of this name."""
    return b'form-data; name="file"; filename="' + name.encode() + b'"'


class Body:
    """Pieces of a body, and how many bytes of them were asked for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Nothing is asked for yet."""
        self._pieces = pieces
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.read += len(piece)
            yield piece


async def send(
    practice: Practice,
    session_id: object,
    body: bytes | AsyncIterator[bytes] | Body,
    *,
    length: int | None = None,
    kind: str | None = MULTIPART,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """The upload as bytes; a body in pieces has the length that is given, or none."""
    found: dict[str, Any] = dict(headers or {})
    if kind is not None:
        found["Content-Type"] = kind
    if length is not None:
        found["Content-Length"] = str(length)
    content: Any = aiter(body) if isinstance(body, Body) else body
    return await practice.request(
        "POST", f"/sessions/{session_id}/attachments", content=content, headers=found
    )
