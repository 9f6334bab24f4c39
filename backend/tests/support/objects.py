"""A small S3 store in memory that does one thing wrong: what other stores are known to do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

LISTED_AT_ONCE = 1000


@dataclass
class Objects:
    """What the store holds, oldest first, and how it is wrong."""

    endpoint: str = ""
    lists_by_time: bool = False
    encrypts: bool = True
    heeds_conditions: bool = True
    ignores_prefix: bool = False
    held: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)

    def put(self, key: str, body: bytes = b"x", at: datetime | None = None) -> None:
        self.held.pop(key, None)
        self.held[key] = (body, at or datetime.now(UTC))

    def page(self, prefix: str, after: int) -> tuple[list[str], bool]:
        """From one number of its list on, and whether there is more."""
        found = [key for key in self.held if self.ignores_prefix or key.startswith(prefix)]
        if not self.lists_by_time:
            found.sort()
        return found[after : after + LISTED_AT_ONCE], len(found) > after + LISTED_AT_ONCE


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects: ClassVar[Objects]

    def _answer(self, status: HTTPStatus, body: bytes = b"", /, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _fail(self, status: HTTPStatus, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        _, _, key = unquote(parts.path).removeprefix("/").partition("/")
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "Authorization" not in self.headers:
            self._fail(HTTPStatus.FORBIDDEN, "AccessDenied")
        elif "delete" in query:
            self._delete(body)
        elif "list-type" in query:
            self._list(query)
        elif not key:
            self._answer(HTTPStatus.OK)
        elif self.command == "PUT":
            self._put(key, body)
        else:
            self._get(key)

    def _put(self, key: str, body: bytes) -> None:
        is_bound = self.objects.heeds_conditions and self.headers.get("If-None-Match") == "*"
        if is_bound and key in self.objects.held:
            self._fail(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed")
            return
        self.objects.put(key, body)
        asked = self.headers.get("x-amz-server-side-encryption")
        done = {"x_amz_server_side_encryption": asked} if asked and self.objects.encrypts else {}
        self._answer(HTTPStatus.OK, b"", ETag='"x"', **done)

    def _get(self, key: str) -> None:
        if key not in self.objects.held:
            self._fail(HTTPStatus.NOT_FOUND, "NoSuchKey")
            return
        body, at = self.objects.held[key]
        self._answer(HTTPStatus.OK, body, Last_Modified=format_datetime(at, usegmt=True))

    def _delete(self, body: bytes) -> None:
        for element in ET.fromstring(body).iter():
            if element.tag.endswith("Key"):
                self.objects.held.pop(element.text or "", None)
        self._answer(HTTPStatus.OK, b"<DeleteResult/>")

    def _list(self, query: dict[str, str]) -> None:
        after = int(query.get("continuation-token", "0"))
        keys, more = self.objects.page(query.get("prefix", ""), after)
        items = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{self.objects.held[key][1]:%Y-%m-%dT%H:%M:%SZ}"
            f"</LastModified><Size>{len(self.objects.held[key][0])}</Size></Contents>"
            for key in keys
        )
        token = f"<NextContinuationToken>{after + len(keys)}</NextContinuationToken>" if more else ""
        text = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{items}"
        self._answer(HTTPStatus.OK, f"<ListBucketResult>{text}</ListBucketResult>".encode())

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 (names of the library)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def store() -> Iterator[Objects]:
    """The store, on loopback, while it is asked."""
    objects = Objects()
    handler = type("Handler", (_Handler,), {"objects": objects})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    objects.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield objects
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
