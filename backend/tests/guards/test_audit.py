"""Every operation leaves its event, a failed one leaves none, and no event can be changed."""

from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from tests.appointments.cases import booking
from tests.support.case import Operation
from tests.support.guards_audit import deviations, events_of
from tests.support.guards_cases import CASES
from tests.support.guards_stock import Stocked
from tests.support.practice import Practice

CHANGES = (
    "UPDATE audit_events SET action = 'nothing'",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
)
APPEND_ONLY = "PZ403"


@pytest.mark.parametrize("operation", list(CASES), ids=" ".join)
async def test_an_operation_writes_exactly_its_events(
    app: FastAPI,
    practice: Practice,
    stocked: Stocked,
    superuser: "asyncpg.Connection[Any]",
    operation: Operation,
) -> None:
    """One event an operation, with who, what, which row, from where and in which request."""
    assert await deviations(app, practice, stocked, superuser, operation) == []


async def _actions(practice: Practice, superuser: "asyncpg.Connection[Any]") -> list[str]:
    events = await events_of(superuser, practice.workspace_id)
    return sorted(row["action"] for row in events.values())


async def test_a_search_is_one_list(practice: Practice, superuser: "asyncpg.Connection[Any]") -> None:
    """A search opens every client, shows some, and is one event."""
    await practice.make_client(first_name="Ruth")
    before = await _actions(practice, superuser)
    await practice.get("/clients", params={"q": "ruth"})
    assert await _actions(practice, superuser) == sorted([*before, "client.list"])


async def test_archiving_a_final_note_records_its_appointment(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """The appointment wants a note again, which is a change of its own."""
    note = await practice.make_session(plan="x")
    await practice.patch(f"/sessions/{note['id']}/finalize")
    before = await _actions(practice, superuser)
    await practice.delete(f"/sessions/{note['id']}")
    after = await _actions(practice, superuser)
    assert after == sorted([*before, "session.archive", "appointment.update"])


async def test_a_conflict_leaves_no_event(practice: Practice, superuser: "asyncpg.Connection[Any]") -> None:
    """A write that a constraint refused was none."""
    client = await practice.make_client()
    body = booking({"client": client["id"]})
    note = await practice.make_session(
        appointment_id=(await practice.post("/appointments", body)).json()["id"]
    )
    before = await _actions(practice, superuser)
    assert (await practice.post("/appointments", body)).status_code == 409
    again = await practice.post("/sessions", {"appointment_id": note["appointment_id"]})
    assert again.status_code == 409
    assert await _actions(practice, superuser) == before


async def test_a_stale_write_leaves_no_event(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A write with an old version was none."""
    note = await practice.make_session()
    before = await _actions(practice, superuser)
    stale = {"If-Match": '"7"'}
    answers = [
        await practice.put(f"/sessions/{note['id']}", {"plan": "x"}, headers=stale),
        await practice.put(f"/clients/{note['client_id']}", {"notes": "x"}, headers=stale),
        await practice.delete(f"/appointments/{note['appointment_id']}", headers=stale),
    ]
    assert [answer.status_code for answer in answers] == [412, 412, 412]
    assert await _actions(practice, superuser) == before


async def test_a_refused_write_leaves_no_event(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A body that is not accepted, and an empty note that is not finalized, leave none."""
    note = await practice.make_session()
    before = await _actions(practice, superuser)
    answers = [
        await practice.post("/clients", {"first_name": "Only"}),
        await practice.patch(f"/sessions/{note['id']}/finalize"),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert await _actions(practice, superuser) == before


@pytest.mark.parametrize("change", CHANGES, ids=lambda sql: sql.partition(" ")[0])
@pytest.mark.parametrize("role", ["database_url", "database_system_url"])
async def test_the_application_may_not_change_events(settings: Settings, role: str, change: str) -> None:
    """Neither of the application's roles has the privilege."""
    connection = await asyncpg.connect(getattr(settings, role).get_secret_value())
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(change)
    finally:
        await connection.close()


@pytest.mark.parametrize("change", CHANGES, ids=lambda sql: sql.partition(" ")[0])
async def test_a_superuser_may_not_change_events(
    practice: Practice, superuser: "asyncpg.Connection[Any]", change: str
) -> None:
    """A trigger refuses even those whom no privilege stops."""
    assert await _actions(practice, superuser)
    with pytest.raises(asyncpg.PostgresError) as refused:
        await superuser.execute(change)
    assert refused.value.sqlstate == APPEND_ONLY


async def test_the_owner_changes_no_event(
    settings: Settings, practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """The tables' owner sees no event to change, and may not empty the table."""
    before = await _actions(practice, superuser)
    assert settings.database_owner_url
    owner = await asyncpg.connect(settings.database_owner_url.get_secret_value())
    try:
        assert [await owner.execute(change) for change in CHANGES[:2]] == ["UPDATE 0", "DELETE 0"]
        with pytest.raises(asyncpg.PostgresError) as refused:
            await owner.execute(CHANGES[2])
    finally:
        await owner.close()
    assert refused.value.sqlstate == APPEND_ONLY
    assert await _actions(practice, superuser) == before


async def test_events_are_found_by_what_was_done(practice: Practice) -> None:
    """By action and by kind of row; listing events does not find itself instead."""
    client = await practice.make_client()
    await practice.put(f"/clients/{client['id']}", {"notes": "x"})
    for params in ({"action": "client.update"}, {"entity_type": "client"}):
        page = (await practice.get("/audit-events", params=params)).json()
        assert {item["entity_id"] for item in page["items"]} == {client["id"]}
