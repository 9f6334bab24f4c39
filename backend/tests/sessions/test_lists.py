"""Lists of SOAP notes."""

from typing import Any

import pytest

from tests.support.practice import Practice

TEXT = {"subjective": "canary-s", "objective": "canary-o", "assessment": "canary-a", "plan": "canary-p"}


def day(number: int) -> dict[str, str]:
    """An appointment's times on a day of March."""
    return {
        "scheduled_start": f"2026-03-{number:02d}T09:00:00Z",
        "scheduled_end": f"2026-03-{number:02d}T10:00:00Z",
        "status": "cancelled",
    }


async def note_of(
    practice: Practice, number: int, client_id: str | None = None, **text: str
) -> dict[str, Any]:
    appointment = await practice.make_appointment(client_id, **day(number))
    return await practice.make_session(appointment["id"], **text)


async def listed(practice: Practice, **filters: Any) -> list[str]:
    """The ids of a list, whose total must be its length."""
    answer = await practice.get("/sessions", params=filters)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["items"])
    return [item["id"] for item in page["items"]]


async def test_notes_are_listed_newest_first(practice: Practice) -> None:
    """The order is by session_date, newest first, whatever the order of writing; ties newest note first."""
    client = (await practice.make_client())["id"]
    made = [(await note_of(practice, number, client))["id"] for number in (2, 9, 5, 5)]
    assert await listed(practice) == [made[1], made[3], made[2], made[0]]


@pytest.mark.parametrize("include", [None, "text"])
async def test_a_list_has_text_only_when_asked(practice: Practice, include: str | None) -> None:
    """Items carry the SOAP text with include=text; without, not even its keys."""
    note = await practice.make_session(**TEXT)
    answer = await practice.get("/sessions", params={"include": include} if include else {})
    (item,) = answer.json()["items"]
    assert item == (note if include else {name: note[name] for name in note if name not in TEXT})
    assert ("canary-" in answer.text) is bool(include)


async def test_only_text_can_be_included(practice: Practice) -> None:
    """Any other value of `include` is a 422."""
    answer = await practice.get("/sessions", params={"include": "everything"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/include"]


async def test_archived_notes_are_listed_only_when_asked(practice: Practice) -> None:
    """Without a status the archived are left out; each status shows its own."""
    notes = {
        status: (await practice.make_session(plan="x"))["id"] for status in ("draft", "finalized", "archived")
    }
    await practice.patch(f"/sessions/{notes['finalized']}/finalize")
    await practice.delete(f"/sessions/{notes['archived']}")
    assert set(await listed(practice)) == {notes["draft"], notes["finalized"]}
    assert {status: await listed(practice, status=status) for status in notes} == {
        status: [note] for status, note in notes.items()
    }


async def test_notes_of_one_client(practice: Practice, other: Practice) -> None:
    """`client_id` shows that client's notes only; another workspace's client has none here."""
    mine, _, theirs = await practice.make_session(), await practice.make_session(), await other.make_session()
    assert await listed(practice, client_id=mine["client_id"]) == [mine["id"]]
    assert await listed(practice, client_id=theirs["client_id"]) == []


async def test_notes_of_one_appointment(practice: Practice) -> None:
    """`appointment_id` shows its note, and with status=archived its earlier ones."""
    old = await practice.make_session(plan="x")
    await practice.delete(f"/sessions/{old['id']}")
    new = await practice.make_session(old["appointment_id"])
    await practice.make_session()
    assert await listed(practice, appointment_id=old["appointment_id"]) == [new["id"]]
    assert await listed(practice, appointment_id=old["appointment_id"], status="archived") == [old["id"]]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-03-03T09:00:00Z", None, "cb"),
        ("2026-03-03T09:00:00.000001Z", None, "c"),
        (None, "2026-03-03T09:00:00Z", "a"),
        (None, "2026-03-03T09:00:00.000001Z", "ba"),
        ("2026-03-02T00:00:00+02:00", "2026-03-04T00:00:00+02:00", "b"),
        ("2026-03-05T00:00:00Z", "2026-03-01T00:00:00Z", ""),
    ],
)
async def test_a_window_shows_the_notes_in_it(
    practice: Practice, since: str | None, until: str | None, expected: str
) -> None:
    """`from` is at or after, `to` is before the session_date."""
    made = {(await note_of(practice, number))["id"]: name for number, name in ((1, "a"), (3, "b"), (5, "c"))}
    window = {name: value for name, value in (("from", since), ("to", until)) if value}
    assert "".join(made[found] for found in await listed(practice, **window)) == expected


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("value", ["2026-03-01T09:00:00", "2026-03-01", "canary-x", "1772352000"])
async def test_a_filter_that_is_no_instant_is_refused(practice: Practice, name: str, value: str) -> None:
    """A naive or malformed instant in a filter is a 422 that points at it and echoes nothing."""
    answer = await practice.get("/sessions", params={name: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]
    assert "canary-" not in answer.text


@pytest.mark.parametrize("name", ["client_id", "appointment_id", "status"])
async def test_a_malformed_filter_is_refused(practice: Practice, name: str) -> None:
    """A filter of the wrong form is a 422 that points at it and echoes nothing."""
    answer = await practice.get("/sessions", params={name: "canary-x"})
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]
    assert "canary-" not in answer.text


async def test_filters_add_up(practice: Practice) -> None:
    """Several filters show what meets all of them."""
    client = (await practice.make_client())["id"]
    wanted = await note_of(practice, 3, client, plan="x")
    await note_of(practice, 9, client)
    await note_of(practice, 3)
    filters = {
        "client_id": client,
        "status": "draft",
        "from": "2026-03-02T00:00:00Z",
        "to": "2026-03-04T00:00:00Z",
    }
    assert await listed(practice, include="text", **filters) == [wanted["id"]]


@pytest.mark.parametrize("include", [None, "text"])
async def test_notes_are_paged(practice: Practice, include: str | None) -> None:
    """Pages show each note once, in order, also among many of one moment."""
    client = (await practice.make_client())["id"]
    made = [(await note_of(practice, 1 + number // 4, client))["id"] for number in range(11)]
    shown: list[str] = []
    query: dict[str, Any] = {"limit": 3, **({"include": include} if include else {})}
    while True:
        page = (await practice.get("/sessions", params=query)).json()
        assert page["total"] == 11
        shown += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert shown == made[::-1]
