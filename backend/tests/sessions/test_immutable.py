"""A finalized note is immutable in the database itself, whoever asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from pazpaz.core.base.config import Settings
from tests.support.practice import Practice

REFUSED = "PZ403"
CHANGES = {
    "subjective": "subjective = objective",
    "objective": "objective = NULL",
    "assessment": "assessment = '\\x00'::bytea",
    "plan": "plan = plan || '\\x00'::bytea",
    "finalized_at": "finalized_at = finalized_at + interval '1 second'",
    "back to draft": "status = 'draft', finalized_at = NULL, finalized_by = NULL",
    "another appointment": "appointment_id = id",
    "another client": "client_id = id",
    "another date": "session_date = session_date - interval '1 day'",
    "another workspace": "workspace_id = id",
    "another id": "id = client_id",
    "another device's": "client_session_id = id",
    "another birth": "created_at = now() + interval '1 day'",
}
TEXT = {"subjective": "s", "objective": "o", "assessment": "a", "plan": "p"}


async def final_note(practice: Practice) -> UUID:
    note = await practice.make_session(**TEXT)
    assert (await practice.patch(f"/sessions/{note['id']}/finalize")).status_code == 200
    return UUID(note["id"])


@asynccontextmanager
async def as_role(settings: Settings, role: str, workspace_id: UUID) -> "AsyncIterator[Any]":
    """One of the application's roles or the owner, in a transaction that is undone."""
    url = getattr(settings, role)
    connection = await asyncpg.connect(url.get_secret_value())
    try:
        await connection.execute("BEGIN")
        await connection.execute("SELECT set_config('app.workspace_id', $1, true)", str(workspace_id))
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize("archived", [False, True], ids=["finalized", "archived after it"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_superuser_does_not_change_it(
    practice: Practice, superuser: "asyncpg.Connection[Any]", change: str, archived: bool
) -> None:
    """A trigger refuses what no privilege would."""
    note_id = await final_note(practice)
    if archived:
        assert (await practice.delete(f"/sessions/{note_id}")).status_code == 204
    before = await superuser.fetchrow("SELECT * FROM sessions WHERE id = $1", note_id)
    with pytest.raises(asyncpg.PostgresError) as refused:
        await superuser.execute(f"UPDATE sessions SET {CHANGES[change]} WHERE id = $1", note_id)
    assert refused.value.sqlstate == REFUSED
    assert await superuser.fetchrow("SELECT * FROM sessions WHERE id = $1", note_id) == before


async def test_an_archived_one_returns_as_final_only(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """From archived there is a way back to finalized, and none to a draft."""
    note_id = await final_note(practice)
    await practice.delete(f"/sessions/{note_id}")
    with pytest.raises(asyncpg.PostgresError) as refused:
        await superuser.execute("UPDATE sessions SET status = 'draft' WHERE id = $1", note_id)
    assert refused.value.sqlstate == REFUSED
    await superuser.execute("UPDATE sessions SET status = 'finalized' WHERE id = $1", note_id)


async def test_the_application_s_role_does_not_change_it(settings: Settings, practice: Practice) -> None:
    """The role of requests, in the note's own workspace, is refused by the same trigger."""
    note_id = await final_note(practice)
    async with as_role(settings, "database_url", practice.workspace_id) as connection:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.execute("UPDATE sessions SET plan = NULL WHERE id = $1", note_id)
    assert refused.value.sqlstate == REFUSED


@pytest.mark.parametrize("sql", ["UPDATE sessions SET plan = NULL", "DELETE FROM sessions"])
async def test_the_system_role_does_not_touch_notes(settings: Settings, practice: Practice, sql: str) -> None:
    """The role of sweeps has no privilege on them."""
    async with as_role(settings, "database_system_url", practice.workspace_id) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)


async def test_the_owner_does_not_change_it(settings: Settings, practice: Practice) -> None:
    """The tables' owner sees no note to change, and is refused by the trigger when a policy lets it see one."""
    note_id = await final_note(practice)
    async with as_role(settings, "database_owner_url", practice.workspace_id) as connection:
        change = f"UPDATE sessions SET plan = NULL WHERE id = '{note_id}'"
        assert await connection.execute(change) == "UPDATE 0"
        await connection.execute("ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.execute(change)
    assert refused.value.sqlstate == REFUSED


@pytest.mark.parametrize("sql", ["DELETE FROM sessions WHERE id = '{id}'", "TRUNCATE sessions CASCADE"])
async def test_it_is_not_deleted(practice: Practice, superuser: "asyncpg.Connection[Any]", sql: str) -> None:
    """Neither the note alone nor the whole table."""
    note_id = await final_note(practice)
    with pytest.raises(asyncpg.PostgresError) as refused:
        await superuser.execute(sql.format(id=note_id))
    assert refused.value.sqlstate == REFUSED


async def test_a_draft_changes(practice: Practice, superuser: "asyncpg.Connection[Any]") -> None:
    """The trigger leaves drafts alone."""
    note = await practice.make_session(**TEXT)
    done = await superuser.execute("UPDATE sessions SET plan = NULL WHERE id = $1", UUID(note["id"]))
    assert done == "UPDATE 1"


@pytest.mark.parametrize(
    "sql", ["UPDATE session_amendments SET reason = plan", "DELETE FROM session_amendments"]
)
async def test_an_amendment_does_not_change(
    practice: Practice, superuser: "asyncpg.Connection[Any]", sql: str
) -> None:
    """An amendment is neither changed nor deleted, also by a superuser."""
    note_id = await final_note(practice)
    made = await practice.post(f"/sessions/{note_id}/amendments", {"reason": "late", "plan": "x"})
    with pytest.raises(asyncpg.PostgresError) as refused:
        await superuser.execute(f"{sql} WHERE id = $1", UUID(made.json()["id"]))
    assert refused.value.sqlstate == REFUSED


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("UPDATE session_amendments SET reason = plan", REFUSED),
        ("UPDATE session_amendments SET author_id = id", "42501"),
        ("DELETE FROM session_amendments", "42501"),
    ],
)
async def test_the_application_s_role_changes_no_amendment(
    settings: Settings, practice: Practice, sql: str, sqlstate: str
) -> None:
    """The role of requests may read and add; a trigger or a privilege is in the way of everything else."""
    note_id = await final_note(practice)
    await practice.post(f"/sessions/{note_id}/amendments", {"reason": "late", "plan": "x"})
    async with as_role(settings, "database_url", practice.workspace_id) as connection:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.execute(sql)
    assert refused.value.sqlstate == sqlstate
