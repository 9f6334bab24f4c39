"""The file store as the rest of PazPaz uses it: off the event loop, within a time limit, or Unavailable."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, TypeVar
from uuid import UUID

import structlog
from botocore.exceptions import ClientError

from pazpaz.core.base import metrics
from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import Problem
from pazpaz.core.base.turns import Turns
from pazpaz.core.files.bucket import FAILURES, Bucket, BucketError, Stored, code_of

T = TypeVar("T")
TOTAL_SECONDS = 30
LINK_SECONDS = 900
RETRY_SECONDS = 5
_THREADS = 4
_CHECKED_AT_ONCE = 2  # of the threads, so that uploads do not wait for checks; a practice has one of them
log = structlog.get_logger(__name__)


class StorageUnavailable(Problem, status=503):
    """The file store does not answer right now; notes work as always. Try again shortly."""

    def __init__(self) -> None:
        """Ask to come back when the store has had time to start."""
        super().__init__(headers={"Retry-After": str(RETRY_SECONDS)})


class Storage:
    """One bucket. Keys hold ids and a sanitised name; nothing of them is logged."""

    def __init__(self, settings: Settings) -> None:
        """Nothing connects before the first call."""
        self._bucket = Bucket(settings)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="storage")
        self._checks = Turns(_CHECKED_AT_ONCE, per_owner=1)
        self._is_ready = False

    async def put(self, key: str, file: BinaryIO, size: int, content_type: str) -> None:
        """Store a file: when this returns it is there."""
        await self._prepared()
        await self._call("put", lambda: self._bucket.put(key, file, size, content_type))

    async def find(self, key: str, at_most: int) -> bytes | None:
        """Return a file whole, or None if there is none; of one that is larger than it may be, not all."""
        return await self._call("get", lambda: self._bucket.find(key, at_most))

    async def holds(self, owner: UUID, key: str, size: int, sha256: str) -> bool | None:
        """Whether these very bytes are there, read through in this practice's turn; None if nothing is."""
        async with self._checks.place(owner):
            return await self._call("check", lambda: self._bucket.holds(key, size, sha256))

    async def piece(self, owner: UUID, key: str, start: int, end: int) -> bytes:
        """Return a part of a file in this practice's turn; nothing of it if it is gone."""
        async with self._checks.place(owner):
            return await self._call("get", lambda: self._bucket.piece(key, start, end))

    async def keep(self, key: str, content: bytes) -> None:
        """Store a small object under a key that is taken once; one that is there already stays as it is."""
        await self._prepared()
        await self._call("put", lambda: self._bucket.keep(key, content))

    async def has(self, key: str) -> bool:
        await self._prepared()
        return await self._call("look", lambda: self._bucket.has(key))

    async def remove(self, *keys: str) -> None:
        """Delete objects; it does not mind those that are gone."""
        await self._call("remove", lambda: self._bucket.remove(keys))

    async def remove_below(self, prefix: str) -> None:
        """Delete every object whose key begins so."""
        async for page in self.pages(prefix):
            await self.remove(*(stored.key for stored in page))

    async def pages(self, prefix: str = "") -> AsyncIterator[list[Stored]]:
        """All objects in the order of their keys, a thousand at a time."""
        pages = self._bucket.pages(prefix)
        while (page := await self._call("list", lambda: next(pages, None))) is not None:
            yield page

    def link(self, key: str, filename: str, content_type: str) -> str:
        """Return a download that works for LINK_SECONDS; nothing is asked of the store here."""
        return self._bucket.link(key, filename, content_type, LINK_SECONDS)

    async def keep_trying(self) -> None:
        """Prepare the bucket, for as long as it takes; a public one stays closed."""
        while not self._is_ready:
            with contextlib.suppress(StorageUnavailable):
                await self._prepared()
            if not self._is_ready:
                await asyncio.sleep(RETRY_SECONDS)

    async def close(self) -> None:
        """Let go; a call that still waits for the store is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._bucket.close()

    async def _prepared(self) -> None:
        if not self._is_ready:
            await self._call("prepare", self._bucket.prepare)
            self._is_ready = True

    async def _call(self, what: str, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except BucketError as error:
            log.error("file store closed", cause=str(error))  # noqa: TRY400 (the line says it all)
        except FAILURES as error:
            self._note(what, error)
        raise StorageUnavailable

    def _note(self, what: str, error: Exception) -> None:
        """Without the error's own text, which holds the key."""
        cause = code_of(error) if isinstance(error, ClientError) else type(error).__name__
        if cause == "NoSuchBucket":
            self._is_ready = False
        metrics.STORAGE_FAILURES.labels(what).inc()
        log.warning("file store failed", what=what, cause=cause)
