"""Appointments over HTTP."""

from typing import Any

import pytest

from pazpaz.core.base.ids import new_id
from tests.appointments.days import at, book, slot, slug
from tests.support.practice import Practice

FULL: dict[str, Any] = {
    **slot(9, 9.75),
    "status": "scheduled",
    "location_type": "home",
    "location": "רח׳ הרצל 1 🏠",
    "service_name": "Physiotherapy",
    "logistics": " מפתח אצל השכנה\n",
    "notes": "  להביא מזרן\n\t",
}
SERVER_MADE = {
    "id",
    "workspace_id",
    "client_id",
    "therapist_id",
    "has_finalized_note",
    "client_response",
    "client_responded_at",
    "version",
    "created_at",
    "updated_at",
}


async def test_an_appointment_comes_back_as_sent(practice: Practice) -> None:
    """Every field is kept exactly; the therapist is the caller when none is named."""
    made = await practice.make_appointment(**FULL)
    assert {name: made[name] for name in FULL} == FULL
    assert made["therapist_id"] == str(practice.user_id)
    assert set(made) == set(FULL) | SERVER_MADE
    assert (await practice.get(f"/appointments/{made['id']}")).json() == made


async def test_an_appointment_has_defaults(practice: Practice) -> None:
    """Without more than client and times it is scheduled, in the clinic, and has no note."""
    made = await practice.make_appointment()
    assert (made["status"], made["location_type"]) == ("scheduled", "clinic")
    assert (made["location"], made["service_name"], made["notes"]) == (None, None, None)
    assert (made["has_finalized_note"], made["version"]) == (False, 1)


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("2026-06-01T12:00:00+03:00", "2026-06-01T09:00:00Z"),
        ("2026-06-01T03:30:00-05:30", "2026-06-01T09:00:00Z"),
        ("2026-06-01T09:00:00.123456Z", "2026-06-01T09:00:00.123456Z"),
    ],
)
async def test_instants_are_answered_in_utc(practice: Practice, sent: str, answered: str) -> None:
    """An instant may be sent with any offset and is answered with Z, microseconds kept."""
    made = await practice.make_appointment(scheduled_start=sent, scheduled_end=at(10))
    assert made["scheduled_start"] == answered


@pytest.mark.parametrize(("start", "end"), [(10, 9), (10, 10)])
@pytest.mark.parametrize("status", ["scheduled", "cancelled"])
async def test_an_end_not_after_the_start_is_refused(
    practice: Practice, start: float, end: float, status: str
) -> None:
    """An appointment that ends before or at its start is a 422, whatever its status."""
    answer = await book(practice, start, end, status=status)
    assert (answer.status_code, slug(answer)) == (422, "ends-before-start")
    assert (await practice.get("/appointments")).json()["total"] == 0


@pytest.mark.parametrize("times", [{"scheduled_start": at(11)}, {"scheduled_end": at(8)}])
async def test_moving_an_end_before_the_other_is_refused(practice: Practice, times: dict[str, str]) -> None:
    """Moving only one end past the other is a 422, and nothing changes."""
    made = (await book(practice, 9, 10)).json()
    answer = await practice.put(f"/appointments/{made['id']}", times)
    assert (answer.status_code, slug(answer)) == (422, "ends-before-start")
    assert (await practice.get(f"/appointments/{made['id']}")).json() == made


async def test_an_unknown_therapist_is_refused(practice: Practice, other: Practice) -> None:
    """A therapist who is nobody, or somebody of another workspace, is the same 422."""
    answers = [await book(practice, 9, 10, therapist_id=str(who)) for who in (new_id(), other.user_id)]
    assert [(answer.status_code, slug(answer)) for answer in answers] == [(422, "therapist-unknown")] * 2
    bodies = [{**answer.json(), "instance": ""} for answer in answers]
    assert bodies[0] == bodies[1]


async def test_an_appointment_cannot_move_to_an_unknown_therapist(
    practice: Practice, other: Practice
) -> None:
    """Changing the therapist to somebody of another workspace is a 422, and nothing changes."""
    made = await practice.make_appointment()
    answer = await practice.put(f"/appointments/{made['id']}", {"therapist_id": str(other.user_id)})
    assert (answer.status_code, slug(answer)) == (422, "therapist-unknown")
    assert (await practice.get(f"/appointments/{made['id']}")).json() == made


async def test_an_archived_client_gets_no_appointment(practice: Practice) -> None:
    """Booking for an archived client is a 409."""
    client = await practice.make_client()
    await practice.delete(f"/clients/{client['id']}")
    answer = await book(practice, 9, 10, client_id=client["id"])
    assert (answer.status_code, slug(answer)) == (409, "client-archived")


async def test_an_unknown_client_gets_no_appointment(practice: Practice, other: Practice) -> None:
    """Booking for an unknown client and for another workspace's is the same 404."""
    theirs = (await other.make_client())["id"]
    answers = [await book(practice, 9, 10, client_id=client) for client in (str(new_id()), theirs)]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [{**answer.json(), "instance": ""} for answer in answers]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scheduled_start", at(8.5)),
        ("scheduled_end", at(11)),
        ("status", "completed"),
        ("status", "cancelled"),
        ("status", "no_show"),
        ("location_type", "online"),
        ("location", "https://meet.example.org/x"),
        ("location", None),
        ("service_name", "טיפול"),
        ("service_name", None),
        ("notes", ""),
        ("notes", None),
    ],
)
async def test_one_field_changes_alone(practice: Practice, field: str, value: object) -> None:
    """A field that is sent changes, a null clears, every other one stays, and the version rises by one."""
    before = await practice.make_appointment(**FULL)
    answer = await practice.put(f"/appointments/{before['id']}", {field: value})
    after = answer.json()
    assert after == before | {field: value, "version": 2, "updated_at": after["updated_at"]}
    assert answer.headers["etag"] == '"2"'
    assert (await practice.get(f"/appointments/{before['id']}")).json() == after


@pytest.mark.parametrize(
    "field", ["therapist_id", "scheduled_start", "scheduled_end", "status", "location_type"]
)
async def test_a_needed_field_cannot_be_cleared(practice: Practice, field: str) -> None:
    """A null for a field that every appointment has is a 422."""
    made = await practice.make_appointment()
    answer = await practice.put(f"/appointments/{made['id']}", {field: None})
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


@pytest.mark.parametrize(
    "field", ["client_id", "has_finalized_note", "archived_at", "version", "id", "workspace_id"]
)
async def test_what_the_server_keeps_cannot_be_set(practice: Practice, field: str) -> None:
    """A field that is not the client's to change is a 422."""
    made = await practice.make_appointment()
    answer = await practice.put(f"/appointments/{made['id']}", {field: str(new_id())})
    assert (answer.status_code, slug(answer)) == (422, "invalid-input")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_stale_version_changes_nothing(practice: Practice, method: str) -> None:
    """If-Match with an older version is a 412, and the appointment stays as it was."""
    made = await practice.make_appointment()
    path = f"/appointments/{made['id']}"
    now = (await practice.put(path, {"notes": "second"})).json()
    body = {"json": {"notes": "third"}} if method == "PUT" else {}
    answer = await practice.request(method, path, headers={"If-Match": '"1"'}, **body)
    assert (answer.status_code, slug(answer)) == (412, "stale-version")
    assert (await practice.get(path)).json() == now


async def test_a_deleted_appointment_is_gone(practice: Practice) -> None:
    """After DELETE the appointment is a 404 on every route and in no list."""
    made = await practice.make_appointment()
    path = f"/appointments/{made['id']}"
    assert (await practice.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    answers = [
        await practice.get(path),
        await practice.put(path, {"notes": "x"}),
        await practice.delete(path),
    ]
    assert [(answer.status_code, slug(answer)) for answer in answers] == [(404, "not-found")] * 3
    assert (await practice.get("/appointments")).json()["total"] == 0
    late = await practice.post("/sessions", {"appointment_id": made["id"]})
    assert (late.status_code, slug(late)) == (404, "not-found")


async def test_a_deleted_appointments_note_stays(practice: Practice) -> None:
    """The note of a deleted appointment can still be read, saved and finalized."""
    note = await practice.make_session(plan="x")
    await practice.delete(f"/appointments/{note['appointment_id']}")
    path = f"/sessions/{note['id']}"
    assert (await practice.get(path)).json() == note
    assert (await practice.put(path, {"plan": "y"})).status_code == 200
    assert (await practice.patch(f"{path}/finalize")).status_code == 200


async def test_a_draft_follows_its_appointment(practice: Practice) -> None:
    """Moving an appointment moves its draft's session_date."""
    appointment = await practice.make_appointment(**slot(9, 10))
    note = await practice.make_session(appointment["id"])
    assert note["session_date"] == at(9)
    await practice.put(f"/appointments/{appointment['id']}", slot(14, 15))
    assert (await practice.get(f"/sessions/{note['id']}")).json()["session_date"] == at(14)


@pytest.mark.parametrize("end", ["finalize", "archive"])
async def test_a_note_that_is_no_draft_keeps_its_date(practice: Practice, end: str) -> None:
    """Moving an appointment leaves the date of a finalized or archived note."""
    appointment = await practice.make_appointment(**slot(9, 10))
    path = f"/sessions/{(await practice.make_session(appointment['id'], plan='x'))['id']}"
    await (practice.patch(f"{path}/finalize") if end == "finalize" else practice.delete(path))
    await practice.put(f"/appointments/{appointment['id']}", slot(14, 15))
    assert (await practice.get(path)).json()["session_date"] == at(9)


async def test_another_workspaces_appointment_is_unknown(practice: Practice, other: Practice) -> None:
    """A foreign appointment cannot be read, changed, deleted or listed, and is unharmed."""
    theirs = await other.make_appointment()
    path = f"/appointments/{theirs['id']}"
    answers = [
        await practice.get(path),
        await practice.put(path, {"notes": "x"}),
        await practice.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (await practice.get("/appointments")).json()["total"] == 0
    assert (await other.get(path)).json() == theirs
