"""HTTP of offline sync."""

from pazpaz.accounts.models import CLINICIANS
from pazpaz.core.http.deps import CurrentDb, CurrentSettings
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.sync import service
from pazpaz.sync.models import SyncAnswer
from pazpaz.sync.schemas import SyncBatch
from pazpaz.sync.settings import SyncSettings

MOST_BYTES = 10_000_000

router = feature_router("sync")


@router.post("/sessions/sync")
@policy(
    roles=CLINICIANS,
    audit=("session.sync", "session.create", "session.update", "conflict.create"),
    body_bytes=MOST_BYTES,
)
async def sync_sessions(body: SyncBatch, db: CurrentDb, settings: CurrentSettings) -> SyncAnswer:
    """Take over notes that a device wrote offline, up to 100 of them and 10 MB.

    The same item may be sent any number of times: it is carried out once. What changed on one side only is
    merged field by field; text that cannot be applied is kept as a conflict until somebody decides. The
    server's copy of a note is always synced: `is_synced` is what a device keeps of its own.
    """
    return await service.sync(db, body.sessions, days=SyncSettings.of(settings).sync_days)
