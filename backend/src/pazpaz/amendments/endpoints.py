"""HTTP of amendments."""

from uuid import UUID

from pazpaz.accounts.models import CLINICIANS
from pazpaz.amendments import service
from pazpaz.amendments.errors import AmendmentEmpty, SessionNotFinalized
from pazpaz.amendments.models import Amendment
from pazpaz.amendments.schemas import AmendmentCreate
from pazpaz.clients.errors import ClientErased
from pazpaz.core.db.pagination import Page
from pazpaz.core.http.deps import CurrentDb, CurrentPaging
from pazpaz.core.http.policy import TEXTS, policy
from pazpaz.core.http.routing import router as feature_router

router = feature_router("amendments")


@router.post("/sessions/{session_id}/amendments", status_code=201)
@policy(
    roles=CLINICIANS,
    audit=("amendment.create", "session.amend"),
    body_bytes=TEXTS,
    problems=(SessionNotFinalized, AmendmentEmpty, ClientErased),
)
async def create_amendment(session_id: UUID, body: AmendmentCreate, db: CurrentDb) -> Amendment:
    """Add a dated addendum to a finalized note. Neither the note's text nor the addendum can change afterwards."""
    return await service.create(db, session_id, body)


@router.get("/sessions/{session_id}/amendments")
@policy(roles=CLINICIANS, audit=("amendment.list",), texts=4)
async def list_amendments(session_id: UUID, db: CurrentDb, paging: CurrentPaging) -> Page[Amendment]:
    """A note's amendments with their text, earliest first."""
    return await service.list_page(db, session_id, paging)
