"""Letting the days of a deletion pass."""

from typing import Any

import asyncpg

from pazpaz.accounts.closing import close_due
from pazpaz.core.process.resources import Resources
from tests.support.practice import Practice


async def due(referee: "asyncpg.Connection[Any]", practice: Practice) -> None:
    """The days are over."""
    await referee.execute(
        "UPDATE workspaces SET deletion_due_at = now() - interval '1 second' WHERE workspace_id = $1",
        practice.workspace_id,
    )


async def ended(resources: Resources, referee: "asyncpg.Connection[Any]", practice: Practice) -> None:
    """Delete it, and let the days pass."""
    assert (await practice.delete("/workspace")).status_code == 202
    await due(referee, practice)
    await close_due(resources)


async def state(referee: "asyncpg.Connection[Any]", practice: Practice) -> Any:
    return await referee.fetchrow("SELECT * FROM workspaces WHERE workspace_id = $1", practice.workspace_id)
