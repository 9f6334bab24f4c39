"""What moves tell the guards."""

from collections.abc import Iterator
from uuid import uuid4

from tests.appointments.cases import booked, booking
from tests.sessions.cases import NOTE
from tests.support.case import ANY, CLINICIANS, OWNER, Call, Case, Event, Ids, Shelf, Step, Try

WHY = "wrong record"


def _note_elsewhere(ids: Ids) -> Iterator[Try]:
    """One's own note to another's appointment."""
    body = {"appointment_id": ids["free appointment"], "reason": WHY}
    yield Try(Call("POST", f"/sessions/{ids['own draft']}/move", body))


def _appointment_elsewhere(ids: Ids) -> Iterator[Try]:
    yield Try(
        Call(
            "POST",
            f"/appointments/{ids['own appointment']}/move",
            {"client_id": ids["client"], "reason": WHY},
        )
    )


def _foreign_duplicate(ids: Ids) -> Iterator[Try]:
    yield Try(
        Call("POST", f"/clients/{ids['own client']}/merge", {"duplicate_id": ids["client"], "reason": WHY})
    )


CASES = (
    Case(
        "POST /sessions/{session_id}/move", CLINICIANS,
        (Event("move.create", ANY), Event("session.move", "my draft")), f"my draft, {NOTE}",
        body=lambda i: {"appointment_id": i["my place"], "reason": WHY}, further=_note_elsewhere,
        needs="free appointment", statements=9,
    ),
    Case(
        "POST /appointments/{appointment_id}/move", CLINICIANS,
        (Event("move.create", ANY), Event("appointment.move", "my appointment")),
        "my appointment, appointment, removed appointment",
        body=lambda i: {"client_id": i["second client"], "reason": WHY}, further=_appointment_elsewhere,
        needs="client, second client", statements=5,
    ),
    Case(
        "POST /clients/{client_id}/merge", OWNER,
        (Event("move.create", ANY), Event("client.archive", "second client"), Event("client.merge", "client")),
        "client",
        body=lambda i: {"duplicate_id": i["second client"], "reason": WHY}, further=_foreign_duplicate,
        needs="second client", statements=6,
    ),
)  # fmt: skip


async def _second(shelf: Shelf) -> dict[str, str]:
    return {"second client": (await shelf.practice.make_client())["id"]}


async def _mine(shelf: Shelf) -> dict[str, str]:
    """What a member who treats may move: their own. An assistant has none of it."""
    practice = shelf.practice
    client = (await practice.make_client())["id"]
    made = {}
    some_day = -400 - uuid4().int % 3000  # each time this is asked for, another
    for kind in ("my appointment", "my place"):
        some_day += 1
        answer = await practice.post("/appointments", booking({"client": client}, days=some_day))
        made[kind] = answer.json()["id"] if answer.status_code == 201 else client
    note = await practice.post("/sessions", {"appointment_id": made["my appointment"], "plan": "own"})
    return {**made, "my draft": note.json()["id"] if note.status_code == 201 else client}


async def _move(shelf: Shelf) -> dict[str, str]:
    """A note that was written at another appointment of the client first."""
    note = (await shelf.practice.make_session(await booked(shelf)))["id"]
    body = {"appointment_id": await booked(shelf), "reason": shelf.says("moves.reason")}
    made = await shelf.practice.post(f"/sessions/{note}/move", body)
    assert made.status_code == 200, made.text
    return {"moved session": note}


STEPS = (
    Step("second client", _second),
    Step("my appointment, my place, my draft", _mine, personal=True),
    Step("moved session", _move, "client"),
)
