"""HTTP of SOAP notes."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from pazpaz.accounts.models import CLINICIANS
from pazpaz.clients.errors import ClientErased
from pazpaz.core.base.errors import NotFound
from pazpaz.core.db.pagination import Page
from pazpaz.core.http.deps import CurrentDb, CurrentPaging, IfMatch
from pazpaz.core.http.policy import TEXTS, policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.http.schemas import Instant
from pazpaz.sessions import service
from pazpaz.sessions.errors import (
    ClientSessionIdTaken,
    InvalidStatusTransition,
    SessionAlreadyExists,
    SessionEmpty,
    SessionFinalized,
)
from pazpaz.sessions.models import ListedSession, Revision, Session, SessionStatus, SessionSummary
from pazpaz.sessions.schemas import SessionCreate, SessionUpdate

router = feature_router("sessions")


@router.post("/sessions", status_code=201)
@policy(
    roles=CLINICIANS,
    audit=("session.create",),
    body_bytes=TEXTS,
    problems=(SessionAlreadyExists, ClientSessionIdTaken, ClientErased, NotFound),
)
async def create_session(body: SessionCreate, db: CurrentDb) -> Session:
    """Start the note of an appointment; an appointment has one note that is not archived."""
    return await service.create(db, body)


@router.get("/sessions", response_model=Page[ListedSession])
@policy(roles=CLINICIANS, audit=("session.list",), texts=lambda asked: 4 if asked["include"] else 0)
async def list_sessions(
    db: CurrentDb,
    paging: CurrentPaging,
    client_id: UUID | None = None,
    appointment_id: UUID | None = None,
    therapist_id: Annotated[UUID | None, Query(description="Whose appointment it is the note of.")] = None,
    status: Annotated[
        SessionStatus | None, Query(description="Archived notes are shown only when asked for.")
    ] = None,
    since: Annotated[
        Instant | None, Query(alias="from", description="session_date at or after this.")
    ] = None,
    until: Annotated[Instant | None, Query(alias="to", description="session_date before this.")] = None,
    include: Annotated[
        Literal["text"] | None, Query(description="`text` adds the SOAP text to each item.")
    ] = None,
) -> Page[Session] | Page[SessionSummary]:
    """Notes, newest session_date first."""
    filters = {
        "client_id": client_id,
        "appointment_id": appointment_id,
        "therapist_id": therapist_id,
        "status": status,
        "from": since,
        "to": until,
    }
    return await service.list_page(db, filters, paging, with_text=include == "text")


@router.get("/sessions/{session_id}")
@policy(roles=CLINICIANS, audit=("session.read",))
async def read_session(session_id: UUID, db: CurrentDb) -> Session:
    """One note, also an archived one."""
    return await service.read(db, session_id)


@router.put("/sessions/{session_id}")
@policy(
    roles=CLINICIANS,
    audit=("session.update",),
    one_statement=True,
    body_bytes=TEXTS,
    problems=(SessionFinalized, InvalidStatusTransition),
)
async def save_session(session_id: UUID, body: SessionUpdate, db: CurrentDb, version: IfMatch) -> Session:
    """Autosave a draft; a field left out stays, a null clears. The text it writes over stays as a revision."""
    return await service.save(db, session_id, body, version)


@router.get("/sessions/{session_id}/revisions")
@policy(roles=CLINICIANS, audit=("revision.list",), texts=4)
async def list_revisions(session_id: UUID, db: CurrentDb, paging: CurrentPaging) -> Page[Revision]:
    """Earlier texts of a note, newest first. Saves of one author on one device within five minutes fold into one.

    To restore one, save its text.
    """
    return await service.list_revisions(db, session_id, paging)


@router.patch("/sessions/{session_id}/finalize")
@policy(
    roles=CLINICIANS,
    audit=("session.finalize", "appointment.complete", "appointment.update"),
    problems=(SessionFinalized, InvalidStatusTransition, SessionEmpty),
)
async def finalize_session(session_id: UUID, db: CurrentDb, version: IfMatch) -> Session:
    """Make a note final. An appointment that is `scheduled` and has begun is completed with it; any other stays.

    The note of a missed or cancelled appointment does not count as a session done.
    """
    return await service.finalize(db, session_id, version)


@router.delete("/sessions/{session_id}", status_code=204)
@policy(
    roles=CLINICIANS, audit=("session.archive", "appointment.update"), problems=(InvalidStatusTransition,)
)
async def archive_session(session_id: UUID, db: CurrentDb, version: IfMatch) -> None:
    """Archive a note; its text is kept."""
    await service.archive(db, session_id, version)


@router.post("/sessions/{session_id}/restore")
@policy(
    roles=CLINICIANS,
    audit=("session.restore", "session.read", "appointment.update"),
    problems=(SessionAlreadyExists, ClientErased),
)
async def restore_session(session_id: UUID, db: CurrentDb, version: IfMatch) -> Session:
    """Take a note out of the archive, as it was: a draft, or final. Its appointment may have another note by now.

    One that is not archived is answered as it is.
    """
    return await service.restore(db, session_id, version)
