"""Notes and appointments that were on the wrong client: where they are, what both histories say, who may."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from tests.sessions.test_immutable import REFUSED, as_role
from tests.support.practice import Practice, join
from tests.sync.items import conflict_of, item, send_one

WHY = "נרשם בתיק הלא נכון"
SOAP = {"subjective": "כאב בברך", "objective": "o", "assessment": "a", "plan": "p"}
WRITTEN = (*SOAP, "status", "version", "finalized_at", "finalized_by", "saved_by", "created_at")


async def two_clients(practice: Practice) -> tuple[str, str]:
    """The wrong one and the right one."""
    wrong, right = await practice.make_client(), await practice.make_client(first_name="דנה")
    return wrong["id"], right["id"]


async def move(practice: Practice, path: str, **body: Any) -> dict[str, Any]:
    answer = await practice.post(f"{path}/move", {"reason": WHY, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def history(practice: Practice, client_id: str) -> list[dict[str, Any]]:
    answer = await practice.get(f"/clients/{client_id}/timeline", params={"limit": "100"})
    events: list[dict[str, Any]] = answer.json()["events"]
    return events


async def told(practice: Practice, client_id: str) -> list[str]:
    return [event["event_type"] for event in await history(practice, client_id)]


async def slug(practice: Practice, path: str, **body: Any) -> tuple[int, str]:
    answer = await practice.post(f"{path}/move", {"reason": WHY, **body})
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


@pytest.mark.parametrize("state", ["draft", "finalized", "archived"])
async def test_a_note_moves_with_all_that_is_its_own(practice: Practice, state: str) -> None:
    """Text, revisions, amendments and signature are as they were; the client, the appointment and the date change."""
    wrong, right = await two_clients(practice)
    here, there = await practice.make_appointment(wrong), await practice.make_appointment(right)
    note = await practice.make_session(here["id"], **SOAP)
    path = f"/sessions/{note['id']}"
    if state == "finalized":
        await practice.patch(f"{path}/finalize")
        await practice.post(f"{path}/amendments", {"reason": "later", "plan": "x"})
    if state == "archived":
        await practice.delete(path)
    before = (await practice.get(path)).json()
    moved = await move(practice, path, appointment_id=there["id"])
    assert moved == (await practice.get(path)).json()
    assert {name: moved[name] for name in WRITTEN} == {name: before[name] for name in WRITTEN}
    assert (moved["client_id"], moved["appointment_id"]) == (right, there["id"])
    assert moved["session_date"] == there["scheduled_start"]
    amendments = (await practice.get(f"{path}/amendments")).json()["items"]
    assert {one["client_id"] for one in amendments} == ({right} if state == "finalized" else set())
    marks = [
        (await practice.get(f"/appointments/{one['id']}")).json()["has_finalized_note"]
        for one in (here, there)
    ]
    assert marks == [False, state == "finalized"]


async def test_both_histories_say_so(practice: Practice) -> None:
    """With the reason; the one it left shows nothing else of the note, and leads nowhere."""
    wrong, right = await two_clients(practice)
    note = await practice.make_session((await practice.make_appointment(wrong))["id"], **SOAP)
    there = await practice.make_appointment(right)
    await move(practice, f"/sessions/{note['id']}", appointment_id=there["id"])
    away = [one for one in await history(practice, wrong) if one["event_type"] == "moved_away"]
    here = [one for one in await history(practice, right) if one["event_type"] == "moved_here"]
    assert [(one["description"], one["session_id"]) for one in away + here] == [
        (WHY, None),
        (WHY, note["id"]),
    ]
    assert "session" not in await told(practice, wrong)
    assert "session" in await told(practice, right)
    for client in (wrong, right):
        looks = (await practice.get(f"/clients/{client}/access-history", params={"limit": "100"})).json()
        assert "move.create" in [one["action"] for one in looks["items"]]


async def test_an_appointment_that_has_begun_moves_in_place(practice: Practice) -> None:
    """With its notes, also archived ones."""
    wrong, right = await two_clients(practice)
    appointment = await practice.make_appointment(wrong, notes="בירך")
    first = await practice.make_session(appointment["id"], **SOAP)
    await practice.delete(f"/sessions/{first['id']}")
    note = await practice.make_session(appointment["id"], **SOAP)
    await practice.patch(f"/sessions/{note['id']}/finalize")
    moved = await move(practice, f"/appointments/{appointment['id']}", client_id=right)
    assert (moved["id"], moved["client_id"], moved["notes"]) == (appointment["id"], right, "בירך")
    for one in (first, note):
        assert (await practice.get(f"/sessions/{one['id']}")).json()["client_id"] == right
    assert await told(practice, wrong) == ["moved_away"]
    assert {"moved_here", "appointment_completed", "session", "session_finalized"} <= set(
        await told(practice, right)
    )


async def test_one_to_come_is_booked_anew(practice: Practice) -> None:
    """So that each client's mails are their own; the old row keeps no words, and the draft goes along."""
    wrong, right = await two_clients(practice)
    start = datetime.now(UTC) + timedelta(days=3)
    when = {
        "scheduled_start": start.isoformat(),
        "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
    }
    old = await practice.make_appointment(wrong, location="רחוב הרצל 1", notes="n", logistics="l", **when)
    note = await practice.make_session(old["id"], **SOAP)
    new = await move(practice, f"/appointments/{old['id']}", client_id=right)
    assert new["id"] != old["id"]
    assert (new["client_id"], new["location"], new["notes"], new["logistics"]) == (
        right,
        "רחוב הרצל 1",
        "n",
        "l",
    )
    assert (await practice.get(f"/appointments/{old['id']}")).status_code == 404
    kept = (await practice.get(f"/sessions/{note['id']}")).json()
    assert (kept["client_id"], kept["appointment_id"], kept["plan"]) == (right, new["id"], "p")
    assert await told(practice, wrong) == ["moved_away"]


@pytest.mark.parametrize("to_come", [False, True])
async def test_the_old_row_says_nothing_of_the_right_client(
    practice: Practice, superuser: "asyncpg.Connection[Any]", to_come: bool
) -> None:
    """Whichever way it moved, no row of the wrong client holds a sealed word that was about the right one."""
    wrong, right = await two_clients(practice)
    start = datetime.now(UTC) + timedelta(days=3 if to_come else -3)
    end = (start + timedelta(minutes=50)).isoformat()
    old = await practice.make_appointment(
        wrong, notes="n", location="x", scheduled_start=start.isoformat(), scheduled_end=end
    )
    await move(practice, f"/appointments/{old['id']}", client_id=right)
    rows = await superuser.fetch(
        "SELECT notes, location, logistics FROM appointments WHERE client_id = $1", UUID(wrong)
    )
    assert [value for row in rows for value in row.values() if value is not None] == []


async def test_who_may(app: FastAPI, practice: Practice) -> None:
    """Its author and an owner; another therapist is refused, and that is recorded."""
    author, other = await join(app, practice, "therapist"), await join(app, practice, "therapist")
    wrong, right = await two_clients(practice)
    here = await practice.make_appointment(wrong, therapist_id=str(author.user_id))
    there = await practice.make_appointment(right)
    note = await author.make_session(here["id"], **SOAP)
    for path, body in (
        (f"/sessions/{note['id']}", {"appointment_id": there["id"]}),
        (f"/appointments/{here['id']}", {"client_id": right}),
    ):
        assert await slug(other, path, **body) == (403, "not-yours-to-move")
    events = (await practice.get("/audit-events", params={"action": "move.denied"})).json()
    assert events["total"] == 2
    await move(author, f"/sessions/{note['id']}", appointment_id=there["id"])
    await move(practice, f"/appointments/{here['id']}", client_id=right)


async def test_what_stands_in_the_way(practice: Practice) -> None:
    """A note there, the same place, an archived client, an archived appointment, a version of before."""
    wrong, right = await two_clients(practice)
    note = await practice.make_session((await practice.make_appointment(wrong))["id"], **SOAP)
    taken = await practice.make_appointment(right)
    other = await practice.make_session(taken["id"])
    path = f"/sessions/{note['id']}"
    refused = await practice.post(f"{path}/move", {"reason": WHY, "appointment_id": taken["id"]})
    assert (refused.status_code, refused.json()["session_id"]) == (409, other["id"])
    assert await slug(practice, path, appointment_id=note["appointment_id"]) == (409, "nothing-to-move")
    assert await slug(practice, f"/appointments/{taken['id']}", client_id=right) == (409, "nothing-to-move")
    gone = await practice.make_appointment(right)
    await practice.delete(f"/appointments/{gone['id']}")
    assert (await slug(practice, path, appointment_id=gone["id"]))[0] == 404
    free = await practice.make_appointment(right)
    stale = await practice.post(
        f"{path}/move", {"reason": WHY, "appointment_id": free["id"]}, headers={"If-Match": '"7"'}
    )
    assert stale.status_code == 412
    blank = await practice.post(f"{path}/move", {"reason": "  ", "appointment_id": free["id"]})
    assert blank.status_code == 422
    await practice.delete(f"/clients/{right}")
    assert await slug(practice, path, appointment_id=free["id"]) == (409, "client-archived")
    assert (await practice.get(path)).json()["client_id"] == wrong


async def test_two_at_once_move_it_once(practice: Practice) -> None:
    """The second finds it there already, and no second move is written down."""
    wrong, right = await two_clients(practice)
    note = await practice.make_session((await practice.make_appointment(wrong))["id"], **SOAP)
    there = await practice.make_appointment(right)
    body = {"reason": WHY, "appointment_id": there["id"]}
    answers = await asyncio.gather(*(practice.post(f"/sessions/{note['id']}/move", body) for _ in range(2)))
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert (await told(practice, right)).count("moved_here") == 1


async def test_an_amendment_beside_a_move_goes_along(practice: Practice) -> None:
    """Whichever comes first, it belongs to the note's client."""
    wrong, right = await two_clients(practice)
    note = await practice.make_session((await practice.make_appointment(wrong))["id"], **SOAP)
    path = f"/sessions/{note['id']}"
    await practice.patch(f"{path}/finalize")
    there = await practice.make_appointment(right)
    moved, amended = await asyncio.gather(
        practice.post(f"{path}/move", {"reason": WHY, "appointment_id": there["id"]}),
        practice.post(f"{path}/amendments", {"reason": "r", "plan": "x"}),
    )
    assert (moved.status_code, amended.status_code) == (200, 201)
    kept = (await practice.get(f"{path}/amendments")).json()["items"]
    assert [one["client_id"] for one in kept] == [right]


async def test_only_a_move_opens_what_is_signed(settings: Settings, practice: Practice) -> None:
    """Without a row of this transaction that says who and why, the trigger refuses; with one, all but the place."""
    wrong, right = await two_clients(practice)
    note = await practice.make_session((await practice.make_appointment(wrong))["id"], **SOAP)
    await practice.patch(f"/sessions/{note['id']}/finalize")
    there = await practice.make_appointment(right)
    await move(practice, f"/sessions/{note['id']}", appointment_id=there["id"])
    back = f"UPDATE sessions SET client_id = '{wrong}' WHERE id = '{note['id']}'"
    async with as_role(settings, "database_url", practice.workspace_id) as connection:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.execute(back)
    assert refused.value.sqlstate == REFUSED


async def test_a_move_stays_written_down(superuser: "asyncpg.Connection[Any]", practice: Practice) -> None:
    wrong, right = await two_clients(practice)
    appointment = await practice.make_appointment(wrong)
    await move(practice, f"/appointments/{appointment['id']}", client_id=right)
    for change in (
        "UPDATE moves SET moved_by = id",
        "UPDATE moves SET reason = '\\x00'",
        "DELETE FROM moves",
    ):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await superuser.execute(f"{change} WHERE appointment_id = $1", UUID(appointment["id"]))
        assert refused.value.sqlstate == REFUSED


async def offline(note: dict[str, Any], **values: Any) -> dict[str, Any]:
    """What a device sends that has read this note where it was."""
    known = {name: note[name] for name in SOAP}
    return item(note["appointment_id"], base_version=note["version"], **{**known, **values})


@pytest.mark.parametrize("own_id", [False, True], ids=["begun online", "begun on the device"])
async def test_a_device_goes_on_where_the_note_is(practice: Practice, own_id: bool) -> None:
    """It still names the old appointment: its text goes to the note, and nothing begins at the wrong client."""
    wrong, right = await two_clients(practice)
    here, there = await practice.make_appointment(wrong), await practice.make_appointment(right)
    if own_id:
        first = item(here["id"], **SOAP)
        made = (await send_one(practice, first))["server_session_id"]
    else:
        made = (await practice.make_session(here["id"], **SOAP))["id"]
    note = (await practice.get(f"/sessions/{made}")).json()
    await move(practice, f"/sessions/{made}", appointment_id=there["id"])
    sent = await offline(note, plan="מהטלפון")
    if own_id:
        sent["client_session_id"] = first["client_session_id"]
    result = await send_one(practice, sent)
    assert (result["status"], result["server_session_id"]) == ("updated", made)
    now = (await practice.get(f"/sessions/{made}")).json()
    assert (now["client_id"], now["plan"]) == (right, "מהטלפון")
    assert (await practice.get("/sessions", params={"client_id": wrong})).json()["total"] == 0


async def test_a_device_does_not_change_what_is_final_since(practice: Practice) -> None:
    """Its text is kept beside the note, at the right client."""
    wrong, right = await two_clients(practice)
    note = await practice.make_session((await practice.make_appointment(wrong))["id"], **SOAP)
    there = await practice.make_appointment(right)
    await practice.patch(f"/sessions/{note['id']}/finalize")
    await move(practice, f"/sessions/{note['id']}", appointment_id=there["id"])
    kept = await conflict_of(practice, await send_one(practice, await offline(note, plan="later")))
    assert (kept["reason"], kept["session_id"], kept["client_id"]) == ("session-finalized", note["id"], right)
    assert kept["plan"] == "later"


async def test_a_new_note_takes_the_place_and_takes_no_text_of_the_old(practice: Practice) -> None:
    """A version the device names at the old appointment may be the moved note's: it is asked, not guessed."""
    wrong, right = await two_clients(practice)
    here, there = await practice.make_appointment(wrong), await practice.make_appointment(right)
    note = await practice.make_session(here["id"], **SOAP)
    await move(practice, f"/sessions/{note['id']}", appointment_id=there["id"])
    other = await practice.make_session(here["id"], plan="of the other")
    kept = await conflict_of(practice, await send_one(practice, await offline(note, plan="later")))
    assert kept["reason"] == "session-exists"
    assert (await practice.get(f"/sessions/{other['id']}")).json()["plan"] == "of the other"


async def test_a_note_begun_offline_follows_what_was_booked_anew(practice: Practice) -> None:
    """The device has the old appointment; its note is the right client's."""
    wrong, right = await two_clients(practice)
    start = datetime.now(UTC) + timedelta(days=2)
    end = (start + timedelta(minutes=50)).isoformat()
    old = await practice.make_appointment(wrong, scheduled_start=start.isoformat(), scheduled_end=end)
    new = await move(practice, f"/appointments/{old['id']}", client_id=right)
    result = await send_one(practice, item(old["id"], **SOAP))
    assert result["status"] == "created"
    made = (await practice.get(f"/sessions/{result['server_session_id']}")).json()
    assert (made["client_id"], made["appointment_id"]) == (right, new["id"])


async def test_a_conflict_goes_along(practice: Practice) -> None:
    """Text that waits for a decision about the note is about the note's client."""
    wrong, right = await two_clients(practice)
    here, there = await practice.make_appointment(wrong), await practice.make_appointment(right)
    note = await practice.make_session(here["id"], **SOAP)
    waiting = await conflict_of(practice, await send_one(practice, item(here["id"], plan="other")))
    await move(practice, f"/sessions/{note['id']}", appointment_id=there["id"])
    found = (await practice.get(f"/sessions/conflicts/{waiting['id']}")).json()
    assert (found["client_id"], found["plan"]) == (right, "other")
