"""Use cases of moves. One order as everywhere: the devices' lock, then clients, appointments, notes."""

from uuid import UUID

from pazpaz.accounts.models import Role
from pazpaz.appointments import service as appointments
from pazpaz.appointments.models import APPOINTMENT, Appointment
from pazpaz.clients import service as clients
from pazpaz.clients.models import Client
from pazpaz.core.base.errors import NotFound, StaleVersion
from pazpaz.core.db.handle import Db
from pazpaz.moves.errors import NothingToMove, NotYoursToMove
from pazpaz.moves.models import MOVE, MoveKind
from pazpaz.moves.schemas import AppointmentMove, ClientMerge, SessionMove
from pazpaz.sessions import service as sessions
from pazpaz.sessions.errors import SessionAlreadyExists
from pazpaz.sessions.models import SESSION, Session, SessionStatus


async def _require_own(db: Db, row_id: UUID, *whose: UUID | None) -> None:
    if db.actor.role != Role.OWNER and db.user_id not in whose:
        await db.deny(row_id)
        raise NotYoursToMove


async def move_session(db: Db, session_id: UUID, body: SessionMove, version: int | None) -> Session:
    """Take a note to another appointment; it becomes that client's, with files, revisions, amendments, conflicts."""
    await sessions.lock_device_ids(db)
    seen = await sessions.peek(db, session_id)
    await _require_own(db, session_id, seen.saved_by, seen.finalized_by)
    held = await appointments.all_for_update(db, {seen.appointment_id, body.appointment_id})
    note = await sessions.for_update(db, session_id)
    target = held.get(body.appointment_id)
    if target is None or target.archived_at is not None:
        raise NotFound
    if note.appointment_id == target.id:
        raise NothingToMove
    if version not in (None, note.version) or note.appointment_id not in held:
        raise StaleVersion
    await clients.require_current(db, target.client_id)
    if note.status is not SessionStatus.ARCHIVED:
        await _require_no_note(db, target.id)
    values = {
        "kind": MoveKind.SESSION,
        "from_client_id": note.client_id,
        "to_client_id": target.client_id,
        "session_id": note.id,
        "appointment_id": note.appointment_id,
        "to_appointment_id": target.id,
        "session_date": note.session_date,
    }
    await db.create(MOVE, {**values, "reason": body.reason, "moved_by": db.user_id})
    if note.status is SessionStatus.FINALIZED:
        await appointments.note_withdrawn(db, note.appointment_id)
        await appointments.note_finalized(db, target)
    return await db.get(SESSION, session_id, action="move")


async def _require_no_note(db: Db, appointment_id: UUID) -> None:
    found = await sessions.of_appointment(db, appointment_id)
    if found is not None:
        raise SessionAlreadyExists(session_id=str(found))


async def move_appointment(
    db: Db, appointment_id: UUID, body: AppointmentMove, version: int | None
) -> Appointment:
    """Give an appointment and its notes to another client.

    One that is to come is booked anew and the old one is taken off the calendar, so that each client is told
    what concerns them, and the old one keeps no words that are about somebody else.
    """
    await sessions.lock_device_ids(db)
    await clients.require_current(db, body.client_id, lock=True)
    appointment = await appointments.whole_for_update(db, appointment_id)
    await _require_own(db, appointment_id, appointment.therapist_id)
    if version not in (None, appointment.version):
        raise StaleVersion
    if appointment.client_id == body.client_id:
        raise NothingToMove
    anew = await appointments.rebook(db, appointment, body.client_id) if appointment.is_to_come else None
    values = {
        "kind": MoveKind.APPOINTMENT,
        "from_client_id": appointment.client_id,
        "to_client_id": body.client_id,
        "appointment_id": appointment.id,
        "to_appointment_id": anew and anew.id,
    }
    await db.create(MOVE, {**values, "reason": body.reason, "moved_by": db.user_id})
    return await db.get(APPOINTMENT, anew.id if anew else appointment_id, action="move")


async def merge(db: Db, client_id: UUID, body: ClientMerge, version: int | None) -> Client:
    """Let one of two records of a person hold everything; the other is archived and leads to it."""
    if client_id == body.duplicate_id:
        raise NothingToMove
    await sessions.lock_device_ids(db)
    kept, duplicate = await clients.two_for_merging(db, client_id, body.duplicate_id)
    if version not in (None, kept.version):
        raise StaleVersion
    values = {
        "kind": MoveKind.CLIENT,
        "from_client_id": duplicate.id,
        "to_client_id": kept.id,
    }
    await db.create(MOVE, {**values, "reason": body.reason, "moved_by": db.user_id})
    return await clients.merged(db, kept, duplicate)
