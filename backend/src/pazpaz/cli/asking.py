"""One HTTP/1.1 request at a time over a connection of its own, slowly enough to see what a proxy makes of it."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11

from pazpaz.cli.errors import CliError

SECONDS = 30.0
CONTINUE_SECONDS = 5.0
_PIECE = 65_536
_MOST = 1_000_000  # of an answer


@dataclass
class Answer:
    """What came back; `is_continued`: a 100 came first."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_continued: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether PazPaz wrote it, and not somebody on the way."""
        return "x-request-id" in self.headers

    @property
    def is_problem(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/problem+json")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a public address leads."""

    is_tls: bool
    host: str
    port: int
    name: str  # as a Host field has it

    @classmethod
    def of(cls, url: str) -> "Place":
        """CliError when it is no address of a whole site."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise CliError(f"{url}: {error}") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise CliError(f"{url}: give the address people open, such as https://pazpaz.example")
        if parts.path.strip("/") or parts.query or parts.username is not None:
            raise CliError(f"{url}: PazPaz stands at the root of its name: give the address without a path")
        is_tls = parts.scheme == "https"
        return cls(is_tls, parts.hostname, port or (443 if is_tls else 80), parts.netloc)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", *, expects: bool = False
    ) -> Answer:
        """Return the answer, also one that comes before all is sent; OSError or h11's where there is none."""
        more = {"Content-Length": str(len(body))} if body else {}
        more |= {"Expect": "100-continue"} if expects else {}
        told = {"Host": self.name, "Connection": "close", **headers, **more}
        with self._connected() as line:
            talk = _Talk(line)
            talk.send(h11.Request(method=method, target=path, headers=list(told.items())))
            if expects:
                talk.wait(CONTINUE_SECONDS)
            talk.send_body(body)
            return talk.finish()

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        with socket.create_connection((self.host, self.port), timeout=SECONDS) as plain:
            if not self.is_tls:
                yield plain
                return
            trust = ssl.create_default_context()
            trust.set_alpn_protocols(["http/1.1"])
            with trust.wrap_socket(plain, server_hostname=self.host) as line:
                yield line


class _Talk:
    """A request that is being sent while its answer may come already."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._state = h11.Connection(h11.CLIENT)
        self._answer = Answer()

    def send(self, event: h11.Event) -> None:
        self._line.sendall(self._state.send(event) or b"")

    def send_body(self, body: bytes) -> None:
        """Send it and its end; a server that has answered may have stopped listening."""
        if self._answer.status:
            return
        try:
            for at in range(0, len(body), _PIECE):
                self.send(h11.Data(data=body[at : at + _PIECE]))
            self.send(h11.EndOfMessage())
        except OSError:
            return  # what was answered is still to be read

    def wait(self, seconds: float) -> None:
        """Read until a 100, an answer, or the time is up."""
        self._line.settimeout(seconds)
        try:
            while not self._answer.is_continued and not self._answer.status:
                self._take(self._next())
        except TimeoutError:
            return
        finally:
            self._line.settimeout(SECONDS)

    def finish(self) -> Answer:
        while self._take(self._next()):
            pass
        return self._answer

    def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._state.next_event()) is h11.NEED_DATA:
            self._state.receive_data(self._line.recv(_PIECE))
        return event

    def _take(self, event: object) -> bool:
        """Take it in; false at the answer's end."""
        if isinstance(event, h11.InformationalResponse):
            self._answer.is_continued |= event.status_code == 100
        elif isinstance(event, h11.Response):
            self._answer.status = event.status_code
            self._answer.headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data) and len(self._answer.body) < _MOST:
            self._answer.body += event.data
        return isinstance(event, (h11.InformationalResponse, h11.Response, h11.Data))
