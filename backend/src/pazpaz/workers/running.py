"""Arq's worker as PazPaz runs it: it ends with 0 whenever it is stopped, and with one line when it fails."""

import asyncio

import arq.worker
import asyncpg
from redis.exceptions import RedisError

from pazpaz.core.engine import DatabaseError
from pazpaz.core.errors import Problem
from pazpaz.core.logging import frames_only


class Worker(arq.worker.Worker):
    """Made by arq's own command too, once it is installed."""

    def run(self) -> None:
        """Until it is stopped."""
        try:
            super().run()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is one line)
            what = "go on" if "resources" in self.ctx else "start"
            line = " ".join(f"the worker cannot {what}: {_said(error)} (pazpaz doctor)".split())
            raise SystemExit(f"pazpaz: {line}") from None

    async def close(self) -> None:
        """Arq's own fails on a job that was cancelled before it had quite begun."""
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        self.tasks.clear()
        await super().close()


def install() -> None:
    """In arq's place; without its INFO, which only a log line needs and a user of Valkey may not send."""
    arq.worker.Worker = Worker  # type: ignore[misc]
    vars(arq.worker)["log_redis_info"] = _say_nothing


async def _say_nothing(*_arguments: object) -> None:
    pass


def _said(error: Exception) -> str:
    """An error of a service by its words; any other by its places, for its words may be a client's."""
    match error:
        case Problem():
            return error.detail
        case RedisError() | OSError() | asyncpg.PostgresError() | asyncpg.InterfaceError() | DatabaseError():
            return f"{type(error).__name__} {error}"
    return frames_only(error)
