"""Two scheduled appointments of one therapist never overlap."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import asyncpg
import pytest

from tests.appointments.days import DAY, at, book, hire, slot, slug
from tests.core.waiting import until_done_or_blocked
from tests.support.practice import Practice

OVERLAPS = [(9, 10), (9.5, 10.5), (8.5, 9.5), (9.25, 9.75), (8, 11), (9, 9.5), (9.5, 10), (9.999, 10.5)]


@pytest.mark.parametrize(("start", "end"), OVERLAPS)
async def test_an_overlap_names_the_other(practice: Practice, start: float, end: float) -> None:
    """Booking over another appointment is a 409 with that one's id, and books nothing."""
    taken = (await book(practice, 9, 10)).json()
    answer = await book(practice, start, end)
    assert (answer.status_code, slug(answer)) == (409, "appointment-conflict")
    assert answer.json()["appointment_id"] == taken["id"]
    assert (await practice.get("/appointments")).json()["total"] == 1


@pytest.mark.parametrize(("start", "end"), [(8, 9), (10, 11)])
async def test_touching_ends_are_no_overlap(practice: Practice, start: float, end: float) -> None:
    """One appointment may begin at the moment another ends."""
    await book(practice, 9, 10)
    assert (await book(practice, start, end)).status_code == 201


@pytest.mark.parametrize(
    "change",
    [slot(9.5, 10.5), {"scheduled_end": at(12.5)}, {"scheduled_start": at(9.5)}],
    ids=["moved", "later-end", "earlier-start"],
)
async def test_moving_onto_another_names_it(practice: Practice, change: dict[str, str]) -> None:
    """Moving either end over another appointment is a 409 with that one's id, and moves nothing."""
    taken = {(await book(practice, 9, 10)).json()["id"], (await book(practice, 12, 13)).json()["id"]}
    mine = (await book(practice, 11, 12)).json()
    answer = await practice.put(f"/appointments/{mine['id']}", change)
    assert (answer.status_code, slug(answer)) == (409, "appointment-conflict")
    assert answer.json()["appointment_id"] in taken
    assert (await practice.get(f"/appointments/{mine['id']}")).json() == mine


async def test_an_appointment_does_not_conflict_with_itself(practice: Practice) -> None:
    """Moving by less than its own length is no overlap."""
    mine = (await book(practice, 9, 10)).json()
    assert (await practice.put(f"/appointments/{mine['id']}", slot(9.5, 10.5))).status_code == 200


@pytest.mark.parametrize("status", ["cancelled", "completed", "no_show"])
async def test_only_scheduled_ones_hold_their_time(practice: Practice, status: str) -> None:
    """A cancelled, completed or missed appointment leaves its time free, as booked and as changed."""
    first = (await book(practice, 9, 10, status=status)).json()
    second = (await book(practice, 9, 10)).json()
    assert second["status"] == "scheduled"
    await practice.put(f"/appointments/{second['id']}", {"status": status})
    assert (await book(practice, 9, 10)).status_code == 201
    back = await practice.put(f"/appointments/{first['id']}", {"status": "scheduled"})
    assert (back.status_code, slug(back)) == (409, "appointment-conflict")


@pytest.mark.parametrize("status", ["cancelled", "completed", "no_show"])
async def test_what_is_not_scheduled_may_be_noted_anywhere(practice: Practice, status: str) -> None:
    """An appointment that is not scheduled may lie over one that is."""
    await book(practice, 9, 10)
    assert (await book(practice, 9, 10, status=status)).status_code == 201


async def test_a_deleted_appointment_frees_its_time(practice: Practice) -> None:
    """The time of a deleted appointment can be booked again."""
    first = (await book(practice, 9, 10)).json()
    await practice.delete(f"/appointments/{first['id']}")
    assert (await book(practice, 9, 10)).status_code == 201


async def test_a_finalized_note_frees_the_time(practice: Practice) -> None:
    """Completed by its note, an appointment leaves its time free."""
    first = (await book(practice, 9, 10)).json()
    note = await practice.make_session(first["id"], plan="x")
    await practice.patch(f"/sessions/{note['id']}/finalize")
    assert (await book(practice, 9, 10)).status_code == 201


async def test_therapists_are_busy_each_for_themselves(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Two therapists may treat at the same time, but not be given each other's appointment over their own."""
    second = await hire(practice, superuser)
    mine = (await book(practice, 9, 10)).json()
    theirs = await book(practice, 9, 10, therapist_id=second)
    assert theirs.status_code == 201
    answer = await practice.put(
        f"/appointments/{theirs.json()['id']}", {"therapist_id": str(practice.user_id)}
    )
    assert (answer.status_code, slug(answer)) == (409, "appointment-conflict")
    assert answer.json()["appointment_id"] == mine["id"]


async def test_workspaces_are_busy_each_for_themselves(practice: Practice, other: Practice) -> None:
    """Another workspace's appointment at the same time is no conflict."""
    await book(other, 9, 10)
    assert (await book(practice, 9, 10)).status_code == 201


async def test_of_many_bookings_at_once_one_gets_the_time(practice: Practice) -> None:
    """Of 32 simultaneous bookings of one time exactly one is a 201 and the others a 409 with its id."""
    client = await practice.make_client()
    body = {"client_id": client["id"], **slot(9, 10)}
    answers = await asyncio.gather(*(practice.post("/appointments", body) for _ in range(32)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 31
    (won,) = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert {a.json()["appointment_id"] for a in answers if a.status_code == 409} == {won}


async def test_of_many_staggered_bookings_none_overlap(practice: Practice) -> None:
    """Of 16 simultaneous bookings that partly overlap each is a 201 or a 409, and no two that stand overlap."""
    client = await practice.make_client()
    answers = await asyncio.gather(
        *(
            practice.post("/appointments", {"client_id": client["id"], **slot(9 + n / 4, 10 + n / 4)})
            for n in range(16)
        )
    )
    assert {answer.status_code for answer in answers} == {201, 409}
    stand = sorted(
        (a.json()["scheduled_start"], a.json()["scheduled_end"]) for a in answers if a.status_code == 201
    )
    assert all(before[1] <= after[0] for before, after in pairwise(stand))


async def test_bookings_that_wait_for_each_other_are_both_answered(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Two overlapping bookings, one of which had to wait for a third: one is a 201, the other a 409, no 503."""
    client = (await practice.make_client())["id"]
    third = superuser.transaction()
    await third.start()
    await superuser.execute(
        "INSERT INTO appointments (workspace_id, id, client_id, therapist_id, scheduled_start, scheduled_end)"
        " VALUES ($1, gen_random_uuid(), $2, $3, $4::timestamptz, $4::timestamptz + interval '1 hour')",
        practice.workspace_id,
        client,
        practice.user_id,
        DAY + timedelta(hours=9),
    )
    first = asyncio.create_task(book(practice, 9.5, 10.5, client_id=client))
    await until_done_or_blocked(first, superuser)
    second = asyncio.create_task(book(practice, 10.25, 11, client_id=client))
    await until_done_or_blocked(second, superuser, waiters=2)
    # The third goes away: now the first finds the second, which waits for the first.
    await third.rollback()
    assert sorted([(await first).status_code, (await second).status_code]) == [201, 409]


async def test_of_two_moved_onto_one_time_one_stays(practice: Practice) -> None:
    """Two appointments moved to the same time at once: one moves, the other is a 409."""
    ids = [(await book(practice, hour, hour + 1)).json()["id"] for hour in (6, 7)]
    answers = await asyncio.gather(*(practice.put(f"/appointments/{one}", slot(12, 13)) for one in ids))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
