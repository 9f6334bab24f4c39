"""Arq's worker as PazPaz runs it: it ends in time and with 0 when it is stopped, with one line when it fails."""

import asyncio
import contextlib
from collections.abc import Awaitable
from signal import Signals
from typing import Any

import arq.worker
import asyncpg
from redis.exceptions import RedisError

from pazpaz.core.base.errors import Problem
from pazpaz.core.base.logging import frames_only
from pazpaz.core.db.engine import DatabaseError

JOBS_SECONDS = 3.0  # for jobs that were cancelled; `up` waits 12 in all
VALKEY_SECONDS = 1.0
INSIST_SECONDS = 0.3


class Worker(arq.worker.Worker):
    """Made by arq's own command too, once it is installed."""

    def run(self) -> None:
        try:
            super().run()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is one line)
            what = "go on" if "resources" in self.ctx else "start"
            line = " ".join(f"the worker cannot {what}: {_said(error)} (pazpaz doctor)".split())
            raise SystemExit(f"pazpaz: {line}") from None

    def handle_sig(self, signum: Signals) -> None:
        """Stop; once more while it goes on, for a cancelled wait for Valkey may end in its next attempt."""
        super().handle_sig(signum)
        self._insist()

    def _insist(self) -> None:
        if self.main_task is not None and not self.main_task.done():
            self.main_task.cancel()
            self.loop.call_later(INSIST_SECONDS, self._insist)

    async def close(self) -> None:
        """Arq's own fails on a job that was cancelled before it had quite begun, and waits for Valkey for ever."""
        if not self._pool:
            return
        await _briefly(JOBS_SECONDS, asyncio.gather(*self.tasks.values(), return_exceptions=True))
        self.tasks.clear()
        await _briefly(VALKEY_SECONDS, self.pool.delete(self.health_check_key))
        if self.on_shutdown:
            await self.on_shutdown(self.ctx)
        await _briefly(VALKEY_SECONDS, self.pool.aclose(close_connection_pool=True))
        self._pool = None
        await _end(asyncio.all_tasks() - {asyncio.current_task()})


async def _briefly(seconds: float, work: Awaitable[object]) -> None:
    """Wait for Valkey briefly: what is left undone, the next worker's start finds and does."""
    with contextlib.suppress(TimeoutError, RedisError, OSError):
        async with asyncio.timeout(seconds):
            await work


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    """End writes to Valkey that arq shields from being cancelled."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=VALKEY_SECONDS)


def install() -> None:
    """In arq's place; without its INFO, which only a log line needs and a user of Valkey may not send."""
    arq.worker.Worker = Worker  # type: ignore[misc]
    vars(arq.worker)["log_redis_info"] = _say_nothing


async def _say_nothing(*_arguments: object) -> None:
    pass


def _said(error: Exception) -> str:
    """Return an error of a service by its words; any other by its places, for its words may be a client's."""
    match error:
        case Problem():
            return error.detail
        case RedisError() | OSError() | asyncpg.PostgresError() | asyncpg.InterfaceError() | DatabaseError():
            return f"{type(error).__name__} {error}"
    return frames_only(error)
