"""Uploads: the one file of a multipart/form-data request (RFC 7578), streamed to a spool without a name."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import FileIO
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from pazpaz.core.base.errors import BadRequest, ContentTooLarge, InvalidInput, Problem
from pazpaz.core.files.spool import Spool
from pazpaz.core.http import problems
from pazpaz.core.http.deps import offered, resources_of

FIELD = "file"
ENVELOPE_BYTES = 65_536  # what may surround the file: boundaries and the part's own fields
_WRITE_BYTES = 262_144
_BOUNDARY_BYTES = 70  # RFC 2046, 5.1.1
_KIND_CHARACTERS = 256  # of the Content-Type; the parser takes milliseconds for some thousands
_ESCAPES = (("%0D", "\r"), ("%0A", "\n"), ("%22", '"'))  # as browsers write these in a file's name

REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FIELD],
                "additionalProperties": False,
                "properties": {FIELD: {"type": "string", "format": "binary"}},
            }
        }
    },
}

# Its messages quote what was sent.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


class LengthRequired(Problem, status=411):
    """Say how long the body is, with Content-Length."""


class FormRequired(Problem, status=415):
    """Send one file as multipart/form-data, in a field named file."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it was sent; `content` is the digest of its bytes, `digest` of its bytes, name and type together."""

    file: FileIO
    size: int
    filename: str
    content_type: str
    content: bytes
    digest: bytes


class Upload:
    """The request's file. Nothing is read before `receive`, so whoever may not send it need not be heard."""

    def __init__(self, request: Request, spool: Spool) -> None:
        """Check what the head of the request says."""
        self._request = request
        self._spool = spool
        self._file: FileIO | None = None
        self._owner: UUID | None = None
        self._received: Received | None = None
        told = request.headers.get("content-type", "")
        if len(told) > _KIND_CHARACTERS:
            raise FormRequired
        kind, options = parse_options_header(told)
        self._boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(self._boundary) <= _BOUNDARY_BYTES:
            raise FormRequired
        declared = request.headers.get("content-length", "")
        if not (declared.isascii() and declared.isdigit()):
            raise LengthRequired
        if int(declared[:20]) > spool.limit + ENVELOPE_BYTES:
            raise self._too_large()

    async def receive(self) -> Received:
        """Take the file in, once; a second call finds it where the first left it, at its start."""
        if self._received is None:
            self.close()
            self._owner = self._request.scope["workspace"]  # whoever sends a file is signed in
            self._file = self._spool.take(self._owner)
            self._received = await self._take_in(self._file)
        self._received.file.seek(0)
        return self._received

    def close(self) -> None:
        """Let the spooled file go."""
        if self._file is not None:
            self._spool.give_back(self._owner, self._file)
            self._file = None

    def _too_large(self) -> ContentTooLarge:
        return ContentTooLarge(max_file_size=self._spool.limit)

    async def _take_in(self, file: FileIO) -> Received:
        form, digest = _Form(self._boundary), hashlib.sha256()
        async for piece in self._pieces():
            form.feed(piece)
            if form.size > self._spool.limit:
                raise self._too_large()
            if len(form.pending) >= _WRITE_BYTES:
                await asyncio.to_thread(_write, file, digest, form.take())
        await asyncio.to_thread(_write, file, digest, form.take())
        filename, content_type = form.finish()
        content = digest.digest()
        digest.update(f"\0{filename}\0{content_type}".encode())
        return Received(file, form.size, filename, content_type, content, digest.digest())

    async def _pieces(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            yield message.get("body", b"")
            more = message.get("more_body", False)


def _write(file: FileIO, digest: Any, data: bytes) -> None:
    digest.update(data)
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


class _Form:
    """The parser's side: the bytes of the one file, its name and its type."""

    def __init__(self, boundary: bytes) -> None:
        self.pending = bytearray()
        self.size = 0
        self._files = 0
        self._ended = False
        self._name, self._value = b"", b""
        self._fields: dict[bytes, str] = {}
        self._filename = self._content_type = ""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_begin": self._header_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Parse a piece of the body."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise BadRequest from None

    def take(self) -> bytes:
        """Return the file's bytes since the last time."""
        taken = bytes(self.pending)
        self.pending.clear()
        return taken

    def finish(self) -> tuple[str, str]:
        """Return the file's name and type, once the form has ended."""
        if not self._ended:
            raise BadRequest
        if self._files != 1:
            raise InvalidInput.of(f"/{FIELD}", "is required")
        if self.size == 0:
            raise InvalidInput.of(f"/{FIELD}", "is empty")
        return self._filename, self._content_type

    def _begin(self) -> None:
        self._fields = {}

    def _header_begin(self) -> None:
        self._name, self._value = b"", b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        try:
            self._fields[self._name.lower()] = self._value.decode()
        except UnicodeDecodeError:
            raise BadRequest from None

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(_latin(self._fields.get(b"content-disposition", "")))
        if kind != b"form-data" or options.get(b"name") != FIELD.encode():
            raise problems.unknown_field(options.get(b"name", b"").decode("latin-1"))
        self._files += 1
        if self._files > 1:
            raise InvalidInput.of(f"/{FIELD}", "must be one file")
        if not options.get(b"filename"):
            raise InvalidInput.of(f"/{FIELD}", "must be a file with a name")
        name = options[b"filename"].decode()
        for written, meant in _ESCAPES:
            name = name.replace(written, meant)
        self._filename = name
        self._content_type = self._fields.get(b"content-type", "").partition(";")[0].strip().lower()

    def _data(self, data: bytes, start: int, end: int) -> None:
        self.size += end - start
        self.pending += memoryview(data)[start:end]

    def _end(self) -> None:
        self._ended = True


def _latin(text: str) -> str:
    """Return the library encodes what it found as Latin-1; UTF-8 passes through it as bytes."""
    return text.encode().decode("latin-1")


@offered
async def upload_of(request: Request) -> Upload:
    """Return the request's file; a second attempt at the request finds what the first received."""
    found: Upload | None = request.scope.get("upload")
    if found is None:
        found = request.scope["upload"] = Upload(request, resources_of(request).spool)
    return found


UploadedFile = Annotated[Upload, Depends(upload_of)]
