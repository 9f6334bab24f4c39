"""What a window of a calendar costs: found in an index at both of its ends, however long the practice has existed."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.appointments import queries
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.pagination import Order
from tests.appointments.days import hire
from tests.support import stack
from tests.support.practice import Practice, open_practice

APPOINTMENTS, THERAPISTS = 10_000, 4
FIRST = datetime(2010, 1, 1, tzinfo=UTC)
WEEK = {"from": FIRST + timedelta(days=365), "to": FIRST + timedelta(days=372)}  # an hour each: 168 of 10,000
Node = dict[str, Any]
_SEED = """
    INSERT INTO appointments (workspace_id, id, client_id, therapist_id, scheduled_start, scheduled_end, status)
    SELECT $1, gen_random_uuid(), $2, ($3::uuid[])[1 + i % $5], m, m + interval '50 minutes', 'completed'
    FROM generate_series(1, $4::integer) AS i, LATERAL (SELECT $6::timestamptz + i * interval '1 hour') AS t (m)
"""


@pytest.fixture(scope="module")
async def practice(app: FastAPI) -> AsyncIterator[Practice]:
    """One for the whole file, which only looks."""
    practice = await open_practice(app)
    async with practice.http:
        yield practice


@pytest.fixture(scope="module")
async def therapists(practice: Practice, database: str) -> list[str]:
    """Those of a practice with a long past, which they have shared."""
    superuser = await asyncpg.connect(stack.superuser_url(database))
    people = [str(practice.user_id), *[await hire(practice, superuser) for _ in range(THERAPISTS - 1)]]
    client = (await practice.make_client())["id"]
    seed = (practice.workspace_id, client, people, APPOINTMENTS, THERAPISTS, FIRST)
    await superuser.execute(_SEED, *seed)
    await superuser.execute("ANALYZE appointments")
    await superuser.close()
    return people


async def _explained(
    settings: Settings,
    superuser: "asyncpg.Connection[asyncpg.Record]",
    practice: Practice,
    order: Order,
    filters: dict[str, Any],
) -> Node:
    """The plan of the page and its total that was run, as the application's role."""
    credential = await superuser.fetchval(
        "SELECT id FROM credentials WHERE workspace_id = $1", practice.workspace_id
    )
    statement = queries.CALENDAR[order, False].statement(frozenset(filters), after=False)
    given = {
        "workspace": practice.workspace_id, "user": practice.user_id, "credential": credential, "role": "owner",
        "while_locked": False,
        "audit_id": new_id(), "action": "appointment.list", "entity_type": "appointment", "about": None,
        "request_id": new_id(), "ip_prefix": None, "limit": 51, **filters,
    }  # fmt: skip
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        await connection.execute("SET timezone = 'UTC'")
        # PostgreSQL's own choice after five runs on a connection; here from the first.
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        prepared = await connection.prepare(statement.sql)
        values = ", ".join("NULL" if value is None else f"'{value}'" for value in statement.arguments(given))
        plan = await connection.fetchval(
            f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) EXECUTE {prepared.get_name()}({values})"
        )
    finally:
        await connection.close()
    found: Node = json.loads(plan)[0]["Plan"]
    return found


def _steps(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", ()):
        yield from _steps(child)


def _touched(node: Node) -> float:
    """The rows a step read, thrown away ones included."""
    return float((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("whose", ["everybody's", "one therapist's"])
async def test_a_week_reads_a_week(
    settings: Settings,
    superuser: "asyncpg.Connection[asyncpg.Record]",
    practice: Practice,
    therapists: list[str],
    order: Order,
    whose: str,
) -> None:
    """Of 10,000 appointments no step touches more than the week's, whichever of the indexes is taken."""
    of_one = {"therapist_id": therapists[1]} if whose == "one therapist's" else {}
    plan = await _explained(settings, superuser, practice, order, {**WEEK, **of_one})
    steps = [node for node in _steps(plan) if node.get("Relation Name") == "appointments"]
    assert {node["Node Type"] for node in steps} <= {
        "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Bitmap Index Scan",
    }  # fmt: skip
    assert max(_touched(node) for node in _steps(plan)) <= 7 * 24 + 2, json.dumps(plan, indent=1)
