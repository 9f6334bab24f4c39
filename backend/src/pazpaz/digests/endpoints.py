"""HTTP of digests."""

from pazpaz.accounts.models import CLINICIANS
from pazpaz.core.deps import CurrentDb, IfMatch
from pazpaz.core.errors import CrossSiteRequest, NotAuthenticated, RoleNotAllowed, StaleVersion
from pazpaz.core.policy import Limit, policy
from pazpaz.core.problems import responses
from pazpaz.core.routing import router as feature_router
from pazpaz.digests import service
from pazpaz.digests.models import DigestPreference
from pazpaz.digests.schemas import DigestPreferenceUpdate

router = feature_router("reminders", NotAuthenticated, CrossSiteRequest, RoleNotAllowed)
PATH = "/reminders/digest"


@router.get(PATH)
@policy(roles=CLINICIANS, limit=Limit.READ, audit=("digest_preference.read",))
async def read_digest(db: CurrentDb) -> DigestPreference:
    """Whether the caller is mailed a digest in the evening, and at what time in the practice's zone."""
    return await service.read(db)


@router.put(PATH, responses=responses(StaleVersion))
@policy(
    roles=CLINICIANS,
    limit=Limit.WRITE,
    audit=("digest_preference.update", "digest_preference.create"),
)
async def change_digest(body: DigestPreferenceUpdate, db: CurrentDb, version: IfMatch) -> DigestPreference:
    """Switch the caller's digest on or off, or set its time; a field left out stays.

    It tells of tomorrow's appointments, of reminders that did not arrive and of notes still to write, of the
    caller's own clients only. There is none on an evening on which there is nothing to say.
    """
    return await service.change(db, body, version)
