"""The calendar and its filters."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.appointments.days import DAY, at, book, slot
from tests.support.practice import Practice


async def listed(practice: Practice, **filters: Any) -> list[str]:
    """The ids of a list, whose total must be its length."""
    answer = await practice.get("/appointments", params=filters)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["items"])
    return [item["id"] for item in page["items"]]


async def test_the_calendar_is_in_order(practice: Practice) -> None:
    """Appointments come earliest first, and in the order of making where they start together."""
    late = (await book(practice, 12, 13)).json()["id"]
    early = (await book(practice, 9, 10)).json()["id"]
    twin = (await book(practice, 9, 11, status="cancelled")).json()["id"]
    assert await listed(practice) == [early, twin, late]


async def test_items_are_whole(practice: Practice) -> None:
    """An item of the calendar is the appointment as it is read by id."""
    made = await practice.make_appointment(notes="x", location="y")
    assert (await practice.get("/appointments")).json()["items"] == [made]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, "abc"),
        (9.5, None, "abc"),
        (10, None, "bc"),
        (10.5, None, "bc"),
        (13, None, ""),
        (None, 9, ""),
        (None, 9.5, "a"),
        (None, 10, "a"),
        (None, 12.5, "abc"),
        (9.5, 11.5, "ab"),
        (11, 12, ""),
        (9.25, 9.5, "a"),
    ],
)
async def test_a_window_shows_what_lies_in_it(
    practice: Practice, since: float | None, until: float | None, expected: str
) -> None:
    """`from` and `to` show what is going on between them: ends after `from`, starts before `to`."""
    made = {
        (await book(practice, start, end)).json()["id"]: name
        for name, start, end in (("a", 9, 10), ("b", 10, 11), ("c", 12, 13))
    }
    window = {"from": since, "to": until}
    given = {name: at(hour) for name, hour in window.items() if hour is not None}
    assert "".join(made[found] for found in await listed(practice, **given)) == expected


async def test_filters_take_any_offset(practice: Practice) -> None:
    """A filter's instant may have any offset."""
    made = (await book(practice, 9, 10)).json()["id"]
    assert await listed(practice, **{"from": "2026-06-01T12:59:59+03:00"}) == [made]
    assert await listed(practice, **{"from": "2026-06-01T13:00:00+03:00"}) == []


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    "value",
    [
        "2026-06-01T09:00:00",
        "2026-06-01",
        "canary-3a8",
        "",
        "1780304400",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
async def test_a_filter_that_is_no_instant_is_refused(practice: Practice, name: str, value: str) -> None:
    """A naive or malformed instant in a filter is a 422 that points at it."""
    answer = await practice.get("/appointments", params={name: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]
    assert "canary-3a8" not in answer.text


@pytest.mark.parametrize(
    ("name", "value"), [("client_id", "canary-3a8"), ("status", "canary-3a8"), ("needs_note", "canary-3a8")]
)
async def test_a_malformed_filter_is_refused(practice: Practice, name: str, value: str) -> None:
    """A filter of the wrong form is a 422 that points at it and echoes nothing."""
    answer = await practice.get("/appointments", params={name: value})
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]
    assert "canary-3a8" not in answer.text


async def test_one_clients_appointments(practice: Practice, other: Practice) -> None:
    """`client_id` shows that client's only; another workspace's client has none here."""
    mine = await practice.make_appointment()
    await practice.make_appointment()
    theirs = await other.make_appointment()
    assert await listed(practice, client_id=mine["client_id"]) == [mine["id"]]
    assert await listed(practice, client_id=theirs["client_id"]) == []


async def test_one_status_only(practice: Practice) -> None:
    """`status` shows the appointments in that status."""
    statuses = ("scheduled", "completed", "cancelled", "no_show")
    made = {status: (await practice.make_appointment(status=status))["id"] for status in statuses}
    assert {status: await listed(practice, status=status) for status in statuses} == {
        status: [made[status]] for status in statuses
    }


async def test_filters_add_up(practice: Practice) -> None:
    """Several filters show what meets all of them."""
    client = (await practice.make_client())["id"]
    wanted = (await book(practice, 9, 10, client_id=client, status="cancelled")).json()["id"]
    await book(practice, 9, 10, client_id=client)
    await book(practice, 12, 13, client_id=client, status="cancelled")
    await book(practice, 9, 10, status="cancelled")
    found = await listed(practice, client_id=client, status="cancelled", **{"from": at(9), "to": at(11)})
    assert found == [wanted]


def past() -> dict[str, str]:
    return {"scheduled_start": "2020-01-01T09:00:00Z", "scheduled_end": "2020-01-01T10:00:00Z"}


@pytest.mark.parametrize(
    ("status", "needs"), [("scheduled", True), ("completed", True), ("cancelled", False), ("no_show", False)]
)
async def test_a_past_appointment_needs_a_note(practice: Practice, status: str, needs: bool) -> None:
    """Past and neither cancelled nor missed, it needs a note; `needs_note=false` shows the others."""
    made = (await practice.make_appointment(status=status, **past()))["id"]
    assert await listed(practice, needs_note="true") == ([made] if needs else [])
    assert await listed(practice, needs_note="false") == ([] if needs else [made])


async def test_an_appointment_to_come_needs_no_note(practice: Practice) -> None:
    """What has not ended yet, begun or not, needs no note."""
    now = datetime.now(UTC)
    for begins in (-1, 24):
        times = [now + timedelta(hours=begins), now + timedelta(hours=begins + 2)]
        await practice.make_appointment(
            scheduled_start=times[0].isoformat(), scheduled_end=times[1].isoformat()
        )
    assert await listed(practice, needs_note="true") == []


async def test_a_draft_is_not_enough(practice: Practice) -> None:
    """With a draft an appointment still needs its note, with the finalized note no longer."""
    appointment = await practice.make_appointment(**past())
    note = await practice.make_session(appointment["id"], plan="x")
    assert await listed(practice, needs_note="true") == [appointment["id"]]
    await practice.patch(f"/sessions/{note['id']}/finalize")
    assert await listed(practice, needs_note="true") == []
    assert await listed(practice, needs_note="false") == [appointment["id"]]


async def test_a_deleted_appointment_needs_no_note(practice: Practice) -> None:
    """What was taken off the calendar is in no list of it."""
    appointment = await practice.make_appointment(**past())
    await practice.delete(f"/appointments/{appointment['id']}")
    assert await listed(practice, needs_note="true") == []


async def test_the_calendar_is_paged_with_filters(practice: Practice) -> None:
    """Pages of a filtered calendar show each of its appointments once, in order, with its total."""
    made = []
    for number in range(15):
        status = "cancelled" if number % 3 else "no_show"
        start = number // 4
        answer = await practice.make_appointment(status=status, **slot(start, start + 1))
        if status == "cancelled":
            made.append(answer["id"])
    shown: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        query = {"status": "cancelled", "from": DAY.isoformat(), "limit": 3, **cursor}
        page = (await practice.get("/appointments", params=query)).json()
        assert page["total"] == 10
        shown += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert shown == made
