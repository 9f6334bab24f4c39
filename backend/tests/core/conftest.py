"""What the core's tests share: one practice with one of everything, and a count of all rows."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.support import stack
from tests.support.practice import Practice, open_practice

Counts = dict[str, int]
CountRows = Callable[[], Awaitable[Counts]]


@pytest.fixture(scope="module")
async def target(app: FastAPI) -> AsyncIterator[Practice]:
    """A practice for tests that change nothing in it."""
    practice = await open_practice(app)
    async with practice.http:
        yield practice


@pytest.fixture(scope="module")
async def ids(target: Practice) -> dict[str, str]:
    """A member, a client, an appointment and its note, a plan and its milestone, and what notes are written with."""
    appointment = await target.make_appointment()
    plan = await target.make_plan(appointment["client_id"])
    milestone = await target.make_milestone(plan["id"])
    note = await target.make_session(appointment["id"], subjective="as it was")
    rule = await target.post("/reminders/configurations", {"hours_before": 3})
    template = await target.post("/note-templates", {"title": "first visit"})
    snippet = await target.post("/snippets", {"name": "rom", "text": "full range"})
    return {
        "client_id": appointment["client_id"],
        "appointment_id": appointment["id"],
        "session_id": note["id"],
        "conflict_id": str(new_id()),
        "plan_id": plan["id"],
        "milestone_id": milestone["id"],
        "member_id": str(target.user_id),
        "configuration_id": rule.json()["id"],
        "note_template_id": template.json()["id"],
        "snippet_id": snippet.json()["id"],
    }


@pytest.fixture(scope="module")
async def count_rows(database: str) -> AsyncIterator[CountRows]:
    """The number of rows of every table and the sum of their versions, the audit log aside."""
    connection = await asyncpg.connect(stack.superuser_url(database))
    tables = await connection.fetch(
        "SELECT c.relname AS name, EXISTS (SELECT FROM pg_attribute AS a"
        "  WHERE a.attrelid = c.oid AND a.attname = 'version') AS versioned"
        " FROM pg_class AS c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND c.relname NOT IN ('audit_events', 'alembic_version')"
    )
    queries = " UNION ALL ".join(
        f"SELECT '{t['name']}' AS name, count(*){' + coalesce(sum(version), 0)' if t['versioned'] else ''} AS n"
        f" FROM {t['name']}"
        for t in tables
    )

    async def count() -> Counts:
        return {row["name"]: int(row["n"]) for row in await connection.fetch(queries)}

    yield count
    await connection.close()
