"""HTTP of moves."""

from uuid import UUID

from pazpaz.accounts.models import CLINICIANS, OWNERS
from pazpaz.appointments.models import Appointment
from pazpaz.clients.errors import ClientArchived, ClientErased, ClientMerged
from pazpaz.clients.models import Client
from pazpaz.core.http.deps import CurrentDb, IfMatch
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.moves import service
from pazpaz.moves.errors import NothingToMove, NotYoursToMove
from pazpaz.moves.schemas import AppointmentMove, ClientMerge, SessionMove
from pazpaz.sessions.errors import SessionAlreadyExists
from pazpaz.sessions.models import Session

router = feature_router("moves")


@router.post("/sessions/{session_id}/move")
@policy(
    roles=CLINICIANS,
    audit=("move.create", "session.move", "appointment.update", "appointment.complete"),
    problems=(NotYoursToMove, NothingToMove, SessionAlreadyExists, ClientArchived, ClientErased),
)
async def move_session(session_id: UUID, body: SessionMove, db: CurrentDb, version: IfMatch) -> Session:
    """Move a note that was written at the wrong appointment; for its author and owners.

    Its files, revisions and amendments go along, its text stays, also a final one's, and both clients' histories
    say that it was moved, and why.
    """
    return await service.move_session(db, session_id, body, version)


@router.post("/appointments/{appointment_id}/move")
@policy(
    roles=CLINICIANS,
    audit=("move.create", "appointment.move", "appointment.create", "appointment.archive"),
    problems=(NotYoursToMove, NothingToMove, ClientArchived, ClientErased),
)
async def move_appointment(
    appointment_id: UUID, body: AppointmentMove, db: CurrentDb, version: IfMatch
) -> Appointment:
    """Give an appointment that was booked for the wrong client to the right one; for who treats there and owners.

    Its notes go along. One that is to come is booked anew: the answer has another id, and who was told of the old
    one is told that it is cancelled.
    """
    return await service.move_appointment(db, appointment_id, body, version)


@router.post("/clients/{client_id}/merge")
@policy(
    roles=OWNERS,
    audit=("move.create", "client.merge", "client.archive"),
    problems=(NothingToMove, ClientArchived, ClientMerged, ClientErased),
)
async def merge_clients(client_id: UUID, body: ClientMerge, db: CurrentDb, version: IfMatch) -> Client:
    """Make one record of two of the same person; for owners. It cannot be undone.

    Appointments, notes and plans of the second move here, and details that are missing here are filled in. The
    second is archived with what it said (`merged_into`).
    """
    return await service.merge(db, client_id, body, version)
