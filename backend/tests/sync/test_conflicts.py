"""What cannot be applied is kept as a conflict with its reason, and nothing else of the batch is stopped."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.sessions.devices import another_device
from tests.support.practice import Practice
from tests.sync.items import FIELDS, at, conflict_of, item, note_of, send, send_one

TEXT = dict(zip(FIELDS, ("כאב 🙂", " o\n", "e\u0301", "p"), strict=True))


@pytest.fixture
async def phone(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """The owner on a second device."""
    device = await another_device(app, practice)
    async with device.http:
        yield device


async def kept(practice: Practice, one: dict[str, Any]) -> dict[str, Any]:
    """Send the item; the conflict it became, which holds every character of it, also when it is sent again."""
    result = await send_one(practice, one)
    found = await conflict_of(practice, result)
    assert {name: found[name] for name in FIELDS if name in one} == {n: one[n] for n in FIELDS if n in one}
    assert found["client_session_id"] == one["client_session_id"]
    assert found["appointment_id"] == one["appointment_id"]
    assert found["sent_by"] == str(practice.user_id)
    assert (result["version"], result["error"]) == (None, None)
    assert result["server_session_id"] == found["session_id"]
    assert await send_one(practice, one) == result
    return found


async def test_an_appointment_that_is_gone(practice: Practice, other: Practice) -> None:
    """Unknown, another workspace's, cancelled, archived: the text is kept, and the four cannot be told apart."""
    cancelled, archived = [(await practice.make_appointment())["id"] for _ in range(2)]
    await practice.put(f"/appointments/{cancelled}", {"status": "cancelled"})
    await practice.delete(f"/appointments/{archived}")
    theirs = (await other.make_appointment())["id"]
    before = (await other.get("/sessions")).json()
    for appointment in (str(new_id()), theirs, cancelled, archived):
        found = await kept(practice, item(appointment, **TEXT))
        assert (found["reason"], found["session_id"]) == ("appointment-missing", None)
        assert (found["fields"], found["server"]) == (list(FIELDS), None)
    assert (await practice.get("/sessions")).json()["total"] == 0
    assert (await other.get("/sessions")).json() == before
    assert (await other.get("/sessions/conflicts")).json()["total"] == 0


async def test_an_appointment_cancelled_after_the_first_sync(practice: Practice) -> None:
    """The note stays as it was, and the later text is kept beside it."""
    one = item((await practice.make_appointment())["id"], plan="a")
    result = await send_one(practice, one)
    await practice.put(f"/appointments/{one['appointment_id']}", {"status": "cancelled"})
    found = await kept(practice, one | {"plan": "b", "base_version": 1})
    assert (found["reason"], found["session_id"]) == ("appointment-missing", result["server_session_id"])
    assert (await note_of(practice, result))["plan"] == "a"


async def test_a_note_of_another_device(practice: Practice, phone: Practice) -> None:
    """Both are kept: the first as the note, the second as a conflict that names it."""
    appointment = (await practice.make_appointment())["id"]
    first = await send_one(practice, item(appointment, plan="desk"))
    found = await kept(phone, item(appointment, plan="phone"))
    assert (found["reason"], found["session_id"]) == ("session-exists", first["server_session_id"])
    assert (found["server"]["plan"], found["differing"]) == ("desk", ["plan"])


async def test_a_note_begun_online(practice: Practice, phone: Practice) -> None:
    """A device that names no version of it did not know of it: session-exists, and merging is offered."""
    note = await practice.make_session(plan="online")
    found = await kept(phone, item(note["appointment_id"], plan="offline"))
    assert (found["reason"], found["session_id"]) == ("session-exists", note["id"])


async def test_a_device_s_id_at_another_appointment(practice: Practice) -> None:
    """Text about one appointment is never written into the note of another."""
    one = item((await practice.make_appointment())["id"], plan="a")
    result = await send_one(practice, one)
    moved = one | {"appointment_id": (await practice.make_appointment())["id"], "plan": "b"}
    found = await kept(practice, moved | {"base_version": 1})
    assert (found["reason"], found["session_id"]) == ("session-exists", result["server_session_id"])


async def test_a_finalized_note(practice: Practice) -> None:
    """It does not change; the same text is nothing new."""
    one = item((await practice.make_appointment())["id"], plan="a")
    result = await send_one(practice, one)
    final = (await practice.patch(f"/sessions/{result['server_session_id']}/finalize")).json()
    found = await kept(practice, one | {"plan": "b", "base_version": 1})
    assert (found["reason"], found["server"]["status"]) == ("session-finalized", "finalized")
    same = await send_one(practice, one | {"updated_at_client": at()})
    assert (same["status"], same["version"]) == ("unchanged", 2)
    assert await note_of(practice, result) == final


async def test_an_archived_note(practice: Practice) -> None:
    """It does not come back, and no second note is made in its place."""
    one = item((await practice.make_appointment())["id"], plan="a")
    result = await send_one(practice, one)
    await practice.delete(f"/sessions/{result['server_session_id']}")
    found = await kept(practice, one | {"plan": "b", "base_version": 1})
    assert (found["reason"], found["server"]["status"]) == ("edited-elsewhere", "archived")
    assert (await practice.get("/sessions")).json()["total"] == 0


@pytest.mark.parametrize("known", [False, True])
async def test_text_that_is_too_old(practice: Practice, known: bool) -> None:
    """Older than seven days it is kept, whether there is a note or not; a day less it is applied."""
    one = item((await practice.make_appointment())["id"], plan="a", updated_at_client=at(-6 * 24 * 60))
    if known:
        assert (await send_one(practice, one))["status"] == "created"
    old = one | {"plan": "b", "updated_at_client": at(-7 * 24 * 60 - 1), "base_version": 1}
    found = await kept(practice, old)
    assert (found["reason"], found["session_id"] is not None) == ("too-old", known)


async def test_clocks_far_off(practice: Practice) -> None:
    """Ten years behind is too old and kept; ten years ahead wins nothing and is refused nothing."""
    years = 10 * 365 * 24 * 60
    behind = item((await practice.make_appointment())["id"], plan="a", updated_at_client=at(-years))
    assert (await kept(practice, behind))["reason"] == "too-old"
    ahead = item((await practice.make_appointment())["id"], plan="a", updated_at_client=at(years))
    assert (await send_one(practice, ahead))["status"] == "created"


BAD: dict[str, Any] = {
    "20,001 characters": ({"plan": "א" * 20_001}, "/plan", "has more than 20000 characters"),
    "an unknown field": ({"mood": "canary-4be"}, "/mood", "has a field that is not known"),
    "a wrong device id": ({"client_session_id": "canary-4be"}, "/client_session_id", "must be a UUID"),
    "a wrong appointment id": ({"appointment_id": 17}, "/appointment_id", "must be a UUID"),
    "a number for text": ({"plan": 17}, "/plan", "must be a string"),
    "U+0000": ({"plan": "canary-4be\x00"}, "/plan", "must not contain U+0000"),
    "a lone surrogate": ({"plan": "\ud800"}, "/plan", "must be valid Unicode"),
    "a moment without offset": (
        {"updated_at_client": "2026-03-01T08:00:00"}, "/updated_at_client", "must have an offset"
    ),
    "no moment": ({"created_at_client": None}, "/created_at_client", "must be a string"),
    "a version of text": ({"base_version": "1"}, "/base_version", "must be a whole number"),
    "version 0": ({"base_version": 0}, "/base_version", "must be at least 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_item_is_rejected_alone(practice: Practice, name: str) -> None:
    """It is rejected with a pointer into the request and not a word of its own; the others are applied."""
    values, pointer, detail = BAD[name]
    good = [item((await practice.make_appointment())["id"], plan="x") for _ in range(2)]
    bad = item((await practice.make_appointment())["id"], plan="x") | values
    first, rejected, last = await send(practice, good[0], bad, good[1])
    assert (first["status"], rejected["status"], last["status"]) == ("created", "rejected", "created")
    assert rejected["error"]["type"] == "invalid-input"
    (error,) = rejected["error"]["errors"]
    assert error["pointer"] == f"/sessions/1{pointer}"
    assert detail in error["detail"]
    assert (rejected["server_session_id"], rejected["conflict_id"]) == (None, None)
    assert "canary-4be" not in str(rejected)
    known = rejected["client_session_id"] == bad["client_session_id"]
    assert known == (name != "a wrong device id")
    assert (await practice.get("/sessions")).json()["total"] == 2


@pytest.mark.parametrize("junk", [None, 17, "canary-4be", [], {}, {"canary-4be": 1}, [[]]], ids=str)
async def test_what_is_no_item_is_rejected(practice: Practice, junk: Any) -> None:
    """Whatever stands in the list, it stops nobody and is not repeated."""
    good = item((await practice.make_appointment())["id"], plan="x")
    rejected, made = await send(practice, junk, good)
    assert (rejected["status"], rejected["client_session_id"], made["status"]) == (
        "rejected",
        None,
        "created",
    )
    assert "canary-4be" not in str(rejected)


async def test_a_batch_of_101(practice: Practice) -> None:
    """It is a 422 as a whole, and nothing of it is applied; a hundred are fine."""
    appointment = (await practice.make_appointment())["id"]
    items = [item(appointment, plan=str(n)) for n in range(101)]
    answer = await practice.post("/sessions/sync", {"sessions": items})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/sessions", "detail": "has more than 100 items"}]
    assert (await practice.get("/sessions")).json()["total"] == 0
    results = await send(practice, *items[:100])
    assert [r["status"] for r in results] == ["created"] + ["conflict"] * 99


async def test_the_longest_texts_fit(practice: Practice) -> None:
    """A batch of ten megabytes is taken; a larger one is a 413 that applies nothing."""
    longest = dict.fromkeys(FIELDS, "א" * 20_000)
    items = [item(str(new_id()), **longest) for _ in range(100)]
    whole = await practice.post("/sessions/sync", {"sessions": items})
    assert whole.status_code == 413
    results = await send(practice, *items[:60])
    assert {r["status"] for r in results} == {"conflict"}
    found = await conflict_of(practice, results[-1])
    assert {name: found[name] for name in FIELDS} == longest


async def test_a_stranger_s_batch_shows_nothing(practice: Practice, other: Practice) -> None:
    """The same ids in another workspace are other notes."""
    one = item((await practice.make_appointment())["id"], plan="a")
    mine = await send_one(practice, one)
    theirs = await send_one(other, one)
    assert (theirs["status"], theirs["server_session_id"]) == ("conflict", None)
    assert (await other.get(f"/sessions/conflicts/{theirs['conflict_id']}")).json()["server"] is None
    assert (await practice.get(f"/sessions/conflicts/{theirs['conflict_id']}")).status_code == 404
    assert (await note_of(practice, mine))["plan"] == "a"
