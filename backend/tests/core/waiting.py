"""Interleaving two transactions without a clock."""

import asyncio
from typing import Any

import asyncpg


async def until_done_or_blocked(
    task: "asyncio.Task[Any]", referee: "asyncpg.Connection[asyncpg.Record]", *, waiters: int = 1
) -> None:
    """Return when the task has ended, or when PostgreSQL says that so many wait for a lock."""
    while not task.done():
        waiting = await referee.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if waiting >= waiters:
            return
        await asyncio.sleep(0.005)
