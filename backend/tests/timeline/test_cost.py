"""What a page costs: one statement whose branches stop at the limit, however long the history is."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.db import statements
from pazpaz.timeline import queries
from pazpaz.timeline.models import EventType
from tests.support import stack
from tests.support.practice import Practice, open_practice

LIMIT = 101
EVENTS = 5_000
Node = dict[str, Any]

_GIVEN = "WITH v (w, c, u, n, x) AS (VALUES ($1::uuid, $2::uuid, $3::uuid, $4::integer, $5::bytea)) "
_HOURLY = "LATERAL (SELECT '2010-01-01Z'::timestamptz + i * interval '1 hour') AS t (m)"
_SEED = (
    f"""
    INSERT INTO appointments
        (workspace_id, id, client_id, therapist_id, scheduled_start, scheduled_end, status, service_name)
    SELECT w, gen_random_uuid(), c, u, m, m + interval '50 minutes', 'completed', 'a service'
    FROM v, generate_series(1, n) AS i, {_HOURLY}
    """,
    """
    INSERT INTO sessions
        (workspace_id, id, client_id, appointment_id, session_date, status, finalized_at, finalized_by, plan)
    SELECT w, gen_random_uuid(), c, id, scheduled_start, 'finalized', scheduled_end, u, x
    FROM v JOIN appointments ON client_id = c
    """,
    """
    INSERT INTO session_amendments (workspace_id, id, client_id, session_id, author_id, reason, plan, created_at)
    SELECT w, gen_random_uuid(), c, id, u, x, x, session_date FROM v JOIN sessions ON client_id = c
    """,
    f"""
    INSERT INTO plans (workspace_id, id, client_id, title, start_date, status, completed_at, created_at)
    SELECT w, gen_random_uuid(), c, x, '2010-01-01', 'completed', m, m
    FROM v, generate_series(1, n / 8) AS i, {_HOURLY}
    """,
    """
    INSERT INTO plan_revisions
        (workspace_id, id, client_id, plan_id, title, start_date, plan_version, changed_by, created_at)
    SELECT w, gen_random_uuid(), c, id, x, start_date, i, u, created_at + i * interval '1 hour'
    FROM v JOIN plans ON client_id = c, generate_series(1, 4) AS i
    """,
    """
    INSERT INTO milestones
        (workspace_id, id, client_id, plan_id, description, order_index, status, achieved_date)
    SELECT w, gen_random_uuid(), c, id, x, i, 'achieved', created_at::date + i
    FROM v JOIN plans ON client_id = c, generate_series(1, 4) AS i
    """,
)


async def _seed(connection: "asyncpg.Connection[Any]", practice: Practice, client: str, visits: int) -> None:
    """A history past the API; its texts do not open, and are not opened here."""
    for sql in _SEED:
        await connection.execute(
            _GIVEN + sql, practice.workspace_id, UUID(client), practice.user_id, visits, b"x" * 600
        )


@pytest.fixture(scope="module")
async def practice(app: FastAPI) -> AsyncIterator[Practice]:
    """One for the whole file, which only looks."""
    practice = await open_practice(app)
    async with practice.http:
        yield practice


@pytest.fixture(scope="module")
async def client(practice: Practice, database: str) -> str:
    """A client with over 5,000 events among others with a few."""
    superuser = await asyncpg.connect(stack.superuser_url(database))
    await superuser.execute("SET session_replication_role = replica")
    for _ in range(12):
        await _seed(superuser, practice, (await practice.make_client())["id"], 80)
    client_id: str = (await practice.make_client())["id"]
    await _seed(superuser, practice, client_id, EVENTS // 5)
    await superuser.execute("SET session_replication_role = origin")
    tables = "appointments, sessions, session_amendments, plans, plan_revisions, milestones"
    await superuser.execute(f"ANALYZE {tables}")
    await superuser.close()
    return client_id


async def _explained(
    settings: Settings,
    superuser: "asyncpg.Connection[asyncpg.Record]",
    practice: Practice,
    client: str,
    **given: Any,
) -> Node:
    """The plan that was run, as the application's role."""
    credential = await superuser.fetchval(
        "SELECT id FROM credentials WHERE workspace_id = $1", practice.workspace_id
    )
    statement = statements.rows(queries.SHOWN.select, recorded=False)
    values = {
        "workspace": practice.workspace_id, "user": practice.user_id, "credential": credential, "role": "owner",
        "while_locked": False,
        "client_id": UUID(client), "limit": LIMIT, "types": list(EventType), "since": queries.EARLIEST,
        "until": queries.LATEST, **{f"before_{name}": value for name, value in queries.FIRST_PLACE.items()},
        **given,
    }  # fmt: skip
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        # PostgreSQL's own choice after five runs on a connection; here from the first.
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        prepared = await connection.prepare(statement.sql)
        arguments = ", ".join(_literal(value) for value in statement.arguments(values))
        plan = await connection.fetchval(
            f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) EXECUTE {prepared.get_name()}({arguments})"
        )
    finally:
        await connection.close()
    found: Node = json.loads(plan)[0]["Plan"]
    return found


def _literal(value: Any) -> str:
    return f"'{{{','.join(value)}}}'" if isinstance(value, list) else f"'{value}'"


def _of_the_page(node: Node) -> Iterator[Node]:
    """Every step of the page; the total's are InitPlans, which run beside it."""
    yield node
    for child in node.get("Plans", ()):
        if child["Parent Relationship"] != "InitPlan":
            yield from _of_the_page(child)


def _rows(node: Node) -> float:
    """The rows a step read, thrown away ones included."""
    each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return float(each * node["Actual Loops"])


@pytest.mark.parametrize("first", [True, False], ids=["the first page", "a page in the middle"])
async def test_no_branch_reads_or_sorts_more_than_a_page(
    settings: Settings,
    superuser: "asyncpg.Connection[asyncpg.Record]",
    practice: Practice,
    client: str,
    first: bool,
) -> None:
    """Of over 5,000 events no step of the page touches more than the limit (and a row to look ahead)."""
    middle = {} if first else {"before_date": datetime(2010, 1, 20, tzinfo=UTC), "before_rank": 3}
    plan = await _explained(settings, superuser, practice, client, **middle)
    steps = list(_of_the_page(plan))
    assert sum(node["Node Type"] == "Limit" for node in steps) == 1 + len(queries.BRANCHES)
    assert [
        node["Node Type"]
        for node in steps
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] != "workspaces"
    ] == []
    assert plan["Actual Rows"] == LIMIT
    merged = next(node for node in steps if node["Node Type"] == "Merge Append")
    assert merged["Actual Rows"] <= LIMIT + 1
    busiest = max(_rows(node) for node in steps)
    assert busiest <= LIMIT + 10, [(node["Node Type"], _rows(node)) for node in steps]


async def test_the_plan_is_made_once(
    app: FastAPI, practice: Practice, client: str, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A connection of the server keeps the statement prepared, and after five runs its plan."""
    empty = (await practice.make_client())["id"]
    pool = app.state.resources.engine._pool
    for _ in range(8 * pool.get_max_size()):
        assert (await practice.get(f"/clients/{empty}/timeline")).status_code == 200
    async with pool.acquire() as connection:
        kept = await connection.fetch(
            "SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE 'WITH hit AS%AS event ON true%'"
        )
    # Tests before this one may have left others of its shape on the connection.
    assert max(row["generic_plans"] for row in kept) > 0


async def test_the_total_is_exact_however_long_the_history(
    practice: Practice, client: str, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """It counts all of them, in the indexes."""
    expected = 0
    for table, events in (
        ("appointments", 1), ("sessions", 2), ("session_amendments", 1), ("plans", 2), ("plan_revisions", 1),
        ("milestones", 1),
    ):  # fmt: skip
        expected += events * await superuser.fetchval(
            f"SELECT count(*) FROM {table} WHERE client_id = $1", UUID(client)
        )
    assert expected >= EVENTS
    assert (
        await practice.get(f"/clients/{client}/timeline", params={"limit": 1, "types": "session_finalized"})
    ).json()["total_events"] == 1_000
    total = (await practice.get(f"/clients/{client}/timeline", params={"to": "2010-01-01T00:30:00Z"})).json()
    assert total["total_events"] == 0
