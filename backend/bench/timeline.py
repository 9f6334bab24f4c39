"""The timeline as one UNION ALL against a query a branch over as many connections, and what its total costs.

Both read the same page of the same client through pools of their own as the application's role; what follows
in Python is the same for both and left out.
"""

import argparse
import asyncio
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from sqlalchemy import select

from bench.data import new_workspace, on_database, texts
from bench.histories import History
from bench.say import say
from pazpaz.cli.database import upgrade
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db import statements
from pazpaz.core.db.statements import Statement
from pazpaz.core.process.resources import opened
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings
from pazpaz.timeline import queries
from pazpaz.timeline.models import EventType

LIMIT = 101
OTHERS = 400
Run = Callable[[], Awaitable[object]]


def _apart() -> list[Statement]:
    """A statement for each branch, with its own count, as separate queries would ask."""
    return [
        statements.rows(
            select(queries.newest(rank, branch).subquery(), queries.count(branch).label("total")),
            recorded=False,
        )
        for rank, branch in enumerate(queries.BRANCHES)
    ]


def _without_total() -> Statement:
    return statements.rows(queries.page(), recorded=False)


class Sides:
    """Both ways to read a client's page."""

    def __init__(self, pool: Any, actor: dict[str, object]) -> None:
        self._pool = pool
        self._actor = actor
        self._apart = _apart()
        self._together = statements.rows(queries.SHOWN.select, recorded=False)
        self._without_total = _without_total()

    def _arguments(self, statement: Statement, client_id: UUID) -> list[object]:
        place = {f"before_{name}": value for name, value in queries.FIRST_PLACE.items()}
        period = {"since": queries.EARLIEST, "until": queries.LATEST, "types": list(EventType)}
        return statement.arguments({**self._actor, **place, **period, "client_id": client_id, "limit": LIMIT})

    async def together(self, client_id: UUID) -> list[Any]:
        """One statement."""
        found: list[Any] = await self._pool.fetch(
            self._together.sql, *self._arguments(self._together, client_id)
        )
        return found

    async def without_total(self, client_id: UUID) -> None:
        """One statement that does not count."""
        await self._pool.fetch(self._without_total.sql, *self._arguments(self._without_total, client_id))

    async def apart(self, client_id: UUID) -> list[Any]:
        """A statement a branch at once, each on a connection of its own, then merged."""
        found = await asyncio.gather(
            *(self._pool.fetch(item.sql, *self._arguments(item, client_id)) for item in self._apart)
        )
        rows = [row for part in found for row in part]
        rows.sort(key=lambda row: (row["event_date"], row["id"], row["rank"]), reverse=True)
        return rows[:LIMIT]

    async def plan(self, client_id: UUID) -> str:
        """How PostgreSQL reads the page."""
        sql = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) " + self._together.sql
        rows = await self._pool.fetch(sql, *self._arguments(self._together, client_id))
        return "\n".join(row[0] for row in rows)


async def _per_second(run: Run, at_once: int, seconds: float) -> float:
    """Pages a second with so many readers."""
    done, deadline = 0, time.perf_counter() + seconds

    async def reader() -> None:
        nonlocal done
        while time.perf_counter() < deadline:
            await run()
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(reader() for _ in range(at_once)))
    return done / (time.perf_counter() - started)


async def _milliseconds(run: Run, times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await run()
        taken.append((time.perf_counter() - started) * 1e3)
    return statistics.median(taken)


async def _measure(sides: Sides, client_id: UUID, options: argparse.Namespace) -> None:
    one, several = await sides.together(client_id), await sides.apart(client_id)
    same = [row["id"] for row in one] == [row["id"] for row in several]
    say(f"the same page: {same}; of {one[0]['total']:,} events")
    for title, run in (("one statement", sides.together), ("a query a branch", sides.apart)):
        rates = {
            readers: await _per_second(lambda run=run: run(client_id), readers, options.seconds)  # type: ignore[misc]
            for readers in (1, 8)
        }
        alone = await _milliseconds(lambda run=run: run(client_id), 100)  # type: ignore[misc]
        say(f"  {title:<20}{alone:>8.2f} ms alone{rates[1]:>9,.0f} /s of 1{rates[8]:>9,.0f} /s of 8 readers")
    bare = await _milliseconds(lambda: sides.without_total(client_id), 100)
    say(f"  {'without the total':<20}{bare:>8.2f} ms alone")
    if options.plan:
        say(await sides.plan(client_id))


async def _run(settings: Settings, superuser: str, options: argparse.Namespace) -> None:
    connection = await asyncpg.connect(superuser, command_timeout=600)
    chance = random.Random(1)
    async with opened(settings, name="pazpaz-bench") as resources:
        workspace_id, user_id, cipher = await new_workspace(resources, 0)
        credential_id = await connection.fetchval(
            "INSERT INTO credentials (workspace_id, id, user_id, kind, role, hash)"
            " VALUES ($1, gen_random_uuid(), $2, 'token', 'owner', '') RETURNING id",
            workspace_id, user_id,
        )  # fmt: skip
    history = History(workspace_id, user_id, cipher, texts(chance, 200), chance)
    await connection.execute("SET session_replication_role = replica")
    for _ in range(OTHERS):
        await history.write(connection, new_id(), 2)
    clients = {size: new_id() for size in options.events}
    for size, client_id in clients.items():
        await history.write(connection, client_id, size // 100)
    await connection.execute("VACUUM ANALYZE")
    actor = {
        "workspace": workspace_id, "user": user_id, "credential": credential_id, "role": "owner",
        "while_locked": False,
    }  # fmt: skip
    url = settings.database_url.get_secret_value()
    async with asyncpg.create_pool(url, min_size=16, max_size=16, max_cacheable_statement_size=0) as pool:
        sides = Sides(pool, actor)
        for client_id in clients.values():
            await _measure(sides, client_id, options)
    await connection.close()


def main() -> int:
    """Run as `./dev bench timeline`."""
    parser = argparse.ArgumentParser(prog="bench timeline", description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[100, 5_000, 50_000])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--plan", action="store_true", help="show how PostgreSQL reads the page")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pazpaz-bench-"))
    stack = Stack(folder / "data", services=frozenset({"postgres", "valkey"}), durable=False)
    stack.start(say)
    try:
        environment = stack.environment() | {
            "PAZPAZ_PUBLIC_URL": "http://127.0.0.1",
            "PAZPAZ_S3_ENDPOINT_URL": "http://127.0.0.1:9",
            "PAZPAZ_S3_ACCESS_KEY": "not-used",
            "PAZPAZ_S3_SECRET_KEY": "not-used",
            "PAZPAZ_SMTP_HOST": "127.0.0.1",
            "PAZPAZ_MAIL_FROM": "PazPaz <bench@example.org>",
        }
        upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
        values = {n.removeprefix("PAZPAZ_").lower(): v for n, v in environment.items()}
        settings = load_settings(_env_file=None, **values)
        uvloop.run(_run(settings, on_database(stack.superuser_url, "pazpaz"), options))
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
