"""A storm of requests that are cut off at any moment, and what it left on the pool's connections."""

import asyncio
import random
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.db.tenancy import METADATA
from pazpaz.core.process.resources import Resources
from tests.support.guards_cases import CASES
from tests.support.guards_stock import stock
from tests.support.practice import open_practice

TOGETHER = 24
# They end the storm's own credentials, or ask the system role only.
_NOT_IN_A_STORM = {o for o, case in CASES.items() if o[1].startswith("/auth") and not case.is_read}


async def storm(app: FastAPI, requests: int, *, seed: int) -> dict[str, int]:
    """Random operations of two practices, half of them cancelled somewhere; returns how they ended."""
    chance = random.Random(seed)
    practices = [await open_practice(app) for _ in range(2)]
    owned = [await stock(app, practice, f"storm{new_id().hex}") for practice in practices]
    kinds = sorted(set(CASES) - _NOT_IN_A_STORM)
    ended = {"answered": 0, "cancelled": 0}
    gate = asyncio.Semaphore(TOGETHER)

    async def one() -> None:
        which, kind = chance.randrange(2), chance.choice(kinds)
        cut = chance.random() < 0.5
        patience = chance.random() * 0.02
        async with gate:
            call = CASES[kind].call(owned[which])
            task = asyncio.ensure_future(call.send(practices[which].http))
            await asyncio.wait([task], timeout=patience if cut else None)
            task.cancel()
            (result,) = await asyncio.gather(task, return_exceptions=True)
            ended["answered" if isinstance(result, httpx.Response) else "cancelled"] += 1

    await asyncio.gather(*(one() for _ in range(requests)))
    for practice in practices:
        await practice.http.aclose()
    return ended


async def leftovers(app: FastAPI) -> list[str]:
    """What a request left behind on any connection of the application's pool."""
    resources: Resources = app.state.resources
    pool: Any = resources.engine._pool
    found = await _unreturned(pool)
    if found:
        return found
    connections = [await pool.acquire() for _ in range(pool.get_size())]
    try:
        for number, connection in enumerate(connections):
            found += [f"connection {number}: {left}" for left in await _left_on(connection)]
    finally:
        for connection in connections:
            await pool.release(connection)
    return found


async def _unreturned(pool: Any) -> list[str]:
    """Connections whose release was cut off come back by themselves, within a moment."""
    for _ in range(100):
        if pool.get_idle_size() == pool.get_size():
            return []
        await asyncio.sleep(0.05)
    return [f"{pool.get_size() - pool.get_idle_size()} connections were never returned"]


async def _left_on(connection: Any) -> list[str]:
    found = []
    if connection.is_in_transaction():
        found.append("is in a transaction")
    setting = await connection.fetchval("SELECT current_setting('app.workspace_id', true)")
    if setting not in ("", None):
        found.append("app.workspace_id is set")
    scoped = [table.name for table in METADATA.tables.values() if table.info.get("scoped")]
    counts = {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in scoped}
    found += [f"shows {count} rows of {name}" for name, count in counts.items() if count]
    try:
        await connection.execute(
            "INSERT INTO clients (workspace_id, id, first_name, last_name)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), '', '')"
        )
    except asyncpg.InsufficientPrivilegeError:
        return found
    except asyncpg.ForeignKeyViolationError:
        pass
    return [*found, "inserts without a workspace"]
