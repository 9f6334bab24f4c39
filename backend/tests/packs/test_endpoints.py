"""Packs: what a device takes along, of whom, as it was when, and who is told that it did."""

import asyncio
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.agenda import service as agenda
from tests.core.problem import problem_of
from tests.packs.cases import DAYS
from tests.support.practice import Practice, join


async def taken(practice: Practice, **params: str) -> dict[str, Any]:
    """What the device of the practice's user takes along."""
    answer = await practice.get("/sync/pack", params={**DAYS, **params})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def finalized(practice: Practice, client_id: str, **texts: str) -> dict[str, Any]:
    """A final note of the client's next appointment."""
    appointment = await practice.make_appointment(client_id)
    note = await practice.make_session(appointment["id"], **texts)
    answer = await practice.patch(f"/sessions/{note['id']}/finalize")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_pack_is_what_the_days_need(practice: Practice) -> None:
    """Appointments as the calendar lists them, names, the last final note, drafts, and the line of the plan."""
    ruth = await practice.make_client(phone="054-1234567")
    await finalized(practice, ruth["id"], plan="first")
    last = await finalized(practice, ruth["id"], plan="כאב בכתף", subjective="last")
    coming = await practice.make_appointment(ruth["id"], notes="key at the desk")
    draft = await practice.make_session(coming["id"], objective="begun")
    plan = await practice.make_plan(ruth["id"], title="שיקום כתף")
    await practice.make_milestone(plan["id"])
    pack = await taken(practice)
    listed = await practice.get("/appointments", params={**DAYS, "include": "client,note"})
    assert pack["appointments"] == listed.json()["items"]
    assert pack["clients"] == [{name: ruth[name] for name in ("id", "first_name", "last_name", "phone")}]
    assert pack["notes"] == [draft, (await practice.get(f"/sessions/{last['id']}")).json()]
    assert pack["plans"] == [
        {"id": plan["id"], "client_id": ruth["id"], "title": "שיקום כתף",
         "milestones_total": 1, "milestones_achieved": 0}
    ]  # fmt: skip
    assert (pack["from"], pack["to"]) == (DAYS["from"], DAYS["to"])


async def test_a_practice_without_appointments_takes_nothing(practice: Practice) -> None:
    """Clients who do not come in these days are not in it."""
    await practice.make_client()
    pack = await taken(practice)
    assert {name: pack[name] for name in ("appointments", "clients", "notes", "plans")} == {
        "appointments": [], "clients": [], "notes": [], "plans": []
    }  # fmt: skip


async def test_a_pack_is_of_ones_own_agenda(app: FastAPI, practice: Practice) -> None:
    """Neither a colleague's appointments nor their clients, plans and notes; also not an owner's of a therapist."""
    colleague = await join(app, practice, "therapist")
    theirs = await practice.make_appointment(therapist_id=str(colleague.user_id))
    await practice.make_session(theirs["id"], plan="theirs")
    await practice.make_plan(theirs["client_id"])
    mine = await practice.make_appointment()
    for caller, own in ((practice, mine), (colleague, theirs)):
        pack = await taken(caller)
        assert [item["id"] for item in pack["appointments"]] == [own["id"]]
        assert [client["id"] for client in pack["clients"]] == [own["client_id"]]
        assert {note["appointment_id"] for note in pack["notes"]} <= {own["id"]}
        assert {plan["client_id"] for plan in pack["plans"]} <= {own["client_id"]}


async def test_a_shared_clients_last_note_is_whoever_wrote_it(app: FastAPI, practice: Practice) -> None:
    """The one before the session counts, not whose it was; a colleague's draft of another hour stays there."""
    colleague = await join(app, practice, "therapist")
    client = await practice.make_client()
    theirs = await practice.make_appointment(client["id"], therapist_id=str(colleague.user_id))
    note = await practice.make_session(theirs["id"], plan="seen")
    await practice.make_appointment(client["id"])
    assert (await taken(practice))["notes"] == []
    await practice.patch(f"/sessions/{note['id']}/finalize")
    assert [shown["plan"] for shown in (await taken(practice))["notes"]] == ["seen"]


async def test_what_is_archived_or_done_stays(practice: Practice) -> None:
    """An archived appointment, note and plan, and a plan that is completed, are not taken along."""
    gone = await practice.make_appointment()
    await practice.delete(f"/appointments/{gone['id']}")
    kept = await practice.make_appointment()
    note = await practice.make_session(kept["id"], plan="x")
    await practice.delete(f"/sessions/{note['id']}")
    done, archived = [await practice.make_plan(kept["client_id"]) for _ in range(2)]
    await practice.put(f"/plans/{done['id']}", {"status": "completed"})
    await practice.delete(f"/plans/{archived['id']}")
    pack = await taken(practice)
    assert [item["id"] for item in pack["appointments"]] == [kept["id"]]
    assert (pack["notes"], pack["plans"]) == ([], [])


@pytest.mark.parametrize(
    "to",
    ["2026-03-01T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-15T01:00:01Z"],
    ids=["none", "back", "long"],
)
async def test_a_window_is_two_weeks_at_most(practice: Practice, to: str) -> None:
    """Longer ones, empty ones and those that run back are refused."""
    problem_of(await practice.get("/sync/pack", params={**DAYS, "to": to}), 422, "invalid-input")


async def test_drafts_come_first_where_there_are_too_many_notes(practice: Practice) -> None:
    """With room for one, the draft is taken along."""
    last = await finalized(practice, (await practice.make_client())["id"], plan="final")
    draft = await practice.make_session(
        (await practice.make_appointment(last["client_id"]))["id"], plan="draft"
    )
    assert [note["id"] for note in (await taken(practice, limit="1"))["notes"]] == [draft["id"]]


async def test_a_copy_shows_in_the_history_of_each_client(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """One event in all, of the pack; whose client is not in it has none."""
    therapist = await join(app, practice, "therapist")
    inside = [await practice.make_appointment(therapist_id=str(therapist.user_id)) for _ in range(2)]
    outside = await practice.make_client()
    await taken(therapist)
    count = "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'pack.read'"
    assert await superuser.fetchval(count, practice.workspace_id) == 1
    seen = {}
    for client_id in (*(item["client_id"] for item in inside), outside["id"]):
        history = (await practice.get(f"/clients/{client_id}/access-history")).json()
        seen[client_id] = [event["user_id"] for event in history["items"] if event["action"] == "pack.read"]
        assert history["total"] == len(history["items"])
    assert list(seen.values()) == [[str(therapist.user_id)], [str(therapist.user_id)], []]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """A pack that waits between its appointments and its notes, and what lets it go on."""
    reached, going = asyncio.Event(), asyncio.Event()
    add = agenda.add

    async def waiting(*arguments: Any) -> None:
        reached.set()
        await going.wait()
        await add(*arguments)

    monkeypatch.setattr(agenda, "add", waiting)
    return reached, going


async def test_a_pack_is_as_of_one_moment(
    practice: Practice, held: tuple[asyncio.Event, asyncio.Event]
) -> None:
    """What is written while it is made is in none of its parts."""
    reached, going = held
    appointment = await practice.make_appointment()
    note = await practice.make_session(appointment["id"], plan="before")
    making = asyncio.create_task(taken(practice))
    await reached.wait()
    await practice.put(f"/sessions/{note['id']}", {"plan": "after"})
    await practice.put(f"/clients/{appointment['client_id']}", {"first_name": "Later"})
    going.set()
    pack = await making
    assert [shown["plan"] for shown in pack["notes"]] == ["before"]
    assert pack["appointments"][0]["note"]["version"] == note["version"]
    assert pack["clients"][0]["first_name"] == "רות"
