"""The timeline at the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.timeline.models import EventType
from tests.support.practice import Practice

IDS = ("appointment_id", "session_id", "plan_id", "milestone_id")


async def timeline(practice: Practice, client: str, **params: Any) -> dict[str, Any]:
    answer = await practice.get(f"/clients/{client}/timeline", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def kinds(practice: Practice, client: str, **params: Any) -> list[str]:
    """The types of the events, oldest first."""
    return [event["event_type"] for event in (await timeline(practice, client, **params))["events"]][::-1]


def told(event: dict[str, Any]) -> dict[str, Any]:
    """What an event says besides its moment, without what is null."""
    return {name: value for name, value in event.items() if value is not None and name != "event_date"}


@pytest.fixture
async def client(practice: Practice) -> str:
    """A client nothing has happened to."""
    client_id: str = (await practice.make_client())["id"]
    return client_id


async def test_nothing_has_happened_yet(practice: Practice, client: str) -> None:
    """A new client has an empty timeline."""
    empty = {"client_id": client, "events": [], "total_events": 0, "next_before": None}
    assert await timeline(practice, client) == empty


async def test_nobodys_client_has_no_timeline(practice: Practice) -> None:
    """404, and nothing is recorded as read."""
    before = (await practice.get("/audit-events")).json()["total"]
    for path in ("timeline", "timeline.pdf"):
        assert (await practice.get(f"/clients/{new_id()}/{path}")).status_code == 404
    assert (await practice.get("/audit-events")).json()["total"] == before + 1  # the listing's own


async def test_a_visit_is_told_once_by_each_of_its_rows(practice: Practice, client: str) -> None:
    """The appointment by its start, the note by its date, its finalizing and its addendum by their moments."""
    booked = await practice.make_appointment(client, service_name="פיזיותרפיה", notes="חניה מאחור")
    ids = {"appointment_id": booked["id"]}
    assert [told(e) for e in (await timeline(practice, client))["events"]] == [
        {"event_type": "appointment_scheduled", "title": "פיזיותרפיה", "description": "חניה מאחור", **ids}
    ]
    note = await practice.make_session(booked["id"], objective="טווח תנועה מלא 🙂", plan="להמשיך")
    final = (await practice.patch(f"/sessions/{note['id']}/finalize")).json()
    added = await practice.post(f"/sessions/{note['id']}/amendments", {"reason": "צד שגוי", "plan": "שמאל"})
    events = (await timeline(practice, client))["events"]
    ids["session_id"] = note["id"]
    what = {"title": "SOAP Note - פיזיותרפיה", "subject": "פיזיותרפיה"}
    assert [told(event) for event in events] == [
        {"event_type": "session_amended", "description": "צד שגוי", **what, **ids},
        {"event_type": "session_finalized", **what, **ids},
        {"event_type": "session", "description": "טווח תנועה מלא 🙂", **what, **ids},
        {
            "event_type": "appointment_completed", "title": "פיזיותרפיה", "description": "חניה מאחור",
            "appointment_id": booked["id"],
        },
    ]  # fmt: skip
    moments = {event["event_type"]: event["event_date"] for event in events}
    assert moments == {
        "session_amended": added.json()["created_at"], "session_finalized": final["finalized_at"],
        "session": booked["scheduled_start"], "appointment_completed": booked["scheduled_start"],
    }  # fmt: skip


@pytest.mark.parametrize("status", ["scheduled", "completed", "cancelled", "no_show"])
async def test_an_appointment_is_what_became_of_it(practice: Practice, client: str, status: str) -> None:
    """One event, of its status; nothing without an archived one."""
    booked = await practice.make_appointment(client)
    await practice.put(f"/appointments/{booked['id']}", {"status": status})
    (event,) = (await timeline(practice, client))["events"]
    assert told(event) == {"event_type": f"appointment_{status}", "appointment_id": booked["id"]}
    await practice.delete(f"/appointments/{booked['id']}")
    assert await kinds(practice, client) == []


async def test_a_plan_is_told_by_its_steps(practice: Practice, client: str) -> None:
    """Begun, changed, closed, reopened, closed otherwise; each names the plan by its title as it is now."""
    plan = await practice.make_plan(client, title="before", goals="לשחות")
    path = f"/plans/{plan['id']}"
    for body in ({"title": "after"}, {"status": "completed"}):
        await practice.put(path, body)
    begun = {"event_type": "plan_created", "title": "after", "description": "לשחות", "plan_id": plan["id"]}
    events = (await timeline(practice, client))["events"][::-1]
    assert told(events[0]) == begun
    assert [event["event_type"] for event in events] == ["plan_created", "plan_updated", "plan_completed"]
    assert {event["title"] for event in events} == {"after"}
    await practice.put(path, {"status": "active"})
    assert await kinds(practice, client) == ["plan_created", "plan_updated", "plan_updated"]
    await practice.put(path, {"status": "discontinued"})
    assert (await kinds(practice, client))[-1] == "plan_discontinued"


async def test_a_milestone_is_achieved_on_its_day(practice: Practice, client: str) -> None:
    """At the beginning of the day in the practice's zone, also across a change of the clocks."""
    plan = await practice.make_plan(client, title="כתף")
    days = {"2026-01-15": "2026-01-14T22:00:00Z", "2026-07-15": "2026-07-14T21:00:00Z"}
    for day in days:
        await practice.make_milestone(plan["id"], description=day, status="achieved", achieved_date=day)
    await practice.make_milestone(plan["id"])
    found = (await timeline(practice, client, types="milestone_achieved"))["events"]
    assert {event["title"]: event["event_date"] for event in found} == days
    assert {event["description"] for event in found} == {"כתף"}
    await practice.put("/workspace", {"timezone": "Pacific/Kiritimati"})
    found = (await timeline(practice, client, types="milestone_achieved"))["events"]
    assert found[0]["event_date"] == "2026-07-14T10:00:00Z"


@pytest.mark.parametrize(
    ("service", "plans", "title"),
    [
        ("Physiotherapy", {"Shoulder": "2026-01-01"}, "SOAP Note - Physiotherapy"),
        (None, {"Shoulder": "2026-01-01"}, "SOAP Note - Shoulder"),
        (None, {"Knee": "2025-01-01", "Shoulder": "2026-01-01"}, "SOAP Note - Shoulder"),
        (None, {"Knee": "2025-01-01", "Shoulder": "2027-01-01"}, "SOAP Note - Knee"),
        (None, {"Shoulder": "2027-01-01"}, "SOAP Note"),
        (None, {}, "SOAP Note"),
    ],
    ids=["its service", "its plan", "the later plan", "the plan of its day", "a plan to come", "neither"],
)
async def test_a_note_is_called_by_what_it_is_about(
    practice: Practice, client: str, service: str | None, plans: dict[str, str], title: str
) -> None:
    """The mission's form: `SOAP Note - <service or plan>`."""
    for name, begun in plans.items():
        await practice.make_plan(client, title=name, start_date=begun)
    start = "2026-06-01T08:00:00Z"
    booked = await practice.make_appointment(
        client, service_name=service, scheduled_start=start, scheduled_end="2026-06-01T09:00:00Z"
    )
    await practice.make_session(booked["id"], plan="x")
    (event,) = (await timeline(practice, client, types="session"))["events"]
    assert (event["title"], event["subject"]) == (
        title,
        title.removeprefix("SOAP Note").removeprefix(" - ") or None,
    )


async def test_a_milestone_is_called_by_its_own_words(practice: Practice, client: str) -> None:
    """The mission's form; the plan stands under it."""
    plan = await practice.make_plan(client, title="Shoulder")
    await practice.make_milestone(plan["id"], description="Pain reduced to 5/10", status="achieved")
    (event,) = (await timeline(practice, client, types="milestone_achieved"))["events"]
    assert (event["title"], event["description"]) == ("Pain reduced to 5/10", "Shoulder")


async def test_what_is_archived_drops_out(practice: Practice, client: str) -> None:
    """A milestone, a plan with all of it, a note with its addendum; the note of an archived appointment stays."""
    plan = await practice.make_plan(client)
    step = await practice.make_milestone(plan["id"], status="achieved")
    await practice.put(f"/plans/{plan['id']}", {"goals": "x"})
    booked = await practice.make_appointment(client)
    note = await practice.make_session(booked["id"], plan="x")
    await practice.patch(f"/sessions/{note['id']}/finalize")
    await practice.post(f"/sessions/{note['id']}/amendments", {"reason": "x", "plan": "x"})

    async def left() -> set[str]:
        return set(await kinds(practice, client))

    visit = {"appointment_completed", "session", "session_finalized", "session_amended"}
    assert await left() == {"milestone_achieved", "plan_created", "plan_updated"} | visit
    await practice.delete(f"/plans/{plan['id']}/milestones/{step['id']}")
    assert await left() == {"plan_created", "plan_updated"} | visit
    await practice.delete(f"/plans/{plan['id']}")
    assert await left() == visit
    await practice.delete(f"/appointments/{booked['id']}")
    assert await left() == visit - {"appointment_completed"}
    await practice.delete(f"/sessions/{note['id']}")
    assert await left() == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ({"subjective": "a", "plan": "b"}, "a"), ({"subjective": "", "plan": "b"}, "b"),
        ({"subjective": None, "assessment": "c"}, "c"), ({}, None), ({"plan": ""}, None),
        ({"plan": "x" * 300}, "x" * 300), ({"plan": "x" * 299 + " " + "y" * 10}, "x" * 299 + "…"),
    ],
    ids=["first", "an empty one", "a null one", "none", "only empty", "short enough", "too long"],
)  # fmt: skip
async def test_a_note_shows_its_beginning(
    practice: Practice, client: str, text: dict[str, Any], shown: str | None
) -> None:
    """The first field with text, cut at 300 characters."""
    booked = await practice.make_appointment(client)
    await practice.make_session(booked["id"], **text)
    (event,) = (await timeline(practice, client, types="session"))["events"]
    assert event["description"] == shown


async def test_events_are_filtered_by_type_and_time(practice: Practice, client: str) -> None:
    """`types` takes several, `from` is included and `to` is not; the total counts what is left."""
    start = datetime(2026, 9, 1, 8, tzinfo=UTC)
    for n in range(4):
        begins = start + timedelta(days=n)
        times = {
            "scheduled_start": begins.isoformat(),
            "scheduled_end": (begins + timedelta(hours=1)).isoformat(),
        }
        booked = await practice.make_appointment(client, **times)
        await practice.make_session(booked["id"], plan=str(n))
    params = {"types": "session,plan_created", "from": "2026-09-02T08:00:00Z", "to": "2026-09-04T08:00:00Z"}
    found = await timeline(practice, client, **params)
    assert [event["description"] for event in found["events"]] == ["2", "1"]
    assert (found["total_events"], found["next_before"]) == (2, None)
    assert (await timeline(practice, client))["total_events"] == 8
    assert await kinds(practice, client, types="appointment_cancelled") == []


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"types": "visit"}, "/types"), ({"types": ""}, "/types"), ({"types": "session,"}, "/types"),
        ({"before": "x"}, "/before"), ({"before": "WyJhIl0="}, "/before"), ({"limit": "0"}, "/limit"),
        ({"limit": "101"}, "/limit"), ({"from": "2026-09-02"}, "/from"), ({"to": "2026-09-02T08:00:00"}, "/to"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_wrong_parameter_is_refused(
    practice: Practice, client: str, params: dict[str, str], pointer: str
) -> None:
    """422 that points to it."""
    answer = await practice.get(f"/clients/{client}/timeline", params=params)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_another_lists_cursor_is_no_place(practice: Practice, client: str) -> None:
    """A cursor of notes is refused, and a place of the timeline elsewhere too."""
    for _ in range(2):
        await practice.make_session((await practice.make_appointment(client))["id"])
    notes = (await practice.get("/sessions", params={"limit": 1})).json()["next_cursor"]
    place = (await timeline(practice, client, limit=1))["next_before"]
    path = f"/clients/{client}/timeline"
    assert (await practice.get(path, params={"before": notes})).status_code == 422
    assert (await practice.get("/sessions", params={"cursor": place})).status_code == 422


async def test_every_type_is_told(practice: Practice, client: str) -> None:
    """Each type but those of moves, which `tests/moves` sees, occurs and can be asked for alone."""
    for status in ("scheduled", "cancelled", "no_show"):
        booked = await practice.make_appointment(client)
        await practice.put(f"/appointments/{booked['id']}", {"status": status})
    note = await practice.make_session((await practice.make_appointment(client))["id"], plan="x")
    await practice.patch(f"/sessions/{note['id']}/finalize")
    await practice.post(f"/sessions/{note['id']}/amendments", {"reason": "x", "plan": "x"})
    for status in ("completed", "discontinued"):
        plan = await practice.make_plan(client)
        await practice.make_milestone(plan["id"], status="achieved")
        await practice.put(f"/plans/{plan['id']}", {"goals": "x"})
        await practice.put(f"/plans/{plan['id']}", {"status": status})
    known = {kind for kind in EventType if not kind.startswith(("moved_", "merged_"))}
    assert set(await kinds(practice, client)) == known
    for kind in known:
        assert set(await kinds(practice, client, types=kind.value)) == {kind.value}


async def test_an_archived_client_keeps_the_timeline(practice: Practice, client: str) -> None:
    """Archiving deletes nothing."""
    await practice.make_plan(client)
    await practice.delete(f"/clients/{client}")
    assert await kinds(practice, client) == ["plan_created"]
