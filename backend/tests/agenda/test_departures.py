"""Who leaves is expected no more: nobody is archived or removed past the appointments that are to come.

Seen in practice systems that let both pass (open-source scheduling, 2021 to 2025): clients stood before a closed
door, and reminders went out for a therapist who had left.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from tests.core.problem import problem_of
from tests.core.waiting import until_done_or_blocked
from tests.support.practice import Practice, join

CANCELS = {"cancel_appointments": "true"}


def at(days: float) -> dict[str, str]:
    start = datetime.now(UTC) + timedelta(days=days)
    return {
        "scheduled_start": start.isoformat(),
        "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
    }


@pytest.fixture
async def colleague(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A therapist of the practice."""
    colleague = await join(app, practice, "therapist")
    async with colleague.http:
        yield colleague


@pytest.fixture(params=["client", "member"])
async def leaving(
    request: pytest.FixtureRequest, practice: Practice, colleague: Practice
) -> tuple[str, dict[str, str]]:
    """Whose path to leave by it is, and what an appointment with them has."""
    if request.param == "member":
        client = (await practice.make_client())["id"]
        who = {"client_id": client, "therapist_id": str(colleague.user_id)}
        return f"/members/{colleague.user_id}", who
    client = (await practice.make_client())["id"]
    return f"/clients/{client}", {"client_id": client}


Leaving = tuple[str, dict[str, str]]


async def _statuses(practice: Practice, ids: list[str]) -> list[str]:
    return [(await practice.get(f"/appointments/{each}")).json()["status"] for each in ids]


async def test_what_is_to_come_keeps_them(practice: Practice, leaving: Leaving) -> None:
    """Refused with the ids, the soonest first; what was, was cancelled or taken off is none of them."""
    path, who = leaving
    coming = [(await practice.make_appointment(**who, **at(days)))["id"] for days in (9, 2)]
    await practice.make_appointment(**who)
    off = await practice.make_appointment(**who, status="cancelled", **at(5))
    gone = await practice.make_appointment(**who, **at(6))
    await practice.delete(f"/appointments/{gone['id']}")
    answer = problem_of(await practice.delete(path), 409, "has-appointments")
    assert (answer["appointment_ids"], answer["total"]) == (coming[::-1], 2)
    assert await _statuses(practice, [*coming, off["id"]]) == ["scheduled", "scheduled", "cancelled"]
    for each in coming:
        await practice.put(f"/appointments/{each}", {"status": "cancelled"})
    assert (await practice.delete(path)).status_code == 204


async def test_it_is_carried_out_when_asked_for(practice: Practice, leaving: Leaving) -> None:
    """With cancel_appointments=true all that is to come is cancelled, each with its event, and what was stays."""
    path, who = leaving
    past = (await practice.make_appointment(**who))["id"]
    coming = [(await practice.make_appointment(**who, **at(days)))["id"] for days in (2, 9, 16)]
    assert (await practice.delete(path, params=CANCELS)).status_code == 204
    assert await _statuses(practice, [past, *coming]) == ["scheduled", *["cancelled"] * 3]
    asked = {"action": "appointment.update", "limit": "100"}
    events = (await practice.get("/audit-events", params=asked)).json()["items"]
    assert sorted(event["entity_id"] for event in events) == sorted(coming)
    assert len({event["id"] for event in events}) == 3


async def test_what_is_refused_cancels_nothing(practice: Practice, leaving: Leaving) -> None:
    """A stale version is a 412, and the appointments stand."""
    path, who = leaving
    coming = (await practice.make_appointment(**who, **at(2)))["id"]
    stale = {"If-Match": '"99"'}
    problem_of(await practice.delete(path, params=CANCELS, headers=stale), 412, "stale-version")
    assert await _statuses(practice, [coming]) == ["scheduled"]


async def test_the_last_owner_keeps_their_appointments(practice: Practice) -> None:
    """Who cannot be removed loses none."""
    coming = (await practice.make_appointment(**at(2)))["id"]
    answer = await practice.delete(f"/members/{practice.user_id}", params=CANCELS)
    problem_of(answer, 409, "last-owner")
    assert await _statuses(practice, [coming]) == ["scheduled"]


async def test_many_are_counted_and_the_soonest_named(practice: Practice) -> None:
    """Up to a hundred ids, and how many there are."""
    client = (await practice.make_client())["id"]
    for days in range(1, 104):
        await practice.make_appointment(client, **at(days))
    answer = problem_of(await practice.delete(f"/clients/{client}"), 409, "has-appointments")
    assert (len(answer["appointment_ids"]), answer["total"]) == (100, 103)


@pytest.mark.parametrize("back", ["status", "start"])
async def test_nobody_who_left_is_expected_anew(practice: Practice, leaving: Leaving, back: str) -> None:
    """Neither taken up again, nor moved ahead, nor booked."""
    path, who = leaving
    kept = (
        await practice.make_appointment(**who, status="cancelled", **at(3))
        if back == "status"
        else await practice.make_appointment(**who)
    )
    assert (await practice.delete(path)).status_code == 204
    change = {"status": "scheduled"} if back == "status" else at(3)
    expected = (409, "client-archived") if "/clients/" in path else (422, "therapist-unknown")
    problem_of(await practice.put(f"/appointments/{kept['id']}", change), *expected)
    problem_of(await practice.post("/appointments", {**who, **at(4)}), *expected)


@pytest.mark.parametrize("_run", range(5))
async def test_a_booking_at_the_same_time_is_not_lost(
    practice: Practice, leaving: Leaving, _run: int
) -> None:
    """Either it is booked, and they stay or it is cancelled; or they are gone, and it is refused."""
    path, who = leaving
    cancels = CANCELS if _run % 2 else {}
    booking, leave = await asyncio.gather(
        practice.post("/appointments", {**who, **at(2)}), practice.delete(path, params=cancels)
    )
    outcome = booking.status_code, leave.status_code
    if booking.status_code == 201:
        assert outcome in {(201, 204), (201, 409)}
        status = (await _statuses(practice, [booking.json()["id"]]))[0]
        assert (status == "cancelled") is (leave.status_code == 204)
    else:
        assert outcome in {(409, 204), (422, 204)}


async def test_a_booking_waits_for_who_is_leaving(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A client who is held is booked with only after what holds them has ended, and as they are then."""
    client = (await practice.make_client())["id"]
    async with superuser.transaction():
        await superuser.execute("UPDATE clients SET archived_at = now() WHERE id = $1", client)
        body = {"client_id": client, **at(2)}
        booking = asyncio.create_task(practice.post("/appointments", body))
        await until_done_or_blocked(booking, superuser)
        assert not booking.done()
    problem_of(await booking, 409, "client-archived")
