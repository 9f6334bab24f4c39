"""How the audit events that an operation wrote differ from those of its case."""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.support.case import ANY, CHALLENGE, FACTOR, LIST, MADE, Event, Operation
from tests.support.guards_cases import CASES, kinds_for, where
from tests.support.guards_stock import Stocked, stock
from tests.support.practice import Practice


async def events_of(connection: "asyncpg.Connection[Any]", workspace_id: UUID) -> dict[UUID, Any]:
    """The workspace's events by id."""
    rows = await connection.fetch("SELECT * FROM audit_events WHERE workspace_id = $1", workspace_id)
    return {row["id"]: row for row in rows}


async def deviations(
    app: FastAPI,
    practice: Practice,
    stocked: Stocked,
    referee: "asyncpg.Connection[Any]",
    operation: Operation,
) -> list[str]:
    """Perform the operation once, a look in the stocked practice; say how its events differ from the expected ones."""
    case = CASES[operation]
    if case.is_read:
        practice, owned = stocked.practice, dict(stocked.ids)
    else:
        owned = await stock(app, practice, f"audit{new_id().hex}", kinds_for(operation))
    owned["credential"] = str(
        await referee.fetchval(
            "SELECT id FROM credentials WHERE workspace_id = $1 AND name = 'tests'",
            practice.workspace_id,
        )
    )
    before = await events_of(referee, practice.workspace_id)
    answer = await case.call(owned).send(practice.http)
    assert answer.is_success, f"{case.name}: {answer.status_code} {answer.text}"
    after = await events_of(referee, practice.workspace_id)
    written = {row["action"]: row for event_id, row in after.items() if event_id not in before}
    expected = {event.action: event for event in case.expected()}
    if (len(after) - len(before), set(written)) != (len(expected), set(expected)):
        found = [f"wrote {sorted(written)}, not {sorted(expected)}"]
    else:
        found = [
            f"{action} has {difference}"
            for action, event in expected.items()
            for difference in _differences(written[action], event, answer, practice, owned)
        ]
    return [f'{where(operation)}: Case("{case.name}", …, events): {each}' for each in found]


def _differences(
    row: Any,
    event: Event,
    answer: httpx.Response,
    practice: Practice,
    owned: Mapping[str, str],
) -> list[str]:
    kinds: dict[str, Callable[[], str | None]] = {
        LIST: lambda: None,
        MADE: lambda: answer.json()["id"],
        CHALLENGE: lambda: answer.json()["challenge_id"],
        FACTOR: lambda: answer.json()["factor"]["id"],
        ANY: lambda: str(row["entity_id"]),
    }
    found = kinds.get(event.entity)
    entity = found() if found else owned.get(event.entity)
    expected = {
        "entity_type": event.entity_type,
        "entity_id": entity and UUID(entity),
        "user_id": practice.user_id,
        "request_id": UUID(answer.headers["X-Request-ID"]),
        "ip_prefix": str(ipaddress.ip_network("127.0.0.0/24")),
    }
    return [f"{name} {row[name]}, not {value}" for name, value in expected.items() if row[name] != value]
