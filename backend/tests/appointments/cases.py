"""What appointments tell the guards."""

from collections.abc import Iterator
from datetime import timedelta

from tests.support.case import EVERYONE, Call, Case, Ids, Shelf, Step, Try
from tests.support.practice import START

APPOINTMENT = "appointment, removed appointment"


def booking(ids: Ids, *, days: int = 400, **values: object) -> dict[str, object]:
    """The body of an appointment at a time nothing else is at."""
    start = START + timedelta(days=days)
    end = start + timedelta(minutes=50)
    body = {"client_id": ids["client"], "scheduled_start": start.isoformat()}
    return {**body, "scheduled_end": end.isoformat(), **values}


def _for_another(ids: Ids) -> Iterator[Try]:
    own = booking({"client": ids["own client"]}, days=500, therapist_id=ids["user"])
    yield Try(Call("POST", "/appointments", own), 422)


def _hand_over(ids: Ids) -> Iterator[Try]:
    path = f"/appointments/{ids['own appointment']}"
    yield Try(Call("PUT", path, {"therapist_id": ids["user"]}), 422)


CASES = (
    Case(
        "POST /appointments", EVERYONE, "appointment.create", "client, archived client", body=booking,
        assistant=lambda i: booking(i, therapist_id=i["user"]),  # for somebody who treats
        further=_for_another,
        statements=5,  # client, therapist and what else is at that time are looked at, the calendar is held
    ),
    Case("GET /appointments/{appointment_id}", EVERYONE, "appointment.read", APPOINTMENT),
    Case(
        "PUT /appointments/{appointment_id}", EVERYONE, "appointment.update", APPOINTMENT, body={"logistics": "x"},
        further=_hand_over, statements=3,  # it and the therapist's calendar are held first
    ),
    Case("DELETE /appointments/{appointment_id}", EVERYONE, "appointment.archive", APPOINTMENT),
    Case(
        "POST /appointments/{appointment_id}/restore", EVERYONE, "appointment.restore",
        "removed appointment, appointment", statements=4,  # it and the calendar are held, and others looked at
    ),
)  # fmt: skip


async def booked(shelf: Shelf) -> str:
    """A further appointment of the client."""
    words = shelf.of("appointments", "logistics", "notes", "location")
    return str((await shelf.practice.make_appointment(shelf.ids["client"], **words))["id"])


async def _appointments(shelf: Shelf) -> dict[str, str]:
    made = {kind: await booked(shelf) for kind in ("appointment", "free appointment", "removed appointment")}
    await shelf.practice.delete(f"/appointments/{made['removed appointment']}")
    return made


STEPS = (Step("appointment, free appointment, removed appointment", _appointments, "client"),)
