"""HTTP of appointments."""

from uuid import UUID

from pazpaz.accounts.models import STAFF
from pazpaz.appointments import service
from pazpaz.appointments.errors import (
    AppointmentConflict,
    AppointmentNotBegun,
    AppointmentTooLong,
    EndsBeforeStart,
    TherapistUnknown,
)
from pazpaz.appointments.models import Appointment, AppointmentCard, Booked
from pazpaz.appointments.schemas import AppointmentCreate, AppointmentUpdate
from pazpaz.clients.errors import ClientArchived, ClientErased
from pazpaz.core.base.errors import NotFound
from pazpaz.core.http.deps import CurrentDb, IfMatch
from pazpaz.core.http.policy import TEXTS, policy
from pazpaz.core.http.routing import router as feature_router

router = feature_router("appointments")
BOOKING = (
    AppointmentConflict,
    AppointmentNotBegun,
    AppointmentTooLong,
    EndsBeforeStart,
    TherapistUnknown,
    ClientArchived,
    ClientErased,
)


@router.post("/appointments", status_code=201, response_model=Booked)
@policy(
    roles=STAFF,
    audit=("appointment.create",),
    body_bytes=TEXTS,
    problems=(*BOOKING, NotFound),
)
async def create_appointment(body: AppointmentCreate, db: CurrentDb) -> AppointmentCard:
    """Book an appointment of at most 24 hours. Two scheduled ones of a therapist never overlap; touching ends are fine.

    The same client with another therapist at that time, or the same place twice, is allowed: `warnings` then names
    the others, here and where an appointment is changed or restored.
    """
    return await service.create(db, body)


@router.get("/appointments/{appointment_id}", response_model=Appointment)
@policy(roles=STAFF, audit=("appointment.read",))
async def read_appointment(appointment_id: UUID, db: CurrentDb) -> AppointmentCard:
    """One appointment."""
    return await service.read(db, appointment_id)


@router.put("/appointments/{appointment_id}", response_model=Booked)
@policy(
    roles=STAFF,
    audit=("appointment.update",),
    body_bytes=TEXTS,
    problems=BOOKING,
)
async def change_appointment(
    appointment_id: UUID, body: AppointmentUpdate, db: CurrentDb, version: IfMatch
) -> AppointmentCard:
    """Change an appointment; a field left out stays, a null clears. A draft's session_date follows the start."""
    return await service.change(db, appointment_id, body, version)


@router.delete("/appointments/{appointment_id}", status_code=204)
@policy(roles=STAFF, audit=("appointment.archive",), one_statement=True)
async def archive_appointment(appointment_id: UUID, db: CurrentDb, version: IfMatch) -> None:
    """Take an appointment off the calendar; its note, if any, stays."""
    await service.archive(db, appointment_id, version)


@router.post("/appointments/{appointment_id}/restore", response_model=Booked)
@policy(
    roles=STAFF,
    audit=("appointment.restore", "appointment.read"),
    problems=(AppointmentConflict, TherapistUnknown, ClientArchived, ClientErased),
)
async def restore_appointment(appointment_id: UUID, db: CurrentDb, version: IfMatch) -> AppointmentCard:
    """Put an appointment back on the calendar, unless its time is taken, or who is expected has left.

    One that was not taken off is answered as it is.
    """
    return await service.restore(db, appointment_id, version)
