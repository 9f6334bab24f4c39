"""Two texts of an appointment: logistics for all of the practice, notes for those who treat."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from tests.core.problem import problem_of
from tests.support.practice import Practice, join

TEXTS = {"logistics": "חניה בחצר", "notes": "clinical-7f3 כאב בכתף"}


@pytest.fixture
async def assistant(app: FastAPI, practice: Practice) -> Any:
    """A colleague at the desk."""
    colleague = await join(app, practice, "assistant")
    async with colleague.http:
        yield colleague


@pytest.fixture
async def booked(practice: Practice) -> dict[str, Any]:
    """An appointment with both texts."""
    return await practice.make_appointment(**TEXTS)


@pytest.fixture
async def sealed_off(booked: dict[str, Any], superuser: "asyncpg.Connection[Any]") -> str:
    """Its clinical text is stored so that whatever opens it fails."""
    await superuser.execute("UPDATE appointments SET notes = 'damaged' WHERE id = $1", UUID(booked["id"]))
    return f"/appointments/{booked['id']}"


async def test_nothing_an_assistant_does_opens_the_clinical_text(
    practice: Practice, assistant: Practice, booked: dict[str, Any], sealed_off: str
) -> None:
    """What they read, list, change, collide with and archive is looked at without it."""
    assert (await practice.get(sealed_off)).status_code == 500  # who treats reads it
    assert (await assistant.get(sealed_off)).status_code == 200
    assert (await assistant.get("/appointments")).json()["total"] == 1
    assert (await assistant.put(sealed_off, {"logistics": "x"})).status_code == 200
    stale = await assistant.put(sealed_off, {"logistics": "y"}, headers={"If-Match": '"1"'})
    problem_of(stale, 412, "stale-version")
    times = {name: booked[name] for name in ("client_id", "therapist_id", "scheduled_start", "scheduled_end")}
    problem_of(await assistant.post("/appointments", times), 409, "appointment-conflict")
    problem_of(await assistant.delete(sealed_off, headers={"If-Match": '"1"'}), 412, "stale-version")
    assert (await assistant.delete(sealed_off)).status_code == 204


async def test_a_note_is_written_and_finished_without_it(
    practice: Practice, booked: dict[str, Any], sealed_off: str
) -> None:
    """The note's own text is all that is opened when a note begins, is final and is archived."""
    del sealed_off
    note = await practice.make_session(booked["id"], plan="x")
    assert (await practice.patch(f"/sessions/{note['id']}/finalize")).status_code == 200
    assert (await practice.delete(f"/sessions/{note['id']}")).status_code == 204


@pytest.mark.parametrize("role", ["owner", "therapist"])
async def test_who_treats_reads_both(
    app: FastAPI, practice: Practice, booked: dict[str, Any], role: str
) -> None:
    """Owners and therapists read both texts."""
    colleague = await join(app, practice, role)
    async with colleague.http:
        shown = (await colleague.get(f"/appointments/{booked['id']}")).json()
    assert {name: shown[name] for name in TEXTS} == TEXTS


async def test_an_assistant_reads_logistics_only(assistant: Practice, booked: dict[str, Any]) -> None:
    """Neither one appointment nor the calendar shows an assistant the clinical text."""
    for path in (f"/appointments/{booked['id']}", "/appointments"):
        answer = await assistant.get(path)
        shown = answer.json().get("items", [answer.json()])[0]
        assert shown["logistics"] == TEXTS["logistics"]
        assert "notes" not in shown
        assert "clinical-7f3" not in answer.text


async def test_an_assistants_writing_is_answered_without_notes(
    practice: Practice, assistant: Practice, booked: dict[str, Any]
) -> None:
    """What an assistant books or changes is answered as they see it, and the clinical text stays."""
    times = {"scheduled_start": "2027-01-01T08:00:00Z", "scheduled_end": "2027-01-01T09:00:00Z"}
    whose = {"client_id": booked["client_id"], "therapist_id": booked["therapist_id"]}
    made = await assistant.make_appointment(**whose, **times, logistics="x")
    assert made["logistics"] == "x"
    assert "notes" not in made
    answer = await assistant.put(f"/appointments/{booked['id']}", {"logistics": "מפתח אצל השכנה"})
    assert answer.status_code == 200, answer.text
    assert "notes" not in answer.json()
    after = (await practice.get(f"/appointments/{booked['id']}")).json()
    assert (after["logistics"], after["notes"]) == ("מפתח אצל השכנה", TEXTS["notes"])


@pytest.mark.parametrize("notes", ["mine", None])
async def test_an_assistant_cannot_change_the_clinical_text(
    practice: Practice, assistant: Practice, booked: dict[str, Any], notes: str | None
) -> None:
    """Notes in an assistant's change, a null too, are a 403 that is recorded, and nothing of it is written."""
    body = {"logistics": "x", "notes": notes}
    problem_of(await assistant.put(f"/appointments/{booked['id']}", body), 403, "role-not-allowed")
    assert (await practice.get(f"/appointments/{booked['id']}")).json() == booked
    events = (await practice.get("/audit-events", params={"entity_id": booked["id"]})).json()["items"]
    assert "appointment.denied" in [event["action"] for event in events]


async def test_an_assistant_cannot_book_with_a_clinical_text(
    practice: Practice, assistant: Practice, booked: dict[str, Any]
) -> None:
    """Notes of a new appointment are a 403, and none is made."""
    body = {
        "client_id": booked["client_id"], "therapist_id": booked["therapist_id"], "notes": "x",
        "scheduled_start": "2027-01-01T08:00:00Z", "scheduled_end": "2027-01-01T09:00:00Z",
    }  # fmt: skip
    for key in ({}, {"Idempotency-Key": "one"}):
        problem_of(await assistant.post("/appointments", body, headers=key), 403, "role-not-allowed")
    assert (await practice.get("/appointments")).json()["total"] == 1
    denied = await practice.get("/audit-events", params={"action": "appointment.denied"})
    assert denied.json()["total"] == 2


async def test_the_timeline_tells_the_clinical_text(practice: Practice, booked: dict[str, Any]) -> None:
    """A client's history shows the notes of an appointment, and nothing of its logistics."""
    answer = await practice.get(f"/clients/{booked['client_id']}/timeline")
    assert TEXTS["notes"] in answer.text
    assert TEXTS["logistics"] not in answer.text
