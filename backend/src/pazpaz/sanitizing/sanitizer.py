"""Takes a file through its type, the scanner and a child process, and gives back a clean one."""

import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import Hashable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from pazpaz.sanitizing import process
from pazpaz.sanitizing.clamd import Clamd
from pazpaz.sanitizing.errors import MachineBusy, Reason, Rejected, Removed, WrongType
from pazpaz.sanitizing.kinds import HEAD_BYTES, Kind


class Slots(Protocol):
    """What says how many children run at once, and whose is next."""

    async def take(self, owner: Hashable) -> None:
        """Wait for a place."""

    def give_back(self, owner: Hashable, seconds: float) -> None:
        """Leave it, having used so many seconds of CPU."""


def private_file(folder: Path) -> FileIO:
    """Return a file without a name: whatever happens to this process, it leaves nothing behind."""
    # TemporaryFile asks for O_TMPFILE, and where the file system has none it unlinks at once.
    return tempfile.TemporaryFile(dir=folder, buffering=0)


MAX_PREVIEW_BYTES = 262_144  # some 50,000 is usual


@dataclass(frozen=True, slots=True)
class Preview:
    """A small JPEG of a picture."""

    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Clean:
    """A file that may be stored: written anew, without what was not needed to show it."""

    content_type: str
    size: int
    sha256: str
    file: FileIO
    preview: Preview | None
    removed: tuple[Removed, ...]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


class Sanitizer:
    """Sanitizes files, at most as many at a time as there are places."""

    def __init__(self, spool_dir: Path, places: Slots, *, clamd: Clamd | None = None) -> None:
        """`spool_dir` is a private folder on a disk with room for a clean file in each place."""
        self._spool_dir = spool_dir
        self._clamd = clamd
        self._places = places

    async def sanitize(self, source: FileIO, owner: Hashable) -> Clean:
        """Return the clean file; WrongType, Rejected or NoVerdict. The source stays whose it is to close.

        `owner` is whose turn it takes; what its child costs is counted against it.
        """
        descriptor = source.fileno()
        kind = Kind.sent(os.pread(descriptor, HEAD_BYTES, 0))
        if kind is None:
            raise WrongType
        if self._clamd is not None:
            await self._clamd.scan(descriptor)
        output = private_file(self._spool_dir)
        try:
            with private_file(self._spool_dir) as small:
                outputs = output.fileno(), small.fileno()
                ended = await self._cleaned(owner, kind, descriptor, outputs)
                removed = _judge(ended, kind, output.fileno())
                preview = _preview(small.fileno())
            size = os.fstat(output.fileno()).st_size
            sha256 = await asyncio.to_thread(_digest, output)
        except BaseException:
            output.close()
            raise
        return Clean(kind.content_type, size, sha256, output, preview, removed)

    async def _cleaned(
        self, owner: Hashable, kind: Kind, source: int, outputs: tuple[int, int]
    ) -> process.Ended:
        await self._places.take(owner)
        began, cpu = time.monotonic(), None
        try:
            ended = await process.run(kind, source, *outputs)
            cpu = ended.usage.ru_utime + ended.usage.ru_stime
        finally:
            # Who hangs up meanwhile has used the place for so long, at least.
            self._places.give_back(owner, time.monotonic() - began if cpu is None else cpu)
        return ended


def _judge(ended: process.Ended, kind: Kind, output: int) -> tuple[Removed, ...]:
    """Return what the child took away; MachineBusy or Rejected when there is no clean file."""
    if ended.is_late:
        raise MachineBusy
    if ended.was_stopped:
        raise Rejected(Reason.TOO_COSTLY)
    word, *removed = ended.words
    try:
        # The child may have been made to lie: that its file is of the same type is looked up here.
        if word == process.DONE and Kind.of(os.pread(output, HEAD_BYTES, 0)) is kind:
            return tuple(sorted({Removed(name) for name in removed}))
        reason = Reason(word)
    except ValueError:  # it crashed, or said something of its own
        reason = Reason.DOES_NOT_DECODE
    raise Rejected(reason)


def _preview(descriptor: int) -> Preview | None:
    """Return what the child made; that it is a JPEG, and small, is looked up here."""
    content = os.pread(descriptor, MAX_PREVIEW_BYTES + 1, 0)
    if len(content) > MAX_PREVIEW_BYTES or Kind.of(content) is not Kind.JPEG:
        return None
    return Preview(content, hashlib.sha256(content).hexdigest())


def _digest(file: FileIO) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest
