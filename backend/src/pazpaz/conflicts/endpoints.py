"""HTTP of conflicts."""

from uuid import UUID

from pazpaz.accounts.models import CLINICIANS
from pazpaz.amendments.errors import SessionNotFinalized
from pazpaz.conflicts import service
from pazpaz.conflicts.errors import ConflictResolved, ConflictWithoutSession, NothingToAttach
from pazpaz.conflicts.models import Conflict, ConflictStatus, ConflictSummary, ConflictView
from pazpaz.conflicts.schemas import ConflictResolve
from pazpaz.core.db.pagination import Page
from pazpaz.core.http.deps import CurrentDb, CurrentPaging, IfMatch
from pazpaz.core.http.policy import TEXTS, policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.sessions.errors import (
    ClientSessionIdTaken,
    InvalidStatusTransition,
    SessionAlreadyExists,
    SessionFinalized,
)

router = feature_router("sync")


@router.get("/sessions/conflicts")
@policy(roles=CLINICIANS, audit=("conflict.list",))
async def list_conflicts(
    db: CurrentDb,
    paging: CurrentPaging,
    status: ConflictStatus = ConflictStatus.OPEN,
    session_id: UUID | None = None,
) -> Page[ConflictSummary]:
    """Offline text that could not be applied, newest first; the resolved ones when asked for."""
    return await service.list_page(db, status, session_id, paging)


@router.get("/sessions/conflicts/{conflict_id}")
@policy(roles=CLINICIANS, audit=("conflict.read", "session.read"))
async def read_conflict(conflict_id: UUID, db: CurrentDb) -> ConflictView:
    """Both texts side by side, and the fields in which they differ."""
    return await service.read(db, conflict_id)


@router.post("/sessions/conflicts/{conflict_id}/resolve")
@policy(
    roles=CLINICIANS,
    audit=("conflict.resolve", "session.update", "session.create", "session.amend", "amendment.create"),
    body_bytes=TEXTS,
    problems=(
        ConflictResolved,
        ConflictWithoutSession,
        SessionFinalized,
        SessionNotFinalized,
        InvalidStatusTransition,
        SessionAlreadyExists,
        ClientSessionIdTaken,
        NothingToAttach,
    ),
)
async def resolve_conflict(
    conflict_id: UUID, body: ConflictResolve, db: CurrentDb, version: IfMatch
) -> Conflict:
    """Decide what becomes of a device's text. Neither text is lost.

    What a note had before stays as a revision, what the device sent stays in the conflict. `If-Match` is
    the version of the note.
    """
    return await service.resolve(db, conflict_id, body, version)
