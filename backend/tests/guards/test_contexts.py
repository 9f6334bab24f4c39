"""A pooled connection carries nothing over, and nobody enters a workspace without being its user."""

import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from tests.support.guards_contexts import leftovers, storm
from tests.support.practice import Practice, join

REQUESTS = int(os.environ.get("PAZPAZ_STORM_REQUESTS", "600"))
ENTER = "SELECT app.enter($1, $2, $3, $4)"
STALE = "PZ401"


@pytest.fixture
async def raw(settings: Settings) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A bare connection as the application's role."""
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    yield connection
    await connection.close()


@pytest.fixture
async def entry(practice: Practice, superuser: "asyncpg.Connection[Any]") -> list[object]:
    """What the practice's owner enters with."""
    credential: UUID = await superuser.fetchval(
        "SELECT id FROM credentials WHERE workspace_id = $1", practice.workspace_id
    )
    return [practice.workspace_id, practice.user_id, credential, "owner"]


async def test_cancelled_requests_leave_nothing_on_a_connection(app: FastAPI) -> None:
    """After a storm of requests, cut off at any moment, each connection is as new."""
    ended = await storm(app, REQUESTS, seed=20261123)
    assert await leftovers(app) == []
    assert min(ended.values()) > REQUESTS // 10, f"the storm was none: {ended}"


async def test_an_owner_enters_for_one_transaction(
    raw: "asyncpg.Connection[Any]", entry: list[object]
) -> None:
    """app.enter shows the workspace's rows until the transaction ends, and none after it."""
    async with raw.transaction():
        assert await raw.fetchval(ENTER, *entry)
        assert await raw.fetchval("SELECT count(*) FROM workspaces") == 1
    assert await raw.fetchval("SELECT count(*) FROM workspaces") == 0
    assert not await raw.fetchval("SELECT current_setting('app.workspace_id', true)")


@pytest.mark.parametrize("wrong", range(4), ids=["workspace", "user", "credential", "role"])
async def test_a_wrong_actor_is_refused(
    raw: "asyncpg.Connection[Any]", entry: list[object], wrong: int
) -> None:
    """A workspace, user, credential or role that is not the actor's own is PZ401."""
    entry[wrong] = "therapist" if wrong == 3 else new_id()
    with pytest.raises(asyncpg.PostgresError) as refused:
        await raw.fetchval(ENTER, *entry)
    assert refused.value.sqlstate == STALE


async def test_another_workspace_is_refused(
    raw: "asyncpg.Connection[Any]", entry: list[object], other: Practice
) -> None:
    """A real credential does not open another real workspace."""
    entry[0] = other.workspace_id
    with pytest.raises(asyncpg.PostgresError) as refused:
        await raw.fetchval(ENTER, *entry)
    assert refused.value.sqlstate == STALE


async def test_nobody_enters_with_nulls(raw: "asyncpg.Connection[Any]", entry: list[object]) -> None:
    """A null in the place of anything is PZ401."""
    for place in range(len(entry)):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await raw.fetchval(ENTER, *(None if n == place else v for n, v in enumerate(entry)))
        assert refused.value.sqlstate == STALE


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE credentials SET revoked_at = now() WHERE workspace_id = $1 AND user_id = $2",
        "UPDATE credentials SET expires_at = now() - interval '1 s' WHERE workspace_id = $1 AND user_id = $2",
        "UPDATE credentials SET idle_until = now() - interval '1 s' WHERE workspace_id = $1 AND user_id = $2",
        (
            "UPDATE credentials SET locked_at = now(), kind = 'sign-in', expires_at = now() + interval '1 h'"
            " WHERE workspace_id = $1 AND user_id = $2"
        ),
        "UPDATE users SET status = 'disabled' WHERE workspace_id = $1 AND id = $2",
        "UPDATE users SET status = 'removed' WHERE workspace_id = $1 AND id = $2",
        "UPDATE users SET role = 'assistant' WHERE workspace_id = $1 AND id = $2",
    ],
    ids=["revoked", "expired", "idle", "locked", "disabled", "removed", "of another role"],
)
async def test_an_ended_actor_is_refused(
    app: FastAPI,
    practice: Practice,
    raw: "asyncpg.Connection[Any]",
    superuser: "asyncpg.Connection[Any]",
    entry: list[object],
    ending: str,
) -> None:
    """A revoked, expired, idle or locked credential, an ended user and a changed role are PZ401 at once."""
    successor = await join(app, practice, "owner")  # a workspace keeps an owner
    await successor.http.aclose()
    assert await raw.fetchval(ENTER, *entry)
    await superuser.execute(ending, practice.workspace_id, practice.user_id)
    with pytest.raises(asyncpg.PostgresError) as refused:
        await raw.fetchval(ENTER, *entry)
    assert refused.value.sqlstate == STALE
