"""Batches at the same instant, and beside everything else."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.sessions.devices import another_device
from tests.support.practice import Practice
from tests.sync.items import at, conflict_of, item, note_of, send, send_one

MANY = 32


@pytest.fixture
async def phone(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """The owner on a second device."""
    device = await another_device(app, practice)
    async with device.http:
        yield device


@pytest.mark.parametrize("_run", range(3))
async def test_the_same_batch_at_the_same_instant(practice: Practice, phone: Practice, _run: int) -> None:
    """From two connections: one note each, one conflict each, and the same mapping to both."""
    items = [item((await practice.make_appointment())["id"], plan=str(n)) for n in range(8)]
    items += [item(str(new_id()), plan="homeless") for _ in range(4)]
    one, two = await asyncio.gather(send(practice, *items), send(phone, *items))
    keys = ("client_session_id", "server_session_id", "conflict_id")
    assert [[r[k] for k in keys] for r in one] == [[r[k] for k in keys] for r in two]
    statuses = [sorted((a["status"], b["status"])) for a, b in zip(one, two, strict=True)]
    assert statuses == [["created", "unchanged"]] * 8 + [["conflict", "conflict"]] * 4
    assert (await practice.get("/sessions")).json()["total"] == 8
    assert (await practice.get("/sessions/conflicts")).json()["total"] == 4


async def test_two_devices_for_one_appointment_at_once(practice: Practice, phone: Practice) -> None:
    """One becomes the note, the other a conflict that names it; both texts are there."""
    appointment = (await practice.make_appointment())["id"]
    one, two = await asyncio.gather(
        send_one(practice, item(appointment, plan="desk")), send_one(phone, item(appointment, plan="phone"))
    )
    made, kept = sorted((one, two), key=lambda result: result["status"] == "conflict")
    assert (made["status"], kept["server_session_id"]) == ("created", made["server_session_id"])
    found = await conflict_of(practice, kept)
    assert {found["plan"], found["server"]["plan"]} == {"desk", "phone"}


async def test_of_many_creates_online_and_offline_one_note_is_made(practice: Practice) -> None:
    """Of 32 simultaneous ones for one appointment one is made, and every text is the note's or a conflict's."""
    appointment = (await practice.make_appointment())["id"]
    begin = [
        practice.post("/sessions", {"appointment_id": appointment, "plan": f"online {n}"})
        for n in range(MANY // 2)
    ]
    send_in = [send_one(practice, item(appointment, plan=f"offline {n}")) for n in range(MANY // 2)]
    answers, results = await asyncio.gather(asyncio.gather(*begin), asyncio.gather(*send_in))
    created = [answer.status_code for answer in answers]
    made = created.count(201) + [r["status"] for r in results].count("created")
    assert made == 1
    assert set(created) <= {201, 409}
    total = (await practice.get("/sessions", params={"appointment_id": appointment})).json()["total"]
    assert total == 1
    kept = {(await conflict_of(practice, r))["plan"] for r in results if r["status"] == "conflict"}
    assert len(kept) == MANY // 2 - [r["status"] for r in results].count("created")


async def test_a_device_s_id_online_and_offline_at_once(practice: Practice) -> None:
    """A note made online with the id that a batch brings for another appointment: one of them, and no error."""
    for _ in range(4):
        appointments = [(await practice.make_appointment())["id"] for _ in range(2)]
        own = str(new_id())
        online, offline = await asyncio.gather(
            practice.post("/sessions", {"appointment_id": appointments[0], "client_session_id": own}),
            send_one(practice, item(appointments[1], client_session_id=own, plan="x")),
        )
        ends = (online.status_code, offline["status"])
        assert ends in {(201, "conflict"), (409, "created")}


@pytest.mark.parametrize("_run", range(4))
async def test_finalizing_while_text_arrives(practice: Practice, phone: Practice, _run: int) -> None:
    """The text is in the note before it was finalized, or a conflict; the final note is what finalize answered."""
    one = item((await practice.make_appointment())["id"], plan="a")
    result = await send_one(phone, one)
    final, late = await asyncio.gather(
        practice.patch(f"/sessions/{result['server_session_id']}/finalize"),
        send_one(phone, one | {"plan": "b", "base_version": 1}),
    )
    assert final.status_code == 200
    assert await note_of(practice, result) == final.json()
    if late["status"] == "updated":
        assert final.json()["plan"] == "b"
    else:
        assert (await conflict_of(practice, late))["reason"] == "session-finalized"
        assert final.json()["plan"] == "a"


async def test_batches_beside_saves_finalizes_and_moves(practice: Practice, phone: Practice) -> None:
    """Nothing waits for the other for good: no 5xx, and every text that was sent is somewhere."""
    notes = [await practice.make_session(plan="0", subjective="s") for _ in range(6)]
    items = [
        item(n["appointment_id"], plan=f"offline {i}", base_version=1, updated_at_client=at())
        for i, n in enumerate(notes)
    ]
    answers = await asyncio.gather(
        send(phone, *items),
        send(practice, *reversed(items)),
        *(practice.put(f"/sessions/{n['id']}", {"plan": f"online {i}"}) for i, n in enumerate(notes)),
        *(practice.patch(f"/sessions/{n['id']}/finalize") for n in notes[:3]),
        *(
            practice.put(
                f"/appointments/{n['appointment_id']}",
                {"scheduled_start": n["session_date"].replace(":00:00Z", ":01:00Z")},
            )
            for n in notes
        ),
    )
    assert {a.status_code for a in answers[2:]} <= {200, 409}
    places = []
    for listed in (await practice.get("/sessions", params={"include": "text"})).json()["items"]:
        places.append(listed["plan"])
        found = (await practice.get(f"/sessions/{listed['id']}/revisions")).json()["items"]
        places += [revision["plan"] for revision in found]
    for conflict in (await practice.get("/sessions/conflicts")).json()["items"]:
        places.append((await practice.get(f"/sessions/conflicts/{conflict['id']}")).json()["plan"])
    assert {f"offline {i}" for i in range(6)} <= set(places)
    assert len(places) == len(set(places)) + places.count("0") - ("0" in places)
