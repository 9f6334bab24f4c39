"""Two records of one person become one."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.clients.models import Client
from tests.moves.test_moving import SOAP, WHY, told
from tests.support.practice import Practice, join


async def merge(practice: Practice, kept: str, duplicate: str) -> dict[str, Any]:
    answer = await practice.post(f"/clients/{kept}/merge", {"duplicate_id": duplicate, "reason": WHY})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_everything_is_in_one_record(practice: Practice, superuser: "asyncpg.Connection[Any]") -> None:
    """Appointments, notes with amendments and signatures, plans with milestones and revisions; nothing is left."""
    kept, twice = await practice.make_client(), await practice.make_client(first_name="Ruth")
    note = await practice.make_session((await practice.make_appointment(twice["id"]))["id"], **SOAP)
    await practice.patch(f"/sessions/{note['id']}/finalize")
    await practice.post(f"/sessions/{note['id']}/amendments", {"reason": "r", "plan": "x"})
    before = (await practice.get(f"/sessions/{note['id']}")).json()
    plan = await practice.make_plan(twice["id"])
    await practice.put(f"/plans/{plan['id']}", {"title": "אחר"})
    await practice.make_milestone(plan["id"])
    await merge(practice, kept["id"], twice["id"])
    after = (await practice.get(f"/sessions/{note['id']}")).json()
    assert after == before | {"client_id": kept["id"]}
    tables = ("appointments", "sessions", "session_amendments", "plans", "milestones", "plan_revisions")
    for table in tables:
        left = await superuser.fetchval(
            f"SELECT count(*) FROM {table} WHERE client_id = $1", UUID(twice["id"])
        )
        there = await superuser.fetchval(
            f"SELECT count(*) FROM {table} WHERE client_id = $1", UUID(kept["id"])
        )
        assert (table, left, there) == (table, 0, 1)
    assert await told(practice, twice["id"]) == ["merged_away"]
    assert {"merged_here", "session_finalized", "plan_created"} <= set(await told(practice, kept["id"]))


_FULL = {"email": "a@example.org", "phone": "050-1", "notes": "one", "tags": ["x"]}
COMPLETED: tuple[tuple[dict[str, Any], dict[str, Any], dict[str, Any]], ...] = (
    # the record that stays, the second one, what the first says afterwards
    ({}, _FULL, _FULL),
    (_FULL, {"email": "b@example.org", "phone": "050-2"}, _FULL),
    (_FULL, {"notes": "two", "tags": ["y", "x"]}, {"notes": "one\n\ntwo", "tags": ["x", "y"]}),
    (_FULL, {"notes": "one"}, {"notes": "one"}),
    ({"notes": "n" * 15_000}, {"notes": "m" * 15_000}, {"notes": "n" * 15_000}),  # the second's stays with it
    ({}, {"reminders_opt_out": True}, {"reminders_opt_out": True}),
    ({"reminders_opt_out": True}, {}, {"reminders_opt_out": True}),
)


@pytest.mark.parametrize(("kept", "duplicate", "expected"), COMPLETED)
async def test_what_is_missing_is_filled_in(
    practice: Practice, kept: dict[str, Any], duplicate: dict[str, Any], expected: dict[str, Any]
) -> None:
    """And every word of the second stays in it."""
    one, two = await practice.make_client(**kept), await practice.make_client(**duplicate)
    merged = await merge(practice, one["id"], two["id"])
    assert {name: merged[name] for name in expected} == expected
    gone = (await practice.get(f"/clients/{two['id']}")).json()
    assert gone["merged_into"] == one["id"]
    assert gone["archived_at"] is not None
    assert {name: gone[name] for name in duplicate} == duplicate


async def test_a_merged_record_takes_nothing_and_is_not_merged_again(practice: Practice) -> None:
    one, two, three = [(await practice.make_client())["id"] for _ in range(3)]
    await merge(practice, one, two)
    again = await practice.post(f"/clients/{three}/merge", {"duplicate_id": two, "reason": WHY})
    into = await practice.post(f"/clients/{two}/merge", {"duplicate_id": three, "reason": WHY})
    itself = await practice.post(f"/clients/{one}/merge", {"duplicate_id": one, "reason": WHY})
    assert [answer.status_code for answer in (again, into, itself)] == [409, 409, 409]
    assert again.json()["type"].endswith("client-merged")


async def test_only_an_owner(app: FastAPI, practice: Practice) -> None:
    one, two = [(await practice.make_client())["id"] for _ in range(2)]
    therapist = await join(app, practice, "therapist")
    refused = await therapist.post(f"/clients/{one}/merge", {"duplicate_id": two, "reason": WHY})
    assert refused.status_code == 403


@pytest.mark.parametrize("crossed", [False, True], ids=["the same twice", "each into the other"])
async def test_two_at_once(practice: Practice, crossed: bool) -> None:
    """One of them is carried out."""
    one, two = [(await practice.make_client())["id"] for _ in range(2)]
    pairs = [(one, two), (two, one) if crossed else (one, two)]
    answers = await asyncio.gather(
        *(practice.post(f"/clients/{a}/merge", {"duplicate_id": b, "reason": WHY}) for a, b in pairs)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_booking_beside_it_is_moved_or_refused(practice: Practice) -> None:
    """Nothing is left behind at a record that nobody looks at."""
    for _ in range(5):
        one, two = [(await practice.make_client())["id"] for _ in range(2)]
        note = {"subjective": "x"}
        merged, booked = await asyncio.gather(
            practice.post(f"/clients/{one}/merge", {"duplicate_id": two, "reason": WHY}),
            practice.post("/plans", {"client_id": two, "title": "t", "goals": note["subjective"]}),
        )
        assert merged.status_code == 200
        assert booked.status_code in {201, 409}
        plans = (await practice.get("/plans", params={"client_id": two})).json()
        assert plans["total"] == 0


def test_completing_knows_every_field_of_a_client() -> None:
    """A field that is added to clients is decided about here."""
    ids = {"id", "workspace_id", "version", "created_at", "updated_at", "archived_at", "merged_into"}
    ids |= {"erasure_due_at", "erased_at"}
    stays = {"first_name", "last_name"}
    filled = {"email", "phone", "date_of_birth", "address", "locale", "timezone", "email_bounced_at"}
    joined = {"notes", "tags", "reminders_opt_out", "consent_given_at"}
    assert set(Client.__dataclass_fields__) == ids | stays | filled | joined
