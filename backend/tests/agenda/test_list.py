"""The calendar with what belongs to each appointment: client, note and reminder; its filters, its order, its roles."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.process.resources import Resources
from tests.appointments.days import DAY, at, book, hire
from tests.core.problem import problem_of
from tests.reminders.coming import due, rule, run
from tests.support.practice import Practice, join

EVERYTHING = "client,note,reminder"


async def items_of(practice: Practice, **filters: Any) -> list[dict[str, Any]]:
    """The items of a list, whose total must be their number."""
    answer = await practice.get("/appointments", params=filters)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["items"])
    found: list[dict[str, Any]] = page["items"]
    return found


@pytest.fixture
async def assistant(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A colleague at the desk."""
    colleague = await join(app, practice, "assistant")
    async with colleague.http:
        yield colleague


async def test_an_item_gains_exactly_what_is_asked_for(practice: Practice) -> None:
    """An item is the appointment as it is read by id, and the parts that `include` names."""
    made = await practice.make_appointment(notes="x")
    for include in ("client", "note", "reminder", "reminder,client", EVERYTHING):
        (item,) = await items_of(practice, include=include)
        assert item.keys() - made.keys() == set(include.split(","))
        assert made.items() <= item.items()


async def test_names_are_as_they_were_written(practice: Practice) -> None:
    """A client's name and phone are shown as they are now, in Hebrew too, and without a phone as null."""
    ruth = await practice.make_client(first_name="רוּת־שרה", last_name="ב״ר לוי", phone="054-1234567")
    dana = await practice.make_client(first_name="Dana 🌿", last_name="Straße")
    for client in (ruth, dana, ruth):
        await practice.make_appointment(client["id"])
    shown = [item["client"] for item in await items_of(practice, include="client")]
    names = ("id", "first_name", "last_name", "phone")
    assert shown == [{name: client[name] for name in names} for client in (ruth, dana, ruth)]
    await practice.put(f"/clients/{ruth['id']}", {"first_name": "נעמי"})
    shown = [item["client"]["first_name"] for item in await items_of(practice, include="client")]
    assert shown == ["נעמי", "Dana 🌿", "נעמי"]


async def test_an_archived_clients_appointment_has_their_name(practice: Practice) -> None:
    """Who is a client no more is named beside what was booked."""
    made = await practice.make_appointment()
    await practice.delete(f"/clients/{made['client_id']}")
    (item,) = await items_of(practice, include="client")
    assert (item["client"]["first_name"], item["client"]["last_name"]) == ("רות", "לוי")


async def test_the_notes_state_is_the_current_notes(practice: Practice) -> None:
    """None, a draft at its version, a final one, none again once it is archived, and then the next."""
    made = await practice.make_appointment()

    async def shown() -> Any:
        (item,) = await items_of(practice, include="note")
        return item["note"]

    assert await shown() is None
    first = await practice.make_session(made["id"], plan="x")
    assert await shown() == {"session_id": first["id"], "status": "draft", "version": first["version"]}
    final = (await practice.patch(f"/sessions/{first['id']}/finalize")).json()
    assert await shown() == {"session_id": first["id"], "status": "finalized", "version": final["version"]}
    await practice.delete(f"/sessions/{first['id']}")
    assert await shown() is None
    second = await practice.make_session(made["id"])
    assert await shown() == {"session_id": second["id"], "status": "draft", "version": second["version"]}


async def test_the_reminders_state_is_the_latest_ones(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Of several mails about an appointment the one that was due last is shown; of none, null."""
    await rule(practice)
    made, untold = await due(practice, superuser), await practice.make_appointment()
    await run(resources)
    shown = {item["id"]: item["reminder"] for item in await items_of(practice, include="reminder")}
    sent_at = shown[made["id"]].pop("sent_at")
    assert shown == {
        made["id"]: {"kind": "reminder", "status": "sent", "reason": None},
        untold["id"]: None,
    }
    (log,) = (await practice.get("/reminders/logs")).json()["items"]
    assert sent_at == log["sent_at"] is not None
    await practice.put(f"/appointments/{made['id']}", {"status": "cancelled"})
    await run(resources)
    logs = (await practice.get("/reminders/logs")).json()["items"]
    (item,) = await items_of(practice, include="reminder", status="cancelled")
    assert len(logs) == 2
    assert item["reminder"] == {name: logs[0][name] for name in ("kind", "status", "reason", "sent_at")}
    assert item["reminder"]["kind"] == "cancellation"


async def test_an_assistant_gets_names_and_reminders(practice: Practice, assistant: Practice) -> None:
    """What an assistant sees anyway stands beside each appointment, and nothing clinical does."""
    await practice.make_session((await practice.make_appointment(notes="clinical-7f3"))["id"], plan="x")
    answer = await assistant.get("/appointments", params={"include": "client,reminder"})
    (item,) = answer.json()["items"]
    assert item["client"]["first_name"] == "רות"
    assert item["reminder"] is None
    assert item.keys().isdisjoint({"note", "notes"})


@pytest.mark.parametrize("include", ["note", EVERYTHING])
async def test_an_assistant_is_refused_notes(practice: Practice, assistant: Practice, include: str) -> None:
    """An assistant who asks for the notes' state is refused all of it, and that is recorded."""
    await practice.make_session()
    problem_of(await assistant.get("/appointments", params={"include": include}), 403, "role-not-allowed")
    denied = await practice.get("/audit-events", params={"action": "appointment.denied"})
    assert [event["user_id"] for event in denied.json()["items"]] == [str(assistant.user_id)]


@pytest.mark.parametrize("include", ["", "client,", "clients", "canary-3a8", "client;note", "CLIENT"])
async def test_an_unknown_part_is_refused(practice: Practice, include: str) -> None:
    """A part of another name is a 422 that points at it and echoes nothing."""
    body = problem_of(await practice.get("/appointments", params={"include": include}), 422, "invalid-input")
    assert body["errors"] == [{"pointer": "/include", "detail": "must be some of client, note, reminder"}]


async def test_an_empty_calendar_has_nothing_beside_it(practice: Practice) -> None:
    """No appointments are an empty page, whatever is asked for."""
    answer = await practice.get("/appointments", params={"include": EVERYTHING})
    assert answer.json() == {"items": [], "total": 0, "next_cursor": None}


async def test_a_list_is_one_event(practice: Practice) -> None:
    """Names, notes and reminders beside the appointments are shown by the one event of the list."""
    await practice.make_session()
    before = (await practice.get("/audit-events")).json()["total"]
    await practice.get("/appointments", params={"include": EVERYTHING})
    events = (await practice.get("/audit-events")).json()
    assert [event["action"] for event in events["items"][:2]] == ["appointment.list", "audit_event.list"]
    assert events["total"] == before + 2


async def test_one_therapists_appointments(
    practice: Practice, other: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """`therapist_id` shows that therapist's only; another workspace's has none here."""
    noa = await hire(practice, superuser)
    await book(practice, 9, 10)
    hers = (await book(practice, 9, 10, therapist_id=noa)).json()["id"]
    theirs = (await book(other, 9, 10)).json()
    assert [item["id"] for item in await items_of(practice, therapist_id=noa)] == [hers]
    assert await items_of(practice, therapist_id=theirs["therapist_id"]) == []


async def test_one_answer_only(practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]") -> None:
    """`client_response` shows the appointments with that answer, and `none` those without."""
    made = {}
    for hour, response in enumerate(("confirmed", "declined", "move-requested", "none")):
        made[response] = (await book(practice, hour, hour + 1)).json()["id"]
        await superuser.execute(
            "UPDATE appointments SET client_response = nullif($2, 'none'),"
            " client_responded_at = CASE WHEN $2 <> 'none' THEN now() END WHERE id = $1",
            made[response],
            response,
        )
    found = {asked: await items_of(practice, client_response=asked) for asked in made}
    assert {asked: [item["id"] for item in items] for asked, items in found.items()} == {
        asked: [one] for asked, one in made.items()
    }
    answers = [item["client_response"] for item in await items_of(practice)]
    assert answers == ["confirmed", "declined", "move-requested", None]


@pytest.mark.parametrize("name", ["client_response", "order", "therapist_id"])
async def test_a_malformed_filter_is_refused(practice: Practice, name: str) -> None:
    """A filter of the wrong form is a 422 that points at it and echoes nothing."""
    answer = await practice.get("/appointments", params={name: "canary-3a8"})
    assert [error["pointer"] for error in problem_of(answer, 422)["errors"]] == [f"/{name}"]
    assert "canary-3a8" not in answer.text


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_run_either_way(practice: Practice, order: str) -> None:
    """Every appointment is shown once, in order, those that start together too, whatever was booked meanwhile."""
    made = [
        (await book(practice, hour, hour + 1, status="cancelled")).json()["id"]
        for hour in (1, 2, 2, 2, 3, 4, 4)
    ]
    shown: list[str] = []
    cursor: dict[str, str] = {}
    while cursor is not None:
        query = {"order": order, "limit": 2, "include": "client", **cursor}
        page = (await practice.get("/appointments", params=query)).json()
        shown += [item["id"] for item in page["items"]]
        assert all(item["client"]["last_name"] == "לוי" for item in page["items"])
        await book(practice, 0 if order == "asc" else 9, 10, status="cancelled")
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [one for one in shown if one in made] == (made if order == "asc" else made[::-1])
    assert len(set(shown)) == len(shown)


async def test_whatever_reaches_into_a_window_is_in_it(practice: Practice) -> None:
    """An appointment that began the day before is shown as long as it goes on, in either order."""
    retreat = (await book(practice, -12, 12)).json()["id"]
    lunch = (await book(practice, 13, 14)).json()["id"]
    for order, expected in (("asc", [retreat, lunch]), ("desc", [lunch, retreat])):
        window = {"from": at(11), "to": at(24), "order": order}
        assert [item["id"] for item in await items_of(practice, **window)] == expected
    assert await items_of(practice, **{"from": at(12), "to": at(13)}) == []
    assert [item["id"] for item in await items_of(practice, to=DAY.isoformat())] == [retreat]
