"""Notes written offline become the server's: created, updated, merged, or already there."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.sessions.devices import another_device
from tests.support.practice import Practice
from tests.sync.items import FIELDS, at, conflict_of, item, note_of, plans, send, send_one

TEXT = {
    "subjective": "  כאב גב תחתון 🙂\n\tשורה  ",
    "objective": "SLR ‎ 30°, 👩🏽‍⚕️, e\u0301 ≠ é",
    "assessment": "\u202bמעורב mixed\u202c\r\nline",
    "plan": " ",
}


@pytest.fixture
async def phone(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """The owner on a second device."""
    device = await another_device(app, practice)
    async with device.http:
        yield device


async def test_a_note_is_created_as_written(practice: Practice) -> None:
    """A draft of its appointment, with the device's id and every character of its text."""
    appointment = await practice.make_appointment()
    one = item(appointment["id"], **TEXT)
    result = await send_one(practice, one)
    assert (result["status"], result["version"], result["text"]) == ("created", 1, None)
    note = await note_of(practice, result)
    assert {name: note[name] for name in FIELDS} == TEXT
    assert note["client_session_id"] == one["client_session_id"]
    assert (note["appointment_id"], note["client_id"]) == (appointment["id"], appointment["client_id"])
    assert (note["session_date"], note["status"]) == (appointment["scheduled_start"], "draft")
    assert note["is_synced"] is True


async def test_sent_again_it_is_unchanged(practice: Practice) -> None:
    """Whole or in part, at once or later, the same item is carried out once and answers the same note."""
    items = [item((await practice.make_appointment())["id"], plan=str(n)) for n in range(3)]
    first = await send(practice, *items)
    again = await send(practice, items[1], items[1], *reversed(items))
    mapping = {r["client_session_id"]: r["server_session_id"] for r in first}
    assert [r["status"] for r in first] == ["created"] * 3
    assert [(r["status"], r["version"]) for r in again] == [("unchanged", 1)] * 5
    assert {r["client_session_id"]: r["server_session_id"] for r in again} == mapping
    assert (await practice.get("/sessions")).json()["total"] == 3


async def test_an_old_item_never_comes_back(practice: Practice, phone: Practice) -> None:
    """An item that was carried out is not carried out again after others have written since."""
    one = item((await practice.make_appointment())["id"], plan="first")
    result = await send_one(phone, one)
    await practice.put(f"/sessions/{result['server_session_id']}", {"plan": "second"})
    again = await send_one(phone, one)
    assert (again["status"], again["version"]) == ("unchanged", 1)
    assert (await note_of(practice, result))["plan"] == "second"
    assert (await practice.get("/sessions/conflicts")).json()["total"] == 0


async def test_the_device_s_next_text_follows(practice: Practice) -> None:
    """With the version it was answered, the device's next text is saved, and the one before is a revision."""
    one = item((await practice.make_appointment())["id"], plan="a", subjective="s")
    result = await send_one(practice, one)
    for version, plan in enumerate("bcd", start=1):
        result = await send_one(practice, one | {"plan": plan, "base_version": version})
        assert (result["status"], result["version"]) == ("updated", version + 1)
    assert await plans(practice, result["server_session_id"]) == ["c", "b", "a"]


async def test_without_a_version_the_same_device_s_later_text_follows(practice: Practice) -> None:
    """A device that knows no version goes on writing, by its own clock's order."""
    one = item((await practice.make_appointment())["id"], plan="a", updated_at_client=at(-3))
    await send_one(practice, one)
    result = await send_one(practice, one | {"plan": "b", "updated_at_client": at(-2)})
    assert (result["status"], (await note_of(practice, result))["plan"]) == ("updated", "b")


@pytest.mark.parametrize("version", [None, 1])
async def test_the_same_device_s_earlier_text_does_not(practice: Practice, version: int | None) -> None:
    """What arrives late is kept as a conflict, and the later text stays."""
    one = item((await practice.make_appointment())["id"], plan="a", updated_at_client=at(-9))
    await send_one(practice, one)
    based = {} if version is None else {"base_version": version}
    await send_one(practice, one | {"plan": "c", "updated_at_client": at(-1), **based})
    late = await send_one(practice, one | {"plan": "b", "updated_at_client": at(-5), **based})
    found = await conflict_of(practice, late)
    assert (found["reason"], found["fields"], found["plan"]) == ("edited-elsewhere", ["plan"], "b")
    assert (await note_of(practice, late))["plan"] == "c"


async def test_another_device_s_clock_decides_nothing(practice: Practice, phone: Practice) -> None:
    """However far in the future, text of another device without a version is a conflict."""
    one = item((await practice.make_appointment())["id"], plan="a")
    await send_one(practice, one)
    ahead = {"created_at_client": at(5_000_000), "updated_at_client": at(5_000_001)}
    found = await conflict_of(practice, await send_one(phone, one | {"plan": "b", **ahead}))
    assert (found["reason"], found["plan"], found["server"]["plan"]) == ("edited-elsewhere", "b", "a")


async def test_fields_of_both_sides_merge(practice: Practice, phone: Practice) -> None:
    """Changed on the device only: taken. On the server only: it stays, and the answer shows it."""
    one = item((await practice.make_appointment())["id"], subjective="s", objective="o", plan="p")
    result = await send_one(phone, one)
    await practice.put(f"/sessions/{result['server_session_id']}", {"plan": "p online", "assessment": "a"})
    merged = await send_one(phone, one | {"subjective": "s offline", "base_version": 1})
    texts = {"subjective": "s offline", "objective": "o", "assessment": "a", "plan": "p online"}
    assert (merged["status"], merged["version"]) == ("updated", 3)
    # An assessment was not sent, so that only the plan differs from what the device has.
    assert merged["text"] == texts
    note = await note_of(practice, merged)
    assert {name: note[name] for name in FIELDS} == texts


async def test_a_field_of_both_sides_is_contested(practice: Practice, phone: Practice) -> None:
    """Changed on both sides it is a conflict that names it; what one side changed alone merges all the same."""
    one = item((await practice.make_appointment())["id"], subjective="s", objective="o", plan="p")
    result = await send_one(phone, one)
    await practice.put(f"/sessions/{result['server_session_id']}", {"plan": "p online"})
    sent = one | {"subjective": "s offline", "plan": "p offline", "base_version": 1}
    found = await conflict_of(practice, await send_one(phone, sent))
    assert (found["reason"], found["fields"]) == ("edited-elsewhere", ["plan"])
    assert (found["plan"], found["server"]["plan"]) == ("p offline", "p online")
    assert (found["server"]["subjective"], found["differing"]) == ("s offline", ["plan"])
    assert (found["base_version"], found["server_version"]) == (1, 3)


async def test_both_sides_wrote_the_same(practice: Practice, phone: Practice) -> None:
    """The same words on both sides are no conflict."""
    one = item((await practice.make_appointment())["id"], plan="p")
    result = await send_one(phone, one)
    await practice.put(f"/sessions/{result['server_session_id']}", {"plan": "same"})
    again = await send_one(phone, one | {"plan": "same", "base_version": 1})
    assert (again["status"], again["version"]) == ("unchanged", 2)


async def test_an_unknown_base_contests_every_difference(practice: Practice, phone: Practice) -> None:
    """A version whose text was not kept, or that is none, takes nothing and keeps all that differs."""
    note = await practice.make_session(plan="0", objective="same")
    for number in range(1, 3):
        await practice.put(f"/sessions/{note['id']}", {"plan": str(number)})
    for version in (2, 99):
        sent = item(
            note["appointment_id"], plan="mine", subjective="s", objective="same", base_version=version
        )
        found = await conflict_of(practice, await send_one(phone, sent))
        assert (found["fields"], found["session_id"]) == (["subjective", "plan"], note["id"])
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "2"


async def test_a_note_begun_online_is_gone_on_with_offline(practice: Practice, phone: Practice) -> None:
    """A device that names the version it has seen writes on, and the note takes the device's id."""
    note = await practice.make_session(plan="online")
    sent = item(note["appointment_id"], plan="online", subjective="offline", base_version=1)
    result = await send_one(phone, sent)
    assert (result["status"], result["server_session_id"]) == ("updated", note["id"])
    now = await note_of(practice, result)
    assert (now["subjective"], now["client_session_id"]) == ("offline", sent["client_session_id"])


async def test_an_empty_note_may_be_the_base(practice: Practice, phone: Practice) -> None:
    """A note that was begun empty and written online and offline merges field by field."""
    note = await practice.make_session()
    await phone.put(f"/sessions/{note['id']}", {"plan": "online"})
    sent = item(note["appointment_id"], subjective="offline", plan=None, base_version=1)
    result = await send_one(practice, sent)
    assert result["status"] == "updated"
    now = await note_of(practice, result)
    assert (now["subjective"], now["plan"]) == ("offline", "online")


async def test_a_field_left_out_stays_and_a_null_clears(practice: Practice) -> None:
    """As in an autosave; the cleared text is a revision."""
    one = item((await practice.make_appointment())["id"], subjective="s", plan="p")
    result = await send_one(practice, one)
    left = {name: value for name, value in one.items() if name != "subjective"}
    result = await send_one(practice, left | {"plan": None, "base_version": 1})
    note = await note_of(practice, result)
    assert (note["subjective"], note["plan"]) == ("s", None)
    assert await plans(practice, note["id"]) == ["p"]


async def test_synced_text_never_folds(practice: Practice) -> None:
    """An autosave by the same device right after keeps what came by sync."""
    one = item((await practice.make_appointment())["id"], plan="offline")
    result = await send_one(practice, one)
    await practice.put(f"/sessions/{result['server_session_id']}", {"plan": "online"})
    assert await plans(practice, result["server_session_id"]) == ["offline"]


async def test_texts_of_one_note_in_one_batch_come_in_order(practice: Practice) -> None:
    """A device that sends its note twice in a batch has written its later text over its earlier."""
    appointment = (await practice.make_appointment())["id"]
    one = item(appointment, plan="a", updated_at_client=at(-3))
    results = await send(practice, one, one | {"plan": "b", "updated_at_client": at(-2)})
    assert [(r["status"], r["version"]) for r in results] == [("created", 1), ("updated", 2)]
    assert await plans(practice, results[0]["server_session_id"]) == ["a"]


async def test_an_empty_batch_is_fine(practice: Practice) -> None:
    """Nothing is sent and nothing happens."""
    assert await send(practice) == []


async def test_a_note_without_text_is_begun(practice: Practice) -> None:
    """As online, a note may be begun without a word."""
    result = await send_one(practice, item((await practice.make_appointment())["id"]))
    assert (result["status"], (await note_of(practice, result))["plan"]) == ("created", None)


async def test_a_device_s_id_is_one_note_online_too(practice: Practice) -> None:
    """A note made online with the device's id is the one that sync finds, and no second is made with it."""
    appointments = [(await practice.make_appointment())["id"] for _ in range(2)]
    own = str(new_id())
    note = await practice.make_session(appointments[0], client_session_id=own, plan="a")
    result = await send_one(practice, item(appointments[0], client_session_id=own, plan="b", base_version=1))
    assert (result["status"], result["server_session_id"]) == ("updated", note["id"])
    refused = await practice.post("/sessions", {"appointment_id": appointments[1], "client_session_id": own})
    assert (refused.status_code, refused.json()["session_id"]) == (409, note["id"])
    assert refused.json()["type"].endswith("/client-session-id-taken")


async def test_a_version_of_an_archived_note_is_none_of_the_next(practice: Practice, phone: Practice) -> None:
    """A device that read a note that was archived since does not write over the note begun in its place."""
    old = await practice.make_session(plan="old")
    await practice.delete(f"/sessions/{old['id']}")
    new = await practice.make_session(old["appointment_id"], plan="new")
    sent = item(old["appointment_id"], plan="old, gone on with", base_version=1)
    found = await conflict_of(practice, await send_one(phone, sent))
    assert (found["reason"], found["session_id"]) == ("session-exists", new["id"])
    assert (await practice.get(f"/sessions/{new['id']}")).json()["plan"] == "new"


async def test_what_a_device_left_out_it_may_not_know(practice: Practice, phone: Practice) -> None:
    """With a version it is told the text of fields that it did not send, though all it sent is there."""
    one = item((await practice.make_appointment())["id"], plan="p", updated_at_client=at(-3))
    result = await send_one(phone, one)
    await practice.put(f"/sessions/{result['server_session_id']}", {"subjective": "online"})
    repeated = one | {"updated_at_client": at(-2)}
    result = await send_one(phone, repeated)
    assert (result["status"], result["version"]) == ("unchanged", 2)
    assert (result["text"]["plan"], result["text"]["subjective"]) == ("p", "online")
    again = await send_one(phone, repeated)
    assert (again["status"], again["version"]) == ("unchanged", None)
    later = one | {"subjective": None, "plan": "q", "updated_at_client": at(-1)}
    found = await conflict_of(practice, await send_one(phone, later))
    assert found["server"]["subjective"] == "online"


async def test_what_an_item_repeats_is_not_folded_away(practice: Practice) -> None:
    """A text that was saved online and then sent stays readable, though its author saves over it at once."""
    device_id = str(new_id())
    note = await practice.make_session(plan="sent", client_session_id=device_id)
    sent = item(note["appointment_id"], client_session_id=device_id, plan="sent", base_version=1)
    assert (await send_one(practice, sent))["status"] == "unchanged"
    assert (await practice.put(f"/sessions/{note['id']}", {"plan": "over"})).status_code == 200
    assert await plans(practice, note["id"]) == ["sent"]


async def test_an_archived_note_s_version_is_not_its_successor_s(practice: Practice, phone: Practice) -> None:
    """An older item that grew from a note since archived writes over nothing of the note that followed it."""
    old = await practice.make_session(plan="old")
    device_id, where = str(new_id()), old["appointment_id"]
    older = item(
        where, client_session_id=device_id, plan="old", objective="o", assessment=None, base_version=1
    )
    later = older | {"assessment": "later", "updated_at_client": at()}
    await practice.delete(f"/sessions/{old['id']}")
    created = await send_one(phone, later)
    assert (created["status"], created["version"]) == ("created", 1)
    await practice.put(f"/sessions/{created['server_session_id']}", {"plan": "online"})
    found = await conflict_of(practice, await send_one(phone, older))
    assert found["reason"] == "edited-elsewhere"
    note = await note_of(practice, created)
    assert (note["assessment"], note["plan"]) == ("later", "online")
