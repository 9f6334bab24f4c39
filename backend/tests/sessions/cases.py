"""What sessions tell the guards."""

from tests.appointments.cases import booked
from tests.support.case import CLINICIANS, Case, Event, Shelf, Step

NOTE = "draft, finalized, archived session"
SOAP = ("subjective", "objective", "assessment", "plan")
CASES = (
    Case(
        "POST /sessions", CLINICIANS, "session.create", "free appointment, appointment, removed appointment",
        body=lambda i: {"appointment_id": i["free appointment"], "plan": "x"},
        statements=2,  # the appointment is looked at first
    ),
    Case(
        "GET /sessions", CLINICIANS, "session.list", params={"limit": "100", "include": "text"},
        filters="client_id=client, appointment_id=appointment, appointment_id=removed appointment, therapist_id=user",
        otherwise={"include": "text"},
    ),
    Case("GET /sessions/{session_id}", CLINICIANS, "session.read", NOTE),
    Case(
        "PUT /sessions/{session_id}", CLINICIANS, "session.update", NOTE, body={"plan": "x"},
        statements=4,  # another device's save; one's own is one statement: tests/guards/test_queries.py
    ),
    Case(
        "PATCH /sessions/{session_id}/finalize", CLINICIANS,
        # finalizing changes the appointment too
        (Event("session.finalize", "draft"), Event("appointment.complete", "appointment")), NOTE,
        statements=5,  # which appointment, both locks, both changes
    ),
    Case(
        "DELETE /sessions/{session_id}", CLINICIANS, "session.archive", NOTE,
        statements=4,  # which appointment, both locks, the change
    ),
    Case(
        "POST /sessions/{session_id}/restore", CLINICIANS, "session.restore", "archived session, draft, finalized",
        statements=4,  # which appointment, both locks, the change
    ),
    Case(
        "GET /sessions/{session_id}/revisions", CLINICIANS, "revision.list", NOTE,
        statements=2,  # the note is looked at first
    ),
)  # fmt: skip


async def _draft(shelf: Shelf) -> dict[str, str]:
    """A note whose text another device has changed since."""
    practice, appointment = shelf.practice, shelf.ids["appointment"]
    note = (await practice.make_session(appointment, **shelf.of("session_revisions", *SOAP)))["id"]
    token = (await practice.post("/auth/tokens", {"name": "another device"})).json()
    device = {"Authorization": f"Bearer {token['token']}"}
    saved = await practice.put(f"/sessions/{note}", shelf.of("sessions", *SOAP), headers=device)
    assert saved.status_code == 200, saved.text
    await practice.delete(f"/auth/tokens/{token['id']}")
    return {"draft": note}


async def _finalized(shelf: Shelf) -> dict[str, str]:
    note = (await shelf.practice.make_session(await booked(shelf), **shelf.of("sessions", *SOAP)))["id"]
    await shelf.practice.patch(f"/sessions/{note}/finalize")
    return {"finalized": note}


async def _archived(shelf: Shelf) -> dict[str, str]:
    note = (await shelf.practice.make_session(await booked(shelf), **shelf.of("sessions", *SOAP)))["id"]
    await shelf.practice.delete(f"/sessions/{note}")
    return {"archived session": note}


STEPS = (
    Step("draft", _draft, "appointment"),
    Step("finalized", _finalized, "client"),
    Step("archived session", _archived, "client"),
)
