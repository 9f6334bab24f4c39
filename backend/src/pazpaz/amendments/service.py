"""Use cases of amendments."""

from collections.abc import Mapping
from uuid import UUID

from pazpaz.amendments import queries
from pazpaz.amendments.errors import AmendmentEmpty, SessionNotFinalized
from pazpaz.amendments.models import AMENDMENT, Amendment
from pazpaz.amendments.schemas import AmendmentCreate
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.sessions import service as sessions
from pazpaz.sessions.models import SOAP, SessionStatus, says_nothing


async def create(db: Db, session_id: UUID, body: AmendmentCreate) -> Amendment:
    """Add to a finalized note; the note itself only counts it."""
    return await add(db, session_id, body.reason, {name: getattr(body, name) for name in SOAP})


async def add(db: Db, session_id: UUID, reason: str, texts: Mapping[str, str | None]) -> Amendment:
    if says_nothing(texts.values()):
        raise AmendmentEmpty
    note = await sessions.for_update(db, session_id)
    if note.status is not SessionStatus.FINALIZED:
        raise SessionNotFinalized
    values = {"session_id": note.id, "client_id": note.client_id, "author_id": db.user_id}
    amendment = await db.create(AMENDMENT, {**values, "reason": reason, **texts})
    await sessions.count_amendment(db, note)
    return amendment


async def list_page(db: Db, session_id: UUID, paging: Paging) -> Page[Amendment]:
    """Return a note's amendments, in the order they were made."""
    await sessions.peek(db, session_id)
    filters = {"session_id": session_id}
    return await db.page(queries.OF_SESSION, filters, paging, about=session_id)
