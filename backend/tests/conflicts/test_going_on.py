"""After somebody attached a device's text, the device goes on where it is now, without another conflict."""

from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.conflicts.test_resolving import TEXT, homeless, note, phone, resolve
from tests.support.practice import Practice, join
from tests.sync.items import FIELDS, at, conflict_of, item, plans, send, send_one

__all__ = ["phone"]


def goes_on(conflict: dict[str, Any], minutes: float = 0, **values: Any) -> dict[str, Any]:
    """What the device sends next: the same note at the same appointment, later, with other words."""
    known = {name: conflict[name] for name in ("client_session_id", "appointment_id", *FIELDS)}
    return known | {"created_at_client": at(-10), "updated_at_client": at(minutes)} | values


async def attached(practice: Practice) -> tuple[dict[str, Any], dict[str, Any]]:
    """Text without an appointment that somebody attached to one: the conflict, and its note."""
    found, appointment = await homeless(practice), await practice.make_appointment()
    done = await resolve(practice, found, action="attach", appointment_id=appointment["id"])
    return done, await note(practice, done["applied_to"])


async def open_conflicts(practice: Practice) -> int:
    return int((await practice.get("/sessions/conflicts")).json()["total"])


async def test_the_device_s_next_text_continues_the_note(practice: Practice) -> None:
    """It is written there, again and again, and the device learns which note that is; nothing is to be decided."""
    done, made = await attached(practice)
    one = await send_one(practice, goes_on(done, plan="offline, and on"))
    two = await send_one(practice, goes_on(done, 1, plan="offline, and on, and on"))
    assert [(r["status"], r["server_session_id"], r["version"]) for r in (one, two)] == [
        ("updated", made["id"], 2), ("updated", made["id"], 3),
    ]  # fmt: skip
    now = await note(practice, made["id"])
    assert {name: now[name] for name in FIELDS} == TEXT | {"plan": "offline, and on, and on"}
    assert (now["appointment_id"], await open_conflicts(practice)) == (made["appointment_id"], 0)
    assert await plans(practice, made["id"]) == ["offline, and on", "offline"]


async def test_the_same_text_again_is_unchanged(practice: Practice) -> None:
    done, made = await attached(practice)
    result = await send_one(practice, goes_on(done))
    assert (result["status"], result["server_session_id"], result["version"]) == ("unchanged", made["id"], 1)


async def test_a_version_of_before_says_nothing(practice: Practice) -> None:
    """A base that the device had before is another note's, whatever note has that number now."""
    done, made = await attached(practice)
    await practice.put(f"/sessions/{made['id']}", {"plan": "theirs"})
    result = await send_one(practice, goes_on(done, plan="mine", base_version=2))
    found = await conflict_of(practice, result)
    assert (found["reason"], found["session_id"], found["fields"]) == (
        "edited-elsewhere", made["id"], ["plan"],
    )  # fmt: skip
    assert (await note(practice, made["id"]))["plan"] == "theirs"


async def test_fields_that_only_one_wrote_are_merged(practice: Practice) -> None:
    """Somebody writes in the note meanwhile, in another field than the device."""
    done, made = await attached(practice)
    await practice.put(f"/sessions/{made['id']}", {"plan": "theirs"})
    result = await send_one(practice, goes_on(done, objective="mine"))
    now = await note(practice, made["id"])
    assert (result["status"], now["plan"], now["objective"]) == ("updated", "theirs", "mine")
    assert result["text"]["plan"] == "theirs"


async def test_earlier_text_that_arrives_late_writes_over_nothing(practice: Practice) -> None:
    done, made = await attached(practice)
    result = await send_one(practice, goes_on(done, -5, plan="earlier"))
    assert result["status"] == "conflict"
    assert (await note(practice, made["id"]))["plan"] == "offline"


async def test_somebody_else_s_device_does_not_go_on(app: FastAPI, practice: Practice) -> None:
    """Whoever learned the device's id: what differs is theirs to decide."""
    done, made = await attached(practice)
    colleague = await join(app, practice, "therapist")
    result = await send_one(colleague, goes_on(done, plan="x"))
    assert (result["status"], result["server_session_id"]) == ("conflict", made["id"])
    assert (await note(practice, made["id"]))["plan"] == "offline"


async def test_one_s_other_device_with_the_same_note_does_not_go_on(
    practice: Practice, phone: Practice
) -> None:
    """Both had the note, and so its id; what one wrote and had attached the other has not seen."""
    first = item((await practice.make_appointment())["id"], plan="both", updated_at_client=at(-9))
    begun = await send_one(practice, first)
    await practice.patch(f"/sessions/{begun['server_session_id']}/finalize")
    known = {"base_version": begun["version"]}
    mine = first | known | {"plan": "phone", "updated_at_client": at(-5)}
    found = await conflict_of(practice, await send_one(phone, mine))
    where = await practice.make_appointment()
    made = (await resolve(practice, found, action="attach", appointment_id=where["id"]))["applied_to"]
    result = await send_one(practice, first | known | {"plan": "laptop", "updated_at_client": at(-1)})
    kept = await conflict_of(practice, result)
    assert (kept["plan"], (await note(practice, made))["plan"]) == ("laptop", "phone")
    on = await send_one(phone, mine | {"plan": "phone, and on", "updated_at_client": at(0)})
    assert (on["status"], (await note(practice, made))["plan"]) == ("updated", "phone, and on")


async def test_a_device_that_took_the_appointment_over_goes_on(practice: Practice) -> None:
    """With the note's own appointment, and a version of it."""
    done, made = await attached(practice)
    one = await send_one(practice, goes_on(done, plan="1"))
    moved = goes_on(done, 1, plan="2", appointment_id=made["appointment_id"], base_version=one["version"])
    two = await send_one(practice, moved)
    assert (two["status"], two["server_session_id"], two["version"]) == ("updated", made["id"], 3)


async def test_a_batch_goes_on_too(practice: Practice) -> None:
    """Several texts of the device in one, in the order in which they were written."""
    done, made = await attached(practice)
    results = await send(practice, *(goes_on(done, n, plan=f"text {n}") for n in (1, 2, 3)))
    assert {(r["status"], r["server_session_id"]) for r in results} == {("updated", made["id"])}
    assert (await note(practice, made["id"]))["plan"] == "text 3"


async def test_the_newest_attached_text_is_gone_on_with(practice: Practice) -> None:
    """Two texts of the device were attached to two appointments: it follows the one that it wrote last."""
    first = await homeless(practice)
    second = await conflict_of(practice, await send_one(practice, goes_on(first, -0.5, plan="more")))
    notes = []
    for found in (second, first):
        where = (await practice.make_appointment())["id"]
        done = await resolve(practice, found, action="attach", appointment_id=where)
        notes.append(done["applied_to"])
    result = await send_one(practice, goes_on(first, plan="more and more"))
    assert (result["status"], result["server_session_id"]) == ("updated", notes[0])
    assert (await note(practice, notes[1]))["plan"] == "offline"


async def test_another_draft_s_id_stays_its_own(practice: Practice, phone: Practice) -> None:
    """The phone's text of a draft went to another appointment: what the phone has of the draft is the draft's."""
    made = await practice.make_session(**TEXT | {"plan": "online"}, client_session_id=str(new_id()))
    known = {"client_session_id": made["client_session_id"], "appointment_id": made["appointment_id"]}
    found = await conflict_of(practice, await send_one(phone, item(made["appointment_id"], **TEXT) | known))
    where = (await practice.make_appointment())["id"]
    done = await resolve(practice, found, action="attach", appointment_id=where)
    assert (await note(practice, done["applied_to"]))["client_session_id"] is None
    later = await send_one(phone, goes_on(found, plan="online, read", base_version=1))
    assert (later["status"], later["server_session_id"]) == ("updated", made["id"])
    assert (await note(practice, done["applied_to"]))["plan"] == "offline"


async def test_a_signed_note_s_device_goes_on_elsewhere(practice: Practice) -> None:
    """Its note is signed, its text went to another appointment: there it goes on, and the signed note stays."""
    own = await send_one(practice, item((await practice.make_appointment())["id"], **TEXT))
    signed = (await practice.patch(f"/sessions/{own['server_session_id']}/finalize")).json()
    known = {name: signed[name] for name in ("client_session_id", "appointment_id", *FIELDS)}
    found = await conflict_of(practice, await send_one(practice, goes_on(known, -0.5, plan="late")))
    assert found["reason"] == "session-finalized"
    where = (await practice.make_appointment())["id"]
    done = await resolve(practice, found, action="attach", appointment_id=where)
    later = await send_one(practice, goes_on(found, plan="late, and later"))
    assert (later["status"], later["server_session_id"]) == ("updated", done["applied_to"])
    now = await note(practice, signed["id"])
    assert {name: now[name] for name in FIELDS} == TEXT


@pytest.mark.parametrize("where", ["own", "another"])
async def test_an_amendment_is_not_repeated(practice: Practice, where: str) -> None:
    """The same text again is there already; new text is somebody's to decide, and nothing is added by itself."""
    if where == "own":
        own = await send_one(practice, item((await practice.make_appointment())["id"], **TEXT))
        signed = (await practice.patch(f"/sessions/{own['server_session_id']}/finalize")).json()
        known = {name: signed[name] for name in ("client_session_id", "appointment_id", *FIELDS)}
        found = await conflict_of(practice, await send_one(practice, goes_on(known, -0.5, plan="late")))
    else:
        made = await practice.make_session(plan="signed")
        signed = (await practice.patch(f"/sessions/{made['id']}/finalize")).json()
        found = await homeless(practice)
    body = {"action": "attach", "appointment_id": signed["appointment_id"], "reason": "late"}
    assert (await resolve(practice, found, **body))["applied_to"] == signed["id"]
    again = await send_one(practice, goes_on(found))
    assert (again["status"], again["server_session_id"]) == ("unchanged", signed["id"])
    assert {name: again["text"][name] for name in FIELDS} == {name: signed[name] for name in FIELDS}
    new = await conflict_of(practice, await send_one(practice, goes_on(found, 1, plan="later still")))
    assert (new["reason"], new["session_id"]) == ("session-finalized", signed["id"])
    now = await note(practice, signed["id"])
    assert (now["amendment_count"], now["plan"]) == (1, signed["plan"])


@pytest.mark.parametrize("end", ["archived", "cancelled"])
async def test_where_there_is_no_place_any_more_it_is_decided_anew(practice: Practice, end: str) -> None:
    """The note that took the text was put away, or its appointment is off."""
    done, made = await attached(practice)
    if end == "archived":
        await practice.delete(f"/sessions/{made['id']}")
    else:
        await practice.put(f"/appointments/{made['appointment_id']}", {"status": "cancelled"})
    found = await conflict_of(practice, await send_one(practice, goes_on(done, plan="more")))
    reason = "edited-elsewhere" if end == "archived" else "appointment-missing"
    assert (found["reason"], found["session_id"]) == (reason, made["id"])
