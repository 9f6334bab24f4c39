"""What arrives on a connection: one request at a time, and none of it beyond a limit."""

import asyncio
import math
import re
from typing import ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pazpaz.core.base.errors import BadRequest, ContentTooLarge, Problem
from pazpaz.server.limits import Clock, Limits
from pazpaz.server.refusals import AddressTooLong, HeadersTooLarge

_END = b"\r\n\r\n"
_CHUNKED = -1
_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"expect"})
# The parser also takes HTTP/0.9, HTTP/2.0, RTSP, a fragment, and more than one space.
_REQUEST_LINE = re.compile(rb"[A-Z-]+ [!\"$-~]+ HTTP/1\.[01]\r\n")


class _SurplusError(Exception):
    """Bytes of a further request came in one piece with the end of a chunked body."""


class Intake(HttpToolsProtocol):
    """The reading half. A request is parsed only when the one before it is answered."""

    limits: ClassVar[Limits]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._clock = Clock(self.limits, self.loop.time())
        self._head = bytearray()  # of a request whose head is not complete
        self._held = bytearray()  # of requests after the one being answered
        self._body_left = 0  # declared and not here yet, or _CHUNKED
        self._body_seen = 0
        self._framing_seen = 0  # of chunks and trailers, since the last byte of a body
        self._in_body = False
        self._in_chunks = False
        self._deaf = False  # nothing more of this client is looked at

    def _refuse(self, problem: Problem) -> None:
        raise NotImplementedError

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        """Give the parser no more than one request, and none of it beyond a limit."""
        while data and not self._deaf:
            if self._in_body:
                data = self._read_body(data)
            elif self._is_answering():
                self._hold(data)
                return
            else:
                data = self._read_head(data)
        if data:
            self._note_progress(data)

    def _note_progress(self, data: bytes) -> None:
        self._clock.progress = self.loop.time()
        self._clock.body_seen += len(data)

    def _hold(self, data: bytes) -> None:
        self._held += data
        self.flow.pause_reading()
        if len(self._held) > self.limits.ahead:
            self._make_last()

    def _make_last(self) -> None:
        """Answer the request at hand and close."""
        self._fall_deaf()
        if self.cycle.response_complete:
            self.transport.close()
        self.cycle.keep_alive = False

    def _fall_deaf(self) -> None:
        self._deaf = True
        self._head.clear()
        self._held.clear()

    def _read_head(self, data: bytes) -> bytes:
        head = self._head
        if not head and data[0] in b"\r\n":
            return data.lstrip(b"\r\n")  # empty lines before a request line mean nothing (RFC 9112 2.2)
        before = bytes(head[1 - len(_END) :])  # the end may have begun in an earlier piece
        room = self.limits.head - len(head)
        end = (before + data if before else data).find(_END, 0, len(before) + room)
        if end < 0:
            self._read_partial_head(data, room)
            return b""
        size = end + len(_END) - len(before)
        part, rest = (data, b"") if size == len(data) else (data[:size], data[size:])
        if _REQUEST_LINE.match(head + part if head else part):
            self._feed(part)
            head.clear()
            return rest
        self._refuse(BadRequest())
        return b""

    def _read_partial_head(self, data: bytes, room: int) -> None:
        """Parse it as it arrives, so that nonsense is refused at once."""
        if not self._head:
            self._clock.began = self.loop.time()
        if len(data) <= room:
            self._head += data
            self._feed(data)
            return
        line = (self._head + data[:room]).find(b"\r\n")
        self._refuse(AddressTooLong() if line < 0 else HeadersTooLarge())

    def _read_body(self, data: bytes) -> bytes:
        left = self._body_left
        if left == _CHUNKED:
            self._read_chunks(data)
            rest = b""
        else:
            data, rest = (data, b"") if len(data) <= left else (data[:left], data[left:])
            self._body_left = left - len(data)
            self._feed(data)
        if self._in_body:
            self._note_progress(data)
        return rest

    def _read_chunks(self, data: bytes) -> None:
        seen = self._body_seen
        self._in_chunks = True
        self._feed(data)
        self._in_chunks = False
        # Sizes and trailers that go on and on without a byte of the body: the parser would keep them.
        self._framing_seen = self._framing_seen + len(data) if self._body_seen == seen else 0
        if self._in_body and self._framing_seen > self.limits.head:
            self._refuse(HeadersTooLarge())

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # nothing is upgraded: the request is answered as it stands
        except httptools.HttpParserError as error:
            cause = error.__context__
            if isinstance(cause, _SurplusError):
                self._make_last()
            else:
                self._refuse(cause if isinstance(cause, Problem) else BadRequest())

    # What the parser found

    def _should_upgrade(self) -> bool:
        return False

    def on_message_begin(self) -> None:
        """Begin a request; after a chunked body, where it ended is not known, so none may follow at once."""
        if self._in_chunks:
            raise _SurplusError
        self._body_left = self._body_seen = self._framing_seen = 0
        if not self.transport.get_write_buffer_size():
            self._clock.unread_since = math.inf
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self.url += url
        if len(self.url) > self.limits.target:
            raise AddressTooLong

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; one of a trailer comes after the application has read the head."""
        if self._in_body:
            return
        name = name.lower()
        self.headers.append((name, value))
        if name in _FRAMING:
            self._take_framing(name, value)

    def _take_framing(self, name: bytes, value: bytes) -> None:
        if name == b"expect":
            self.expect_100_continue = value.lower() == b"100-continue"
        elif name == b"content-length":
            self._body_left = int(value)  # the parser has refused all but digits, and a second one
            if self._body_left > self.limits.body:
                raise ContentTooLarge
        elif self._body_left or value.lower() != b"chunked":
            raise BadRequest  # no other coding, and none twice
        else:
            self._body_left = _CHUNKED

    def on_headers_complete(self) -> None:
        """Start the application, if the head is one that everybody reads the same way."""
        if len(self.headers) > self.limits.fields:
            raise HeadersTooLarge
        if not self.url.startswith(b"/") and not self._names_its_host():
            raise BadRequest
        if self._body_left:
            # The parser takes what follows an upgrade, and a chunked body in HTTP/1.0, for the next request.
            too_old = self._body_left == _CHUNKED and self.parser.get_http_version() == "1.0"
            if too_old or self.parser.should_upgrade():
                raise BadRequest
            self._clock.body_began = self._clock.progress = now = self.loop.time()
            self._clock.body_seen = 0
            if not self._head:
                self._clock.began = now
        super().on_headers_complete()
        self._in_body = True

    def _names_its_host(self) -> bool:
        """Whether a target in absolute form names the host that the Host field names."""
        hosts = [value for name, value in self.headers if name == b"host"]
        starts = tuple(scheme + b"://" + host + b"/" for host in hosts for scheme in (b"http", b"https"))
        return len(hosts) == 1 and self.url.startswith(starts)

    def on_body(self, body: bytes) -> None:
        self._body_seen += len(body)
        if self._body_seen > self.limits.body:
            raise ContentTooLarge
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request is all here."""
        self._in_body = False
        if self.cycle.response_complete:
            self._clock.rest(self.loop.time())
        super().on_message_complete()
