"""The load generator: keep-alive HTTP/1.1 connections that each send the next request on an answer."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

_GRACE_SECONDS = 30.0
_LENGTH = b"content-length: "


class LoadError(Exception):
    """A connection ended before its answer."""


@dataclass
class Slice:
    """What one side did in one stretch of time."""

    seconds: float = 0.0
    load_cpu: float = 0.0
    nanoseconds: list[int] = field(default_factory=list[int])
    refused: list[bytes] = field(default_factory=list[bytes])

    @property
    def count(self) -> int:
        """Answered requests."""
        return len(self.nanoseconds)


class Connection(asyncio.Protocol):
    """One connection. It reads only what uvicorn writes: lower-case names and a content-length."""

    def __init__(self, requests: Iterator[bytes], into: Slice) -> None:
        self._requests = requests
        self._into = into
        self._deadline = self._sent = self._missing = 0
        self._head = b""
        self._status = b""
        self._keeps = False
        self._transport: asyncio.Transport | None = None
        self.body = b""
        self.finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's hook."""
        # uvloop's transport is one, but no instance of the class.
        self._transport = cast("asyncio.Transport", transport)

    def begin(self, deadline: int) -> None:
        """Send, and go on sending until the deadline."""
        self._deadline = deadline
        self._send()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def _send(self) -> None:
        assert self._transport is not None
        self._sent = time.perf_counter_ns()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        """Count the bytes of the answer, look at nothing but its head."""
        if self._missing:
            self._missing -= len(data)
            if self._keeps:
                self.body += data
        else:
            data = self._head + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._head = data
                return
            at = data.index(_LENGTH, 0, end + 2) + len(_LENGTH)
            length = int(data[at : data.index(b"\r\n", at)])
            self._head, self._status = b"", data[9:12]
            self._keeps = self._deadline == 0 or self._status != b"200"
            self.body = data[end + 4 :] if self._keeps else b""
            self._missing = end + 4 + length - len(data)
        if not self._missing:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter_ns()
        self._into.nanoseconds.append(now - self._sent)
        if self._status != b"200":
            self._into.refused.append(self._status + b" " + self.body[:300])
        if now < self._deadline:
            self._send()
        elif not self.finished.done():
            self.finished.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio's hook."""
        if not self.finished.done():
            self.finished.set_exception(LoadError(f"connection lost: {exc}"))


async def _connect(port: int, requests: Iterator[bytes], into: Slice) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(requests, into), "127.0.0.1", port)
    return connection


async def run(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Slice:
    """Keep `connections` requests in flight for this long; connecting is not measured."""
    done = Slice()
    clients = [await _connect(port, requests, done) for _ in range(connections)]
    cpu, started = time.process_time(), time.perf_counter()
    deadline = time.perf_counter_ns() + int(seconds * 1e9)
    try:
        for client in clients:
            client.begin(deadline)
        async with asyncio.timeout(seconds + _GRACE_SECONDS):
            await asyncio.gather(*(client.finished for client in clients))
    finally:
        for client in clients:
            client.close()
    done.seconds = time.perf_counter() - started
    done.load_cpu = time.process_time() - cpu
    return done


async def once(port: int, request: bytes) -> tuple[bytes, Slice]:
    """The body of one answer."""
    done = Slice()
    client = await _connect(port, iter([request]), done)
    client.begin(0)
    try:
        async with asyncio.timeout(_GRACE_SECONDS):
            await client.finished
    finally:
        client.close()
    return client.body, done
