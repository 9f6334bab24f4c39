"""A client that sends bytes as they are, and the server process it talks to."""

import json
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

SECONDS = 10.0
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
GET = HEAD + b"\r\n"


@dataclass
class Answer:
    """One answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Client:
    """One connection; every wait ends after SECONDS."""

    def __init__(self, port: int, peer: str = "127.0.0.1") -> None:
        """Connect, from this address."""
        self.left = bytearray()
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS, (peer, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Self:
        self.socket.sendall(data)
        return self

    def send_until_refused(self, piece: bytes, times: int) -> int:
        """How often it was sent before the answer began to arrive or the server hung up."""
        for count in range(times):
            if select.select([self.socket], [], [], 0)[0]:
                return count
            try:
                self.socket.sendall(piece)
            except OSError:
                return count
        return times

    def send_bytewise(self, data: bytes) -> None:
        """Each byte in a packet of its own, until the answer begins to arrive."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(len(data)):
            if self.send_until_refused(data[at : at + 1], 1) == 0:
                return

    def sends_for(self, seconds: float) -> float:
        """How long the server takes a byte every 20 ms, at most so long."""
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            try:
                self.socket.sendall(b"x")
            except OSError:
                break
            time.sleep(0.02)
        return passed

    def answer(self) -> Answer:
        while b"\r\n\r\n" not in self.left:
            self._read()
        head, _, self.left = self.left.partition(b"\r\n\r\n")  # a bytearray: 16 MB come in many pieces
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        size = int(headers["content-length"])
        while len(self.left) < size:
            self._read()
        body, self.left = bytes(self.left[:size]), self.left[size:]
        return Answer(int(status.split(" ")[1]), headers, body)

    def _read(self) -> None:
        data = self.socket.recv(1 << 20)
        assert data, f"closed after {bytes(self.left[:200])!r}"
        self.left += data

    def is_closed(self) -> bool:
        """Wait for the end; False if something else comes first."""
        try:
            return not self.left and self.socket.recv(65536) == b""
        except ConnectionError:
            return True

    def problem(self, status: int, slug: str) -> Answer:
        """The problem document that ends this connection."""
        answer = self.answer()
        assert answer.status == status, answer
        document = answer.said
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["connection"] == "close"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"] == document["instance"]
        assert set(document) == {"type", "title", "status", "detail", "instance"}
        assert document["type"] == f"https://pazpaz.com/errors/{slug}"
        assert document["status"] == status
        assert self.is_closed()
        return answer


@dataclass
class Served:
    """A server process."""

    port: int
    process: subprocess.Popen[str]

    def client(self, peer: str = "127.0.0.1") -> Client:
        return Client(self.port, peer)

    def connections(self) -> int:
        """How many are open, without the one that asks."""
        with self.client() as client:
            answer = client.send(b"GET /state HTTP/1.1\r\nHost: localhost\r\n\r\n").answer()
            return int(answer.said["connections"]) - 1

    def wait_until_alone(self, seconds: float = SECONDS) -> bool:
        """Whether every other connection has ended in this time."""
        deadline = time.monotonic() + seconds
        while self.connections():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def forget_peak(self) -> int:
        """The memory it has now, in bytes; `peak` counts from here."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return self._status("VmRSS")

    def peak(self) -> int:
        """The most memory it has had since."""
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"{name}:\s+(\d+) kB", text)
        assert found is not None
        return int(found[1]) * 1024


@contextmanager
def served(**limits: float) -> Iterator[Served]:
    """A server with these limits; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("serving.py")), json.dumps(limits)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        with process.stdout:
            assert select.select([process.stdout], [], [], 30)[0], "the server does not start"
            yield Served(int(process.stdout.readline()), process)
    finally:
        process.kill()
        process.wait(SECONDS)
