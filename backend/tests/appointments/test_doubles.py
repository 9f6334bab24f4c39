"""One client with two therapists, or one place twice: allowed, and said; and how long an appointment may be.

Seen in practice systems that refuse both (open-source scheduling, 2020 to 2025), where co-therapists and groups then
book one minute later; and in those that say nothing, where two clients met before one door. Appointments of several
days came from a slip in the date (imports of spreadsheets, 2024).
"""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.appointments.days import at, book, hire, slot
from tests.core.problem import problem_of
from tests.support.practice import Practice

ROOM = {"location": "חדר 2"}
# What the two have beside their client, whether they share it, and of what is warned.
CASES: tuple[tuple[str, dict[str, str], dict[str, str], bool, list[str]], ...] = (
    ("same client, two therapists", {}, {}, True, ["client"]),
    ("one room twice", ROOM, ROOM, False, ["place"]),
    ("one room, typed otherwise", {"location": "Room  A"}, {"location": " room a "}, False, ["place"]),
    ("both", ROOM, ROOM, True, ["client", "place"]),
    ("two rooms", ROOM, {"location": "חדר 3"}, False, []),
    ("no room said", {}, {}, False, []),
    ("one link twice", {"location": "https://meet.example.org/a", "location_type": "online"},
     {"location": "https://meet.example.org/a", "location_type": "online"}, False, ["place"]),
    ("two homes", {"location": "רחוב הדקל 1", "location_type": "home"},
     {"location": "רחוב הדקל 1", "location_type": "home"}, False, []),
)  # fmt: skip


def _said(answer: Any) -> list[tuple[str, str]]:
    return [(one["kind"], one["appointment_id"]) for one in answer.json().get("warnings", [])]


async def _other(practice: Practice, superuser: Any) -> dict[str, Any]:
    return {"therapist_id": await hire(practice, superuser)}


@pytest.mark.parametrize(
    ("first", "second", "shares", "kinds"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
async def test_a_double_booking_is_said(
    practice: Practice,
    superuser: "asyncpg.Connection[Any]",
    first: dict[str, str],
    second: dict[str, str],
    shares: bool,
    kinds: list[str],
) -> None:
    """Booked, moved there or restored: it is carried out, and the other is named."""
    client = {"client_id": (await practice.make_client())["id"]}
    other = await _other(practice, superuser)
    taken = (await book(practice, 9, 10, **first, **client)).json()
    warned = [(kind, taken["id"]) for kind in kinds]
    whose = client if shares else {}
    booked = await book(practice, 9.5, 10.5, **second, **whose, **other)
    assert (booked.status_code, _said(booked)) == (201, warned)
    path = f"/appointments/{booked.json()['id']}"
    away = await practice.put(path, slot(10, 11))
    assert (away.status_code, _said(away)) == (200, [])
    back = await practice.put(path, slot(9.5, 10.5))
    assert (back.status_code, _said(back)) == (200, warned)
    await practice.delete(path)
    assert _said(await practice.post(f"{path}/restore")) == warned
    assert "warnings" not in (await practice.get(path)).json()


@pytest.mark.parametrize("status", ["cancelled", "completed", "no_show"])
async def test_what_does_not_take_place_is_in_nobodys_way(
    practice: Practice, superuser: "asyncpg.Connection[Any]", status: str
) -> None:
    """Of an appointment that is off or over nothing is said, whichever of the two it is."""
    client = {"client_id": (await practice.make_client())["id"]}
    other = await _other(practice, superuser)
    await book(practice, 9, 10, **client, **ROOM, status=status)
    assert _said(await book(practice, 9, 10, **client, **ROOM, **other)) == []
    assert _said(await book(practice, 9, 10, **client, **ROOM, status=status)) == []


async def test_of_twins_one_is_told_of_the_other(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Booked into one room at the same moment: all are booked, and all but the first are warned."""
    therapists = [await _other(practice, superuser) for _ in range(4)]
    answers = await asyncio.gather(*(book(practice, 9, 10, **ROOM, **who) for who in therapists))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(len(_said(answer)) for answer in answers) == [0, 1, 2, 3]


async def test_an_appointment_lasts_at_most_a_day(practice: Practice) -> None:
    """24 hours are fine, a second more is a 422, as booked and as changed."""
    longest = (await book(practice, 0, 24)).json()
    over = slot(0, 24 + 1 / 3600)
    client = longest["client_id"]
    answers = [
        await practice.post("/appointments", {"client_id": client, **over}),
        await practice.put(f"/appointments/{longest['id']}", {"scheduled_end": over["scheduled_end"]}),
    ]
    for answer in answers:
        problem_of(answer, 422, "appointment-too-long")
    found = (await practice.get(f"/appointments/{longest['id']}")).json()
    assert found["scheduled_end"] == at(24)
