"""HTTP of appointments."""

from uuid import UUID

from pazpaz.accounts.models import STAFF
from pazpaz.appointments import service
from pazpaz.appointments.errors import AppointmentConflict, EndsBeforeStart, TherapistUnknown
from pazpaz.appointments.models import Appointment, AppointmentCard
from pazpaz.appointments.schemas import AppointmentCreate, AppointmentUpdate
from pazpaz.clients.errors import ClientArchived
from pazpaz.core.deps import CurrentDb, IfMatch
from pazpaz.core.errors import (
    CrossSiteRequest,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    RoleNotAllowed,
    StaleVersion,
)
from pazpaz.core.policy import TEXTS, Limit, policy
from pazpaz.core.problems import responses
from pazpaz.core.routing import router as feature_router

router = feature_router("appointments", NotAuthenticated, CrossSiteRequest, RoleNotAllowed)
BOOKING = (AppointmentConflict, InvalidInput, EndsBeforeStart, TherapistUnknown, NotFound)


@router.post("/appointments", status_code=201, responses=responses(*BOOKING, ClientArchived))
@policy(roles=STAFF, limit=Limit.WRITE, audit=("appointment.create",), body_bytes=TEXTS)
async def create_appointment(body: AppointmentCreate, db: CurrentDb) -> Appointment | AppointmentCard:
    """Book an appointment. Two scheduled ones of a therapist never overlap; touching ends are fine."""
    return await service.create(db, body)


@router.get("/appointments/{appointment_id}", responses=responses(NotFound))
@policy(roles=STAFF, limit=Limit.READ, audit=("appointment.read",))
async def read_appointment(appointment_id: UUID, db: CurrentDb) -> Appointment | AppointmentCard:
    """One appointment."""
    return await service.read(db, appointment_id)


@router.put("/appointments/{appointment_id}", responses=responses(*BOOKING, StaleVersion))
@policy(roles=STAFF, limit=Limit.WRITE, audit=("appointment.update",), body_bytes=TEXTS)
async def change_appointment(
    appointment_id: UUID, body: AppointmentUpdate, db: CurrentDb, version: IfMatch
) -> Appointment | AppointmentCard:
    """Change an appointment; a field left out stays, a null clears. A draft's session_date follows the start."""
    return await service.change(db, appointment_id, body, version)


@router.delete("/appointments/{appointment_id}", status_code=204, responses=responses(NotFound, StaleVersion))
@policy(roles=STAFF, limit=Limit.WRITE, audit=("appointment.archive",), one_statement=True)
async def archive_appointment(appointment_id: UUID, db: CurrentDb, version: IfMatch) -> None:
    """Take an appointment off the calendar; its note, if any, stays."""
    await service.archive(db, appointment_id, version)
