"""A ZIP that is handed on while it is written, so that it may be larger than memory."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Run = Callable[..., Awaitable[Any]]  # runs a function with its arguments off the event loop
OWNER_ONLY = 0o600 << 16  # as the upper half of a ZIP entry's attributes


class Tape:
    """A file that cannot seek: what was written to it since it was last taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """There is nothing behind it."""

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the ZIP, in parts."""

    name: str
    parts: AsyncIterator[bytes]


async def zipped(files: AsyncIterator[File], at: datetime, run: Run) -> AsyncIterator[bytes]:
    """Yield the ZIP of these files in pieces, all of them dated `at`; compressing is what `run` is given.

    All are deflated, which says where it ends: who reads a ZIP as a stream cannot know how long a stored file is.
    """
    tape = Tape()
    with ZipFile(cast("IO[bytes]", tape), "w") as archive:
        async for file in files:
            info = ZipInfo(file.name, at.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            info.external_attr = OWNER_ONLY
            with archive.open(info, "w") as entry:
                async for part in file.parts:
                    await run(entry.write, part)
                    if piece := tape.take():
                        yield piece
    yield tape.take()


class Sum:
    """Rows and hash of a file, for the manifest."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def add(self, part: bytes, rows: int) -> bytes:
        self.rows += rows
        self._hash.update(part)
        return part

    def shown(self) -> dict[str, object]:
        """For the manifest."""
        return {"rows": self.rows, "sha256": self._hash.hexdigest()}
