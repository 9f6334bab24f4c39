"""HTTP of digests."""

from pazpaz.accounts.models import CLINICIANS
from pazpaz.core.http.deps import CurrentDb, IfMatch
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.digests import service
from pazpaz.digests.models import DigestPreference
from pazpaz.digests.schemas import DigestPreferenceUpdate

router = feature_router("reminders")
PATH = "/reminders/digest"


@router.get(PATH)
@policy(roles=CLINICIANS, audit=("digest_preference.read",))
async def read_digest(db: CurrentDb) -> DigestPreference:
    """Whether the caller is mailed a digest in the evening, and when, and clients' answers at once."""
    return await service.read(db)


@router.put(PATH)
@policy(roles=CLINICIANS, audit=("digest_preference.update", "digest_preference.create"))
async def change_digest(body: DigestPreferenceUpdate, db: CurrentDb, version: IfMatch) -> DigestPreference:
    """Set whether and when the caller has a digest, and answers at once; a field left out stays.

    It tells of tomorrow's appointments, of reminders that did not arrive and of notes still to write, of the
    caller's own clients only. There is none on an evening on which there is nothing to say.

    `answers_at_once`, on until it is switched off: when a client cannot come, or asks for another time, the
    appointment's therapist is mailed so at once, without the client's name.
    """
    return await service.change(db, body, version)
