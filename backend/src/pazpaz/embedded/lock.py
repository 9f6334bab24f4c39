"""One stack per data dir: a lock that this process and all of its services hold together."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.pids import is_same_process, started_at


class DataDirLock:
    """An flock whose descriptor every service inherits, so it is free only when the last of them has gone."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "lock"
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        if self._descriptor is None:
            raise EmbeddedError("the data dir is not locked")
        return self._descriptor

    def acquire(self, report: Callable[[str], None], *, patience_seconds: float = 30.0) -> None:
        """Take the lock; waits only for services that a dead stack has left shutting down."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            self._wait(descriptor, report, time.monotonic() + patience_seconds)
        except BaseException:
            os.close(descriptor)
            raise
        pid = os.getpid()
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{pid} {started_at(pid)}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = None

    def _wait(self, descriptor: int, report: Callable[[str], None], deadline: float) -> None:
        is_reported = False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = _living_owner(descriptor)
                if owner is not None:
                    raise EmbeddedError(
                        f"{self._path.parent} is in use by process {owner}: stop it, or pass another --data-dir"
                    ) from None
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"services of an earlier run still hold {self._path.parent}: stop them and try again"
                    ) from None
                if not is_reported:
                    report("Waiting for the services of an earlier run to finish")
                    is_reported = True
                time.sleep(0.05)
            else:
                return


def _living_owner(descriptor: int) -> int | None:
    try:
        pid, ticks = map(int, os.pread(descriptor, 64, 0).split())
    except ValueError:
        return None
    return pid if is_same_process(pid, ticks) else None
