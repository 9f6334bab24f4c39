"""Takes a file through its type, the scanner and a child process, and gives back a clean one."""

import asyncio
import hashlib
import os
import tempfile
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from pazpaz.screening import process
from pazpaz.screening.clamd import Clamd
from pazpaz.screening.errors import Busy, Reason, Rejected, WrongType
from pazpaz.screening.kinds import MAGIC_BYTES, Kind

_WAIT_SECONDS = 30.0


def private_file(folder: Path) -> FileIO:
    """A file without a name: whatever happens to this process, it leaves nothing behind."""
    # TemporaryFile asks for O_TMPFILE, and where the file system has none it unlinks at once.
    return tempfile.TemporaryFile(dir=folder, buffering=0)


@dataclass(frozen=True, slots=True)
class Clean:
    """A file that may be stored: written anew, without what was not needed to show it."""

    content_type: str
    size: int
    sha256: str
    file: FileIO

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


class Screener:
    """Screens files, at most `workers` at a time."""

    def __init__(self, spool_dir: Path, *, clamd: Clamd | None = None, workers: int = 2) -> None:
        """`spool_dir` is a private folder on a disk with room for `workers` clean files."""
        self._spool_dir = spool_dir
        self._clamd = clamd
        self._places = asyncio.Semaphore(workers)

    async def screen(self, source: FileIO, *, claimed_type: str, extension: str) -> Clean:
        """The clean file; WrongType, Rejected, ScannerDown or Busy. The source stays its owner's to close."""
        descriptor = source.fileno()
        kind = Kind.of(os.pread(descriptor, MAGIC_BYTES, 0))
        if kind is None or not kind.agrees(claimed_type, extension):
            raise WrongType
        if self._clamd is not None:
            await self._clamd.scan(descriptor)
        await self._take_place()
        try:
            return await self._clean(kind, descriptor)
        finally:
            self._places.release()

    async def _take_place(self) -> None:
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Busy from None

    async def _clean(self, kind: Kind, descriptor: int) -> Clean:
        output = private_file(self._spool_dir)
        try:
            _judge(await process.run(kind, descriptor, output.fileno()), kind, output.fileno())
            size = os.fstat(output.fileno()).st_size
            sha256 = await asyncio.to_thread(_digest, output)
        except BaseException:
            output.close()
            raise
        return Clean(kind.content_type, size, sha256, output)


def _judge(ended: process.Ended, kind: Kind, output: int) -> None:
    if ended.was_stopped:
        raise Rejected(Reason.TOO_COSTLY)
    # The child may have been made to lie: that its file is of the same type is looked up here.
    if ended.word == process.DONE and Kind.of(os.pread(output, MAGIC_BYTES, 0)) is kind:
        return
    try:
        reason = Reason(ended.word.decode())
    except ValueError:  # it crashed, or said something of its own
        reason = Reason.DOES_NOT_DECODE
    raise Rejected(reason)


def _digest(file: FileIO) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest
