"""A small client of ClamAV's daemon: one INSTREAM per file; no clear answer means no verdict."""

import asyncio
import os
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from pazpaz.sanitizing.errors import Reason, Rejected, ScannerDown

_CONNECT_SECONDS = 2.0
_TOTAL_SECONDS = 30.0
_CHUNK_BYTES = 65_536
_ANSWER_BYTES = 1_024
_PORT = 3310


@dataclass(frozen=True, slots=True)
class Clamd:
    """Where clamd listens: a path, or a host and a port."""

    path: str | None = None
    host: str = ""
    port: int = _PORT

    @classmethod
    def of(cls, url: str) -> Self:
        """From `tcp://host:port` or `unix:///path`."""
        parts = urlsplit(url)
        if parts.scheme == "unix":
            return cls(path=parts.path)
        return cls(host=parts.hostname or "", port=parts.port or _PORT)

    async def ping(self) -> None:
        """Raise ScannerDown unless it answers."""
        if await self._ask(b"zPING\0", None) != b"PONG":
            raise ScannerDown

    async def scan(self, descriptor: int) -> None:
        """Raise Rejected when it finds something, ScannerDown when it does not say that the file is fine."""
        answer = await self._ask(b"zINSTREAM\0", descriptor)
        if answer.endswith(b" FOUND"):
            raise Rejected(Reason.INFECTED)
        # Also a file above clamd's own size limit ends here: it has not looked at all of it.
        if answer != b"stream: OK":
            raise ScannerDown

    async def _ask(self, command: bytes, descriptor: int | None) -> bytes:
        try:
            async with asyncio.timeout(_TOTAL_SECONDS):
                reader, writer = await self._connect()
                try:
                    writer.write(command)
                    if descriptor is not None:
                        await _send(writer, descriptor)
                    await writer.drain()
                    return (await reader.readuntil(b"\0")).removesuffix(b"\0")
                finally:
                    writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise ScannerDown from None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(_CONNECT_SECONDS):
            if self.path is not None:
                return await asyncio.open_unix_connection(self.path, limit=_ANSWER_BYTES)
            return await asyncio.open_connection(self.host, self.port, limit=_ANSWER_BYTES)


async def _send(writer: asyncio.StreamWriter, descriptor: int) -> None:
    """Send the file in pieces, each with its length; a length of nought ends it."""
    offset = 0
    while piece := os.pread(descriptor, _CHUNK_BYTES, offset):
        writer.write(len(piece).to_bytes(4, "big") + piece)
        await writer.drain()
        offset += len(piece)
    writer.write(bytes(4))
