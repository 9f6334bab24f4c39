"""Use cases of SOAP notes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pazpaz.appointments import service as appointments
from pazpaz.appointments.models import AppointmentCard, HeldAppointment
from pazpaz.core.base import clock
from pazpaz.core.base.errors import StaleVersion
from pazpaz.core.db.entity import After
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.sessions import queries
from pazpaz.sessions.errors import ClientSessionIdTaken, SessionAlreadyExists
from pazpaz.sessions.models import (
    HELD_SESSION,
    REVISION,
    SESSION,
    HeldSession,
    Revision,
    Session,
    SessionStatus,
    SessionSummary,
)
from pazpaz.sessions.schemas import SessionCreate, SessionUpdate

FOLDED = timedelta(minutes=5)


async def create(db: Db, body: SessionCreate) -> Session:
    """Start the note of an appointment; SessionAlreadyExists names the one it has."""
    if body.client_session_id is not None:
        await lock_device_ids(db)
    appointment = await appointments.current_for_update(db, body.appointment_id)
    values = (
        body.changes()
        | written(db, clock.now())
        | {
            "client_id": appointment.client_id,
            "session_date": appointment.scheduled_start,
        }
    )
    try:
        return await db.create(SESSION, values)
    except SessionAlreadyExists:
        found = await of_appointment(db, body.appointment_id)
        raise SessionAlreadyExists(session_id=None if found is None else str(found)) from None
    except ClientSessionIdTaken:
        found = await of_client_session(db, body.client_session_id)
        raise ClientSessionIdTaken(session_id=None if found is None else str(found)) from None


async def begin(
    db: Db,
    appointment: AppointmentCard | HeldAppointment,
    client_session_id: UUID | None,
    texts: Mapping[str, str | None],
) -> Session:
    """Return a note that a device began, for an appointment that the caller holds. Its text never folds."""
    values = {
        "appointment_id": appointment.id,
        "client_id": appointment.client_id,
        "session_date": appointment.scheduled_start,
        "client_session_id": client_session_id,
    }
    return await db.create(SESSION, {**values, **texts, **written(db, None)})


async def lock_device_ids(db: Db) -> None:
    """Keep others from giving notes ids of devices until the commit; held before anything else is."""
    await db.advisory_lock(db.actor.workspace_id, wait=True)


async def read(db: Db, session_id: UUID) -> Session:
    return await db.get(SESSION, session_id)


async def list_page(
    db: Db, filters: Mapping[str, Any], paging: Paging, *, with_text: bool
) -> Page[Session] | Page[SessionSummary]:
    """Return notes, newest first; archived ones only when the filter asks for them."""
    about = filters.get("client_id")
    if filters.get("status") is None:
        filters = {**filters, "unarchived": True}
    if with_text:
        return await db.page(queries.WITH_TEXT, filters, paging, about=about)
    return await db.page(queries.WITHOUT_TEXT, filters, paging, about=about)


async def save(db: Db, session_id: UUID, body: SessionUpdate, version: int | None) -> Session:
    """Autosave a draft: the last write wins unless a version is insisted on.

    One statement while the same author saves on the same device; it overwrites their own text of up to
    five minutes. Any other save keeps the text that it writes over as a revision.
    """
    changes, now = body.changes(), clock.now()
    where = {
        "status": SessionStatus.DRAFT,
        "saved_by": db.user_id,
        "saved_with": db.credential_id,
        "saved_since": After(now - FOLDED),
    }
    note = await db.change_if(SESSION, session_id, changes, version=version, where=where)
    if note is not None:
        return note
    held = await text_for_update(db, session_id)
    return await overwrite(db, held, changes, version=version, since=now)


async def overwrite(
    db: Db,
    note: HeldSession,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    since: datetime | None = None,
) -> Session:
    """Change a draft that the caller holds, and keep the text it had.

    `since` lets the saves that follow fold into this one; without it, this text is kept whoever comes next.
    """
    if version is not None and note.version != version:
        raise StaleVersion
    if note.status is not SessionStatus.DRAFT:
        raise note.not_a_draft()
    if note.differs(changes):
        await db.create(REVISION, note.as_revision(), recorded=False)
        changes = {**changes, **written(db, since)}
    return await db.change(SESSION, note.id, changes, version=version)


def written(db: Db, since: datetime | None) -> dict[str, Any]:
    """Whose text a note has when the actor writes it."""
    actor = db.actor
    return {"saved_by": actor.user_id, "saved_with": actor.credential_id, "saved_since": since}


async def list_revisions(db: Db, session_id: UUID, paging: Paging) -> Page[Revision]:
    """Return a note's earlier texts, newest first."""
    await peek(db, session_id)
    filters = {"session_id": session_id}
    return await db.page(queries.REVISIONS, filters, paging, about=session_id)


async def finalize(db: Db, session_id: UUID, version: int | None) -> Session:
    """Make a note final, which completes an appointment that was to be and has begun."""
    note, appointment = await _held(db, session_id)
    changes = note.finalize(db.user_id, clock.now())
    note = await db.change(SESSION, session_id, changes, version=version, action="finalize")
    await appointments.note_finalized(db, appointment)
    return note


async def archive(db: Db, session_id: UUID, version: int | None) -> None:
    """Archive a note; its text stays."""
    note, _ = await _held(db, session_id)
    await db.change(SESSION, session_id, note.archive(), version=version, action="archive")
    if note.status is SessionStatus.FINALIZED:
        await appointments.note_withdrawn(db, note.appointment_id)


async def restore(db: Db, session_id: UUID, version: int | None) -> Session:
    """Take a note out of the archive, final if it was; SessionAlreadyExists names what its appointment has instead."""
    note, _ = await _held(db, session_id)
    if version not in (None, note.version):
        raise StaleVersion
    if note.status is not SessionStatus.ARCHIVED:
        return await read(db, session_id)
    try:
        restored = await db.change(SESSION, session_id, note.restore(), action="restore")
    except SessionAlreadyExists:
        found = await of_appointment(db, note.appointment_id)
        raise SessionAlreadyExists(session_id=None if found is None else str(found)) from None
    if restored.status is SessionStatus.FINALIZED:
        await appointments.note_restored(db, note.appointment_id)
    return restored


async def require_draft(db: Db, session_id: UUID) -> None:
    """Raise what stands against a change of the note, if anything does."""
    note = await db.get(SESSION, session_id, recorded=False)
    if note.status is not SessionStatus.DRAFT:
        raise note.not_a_draft()


async def _held(db: Db, session_id: UUID) -> tuple[Session, AppointmentCard]:
    """Return a note and its appointment, kept as they are until the commit."""
    note = await peek(db, session_id)
    appointment = await appointments.for_update(db, note.appointment_id)
    return await for_update(db, session_id), appointment


async def of_appointment(db: Db, appointment_id: UUID) -> UUID | None:
    """Return the note of an appointment that is not archived."""
    found = await db.read(queries.OF_APPOINTMENT, appointment_id=appointment_id)
    return found[0].id if found else None


async def of_client_session(db: Db, client_session_id: UUID | None) -> UUID | None:
    """Return the note that has this device's id, also an archived one."""
    found = await db.read(queries.OF_CLIENT_SESSION, client_session_id=client_session_id)
    return found[0].id if found else None


async def peek(db: Db, session_id: UUID) -> Session:
    """One note, or NotFound; nobody is shown it."""
    return await db.get(SESSION, session_id, recorded=False)


async def all_for_update(
    db: Db, client_session_ids: Iterable[UUID], appointment_ids: Iterable[UUID]
) -> list[HeldSession]:
    """Return notes by a device's id, and those of appointments, also archived ones, kept until the commit.

    A device is told of them, so that it is recorded, as one look at all of them.
    """
    return await db.read(
        queries.HELD,
        client_session_ids=list(client_session_ids),
        appointment_ids=list(appointment_ids),
    )


async def text_at(db: Db, session_id: UUID, version: int) -> dict[str, str | None] | None:
    """Return the text a note had at an earlier version, if it was kept."""
    found = await db.read(queries.AT_VERSION, session_id=session_id, version=version)
    return found[0].texts() if found else None


async def for_update(db: Db, session_id: UUID) -> Session:
    """One note, kept as it is until the commit; nobody is shown it."""
    return await db.get(SESSION, session_id, recorded=False, lock=True)


async def text_for_update(db: Db, session_id: UUID) -> HeldSession:
    """Return the same, with whose text it is."""
    return await db.get(HELD_SESSION, session_id, recorded=False, lock=True)


async def count_amendment(db: Db, note: Session) -> None:
    """Count one amendment more of a finalized note, which the caller has locked."""
    await db.change(SESSION, note.id, {"amendment_count": note.amendment_count + 1}, action="amend")
