"""HTTP of erasures."""

from uuid import UUID

from pazpaz.accounts.models import OWNERS
from pazpaz.clients.errors import ClientErased, ClientMerged
from pazpaz.clients.models import Client
from pazpaz.core.http.deps import CurrentDb, CurrentSettings, IfMatch
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.erasures import service
from pazpaz.erasures.errors import ClientNotArchived, RecordRetained
from pazpaz.erasures.settings import ErasureSettings

router = feature_router("erasures")


@router.put("/clients/{client_id}/erasure")
@policy(
    roles=OWNERS,
    audit=("client.schedule-erasure", "client.read"),
    step_up=True,
    problems=(ClientErased, ClientMerged, ClientNotArchived, RecordRetained),
)
async def schedule_erasure(
    client_id: UUID, db: CurrentDb, settings: CurrentSettings, version: IfMatch
) -> Client:
    """Erase an archived client's record for good, in thirty days (`erasure_due_at`); for owners.

    Refused while the law keeps it: `until` is the day. After it nobody can read a word of it, nor in backups that
    were made while it waited.
    """
    return await service.schedule(db, client_id, ErasureSettings.of(settings), version)


@router.delete("/clients/{client_id}/erasure")
@policy(roles=OWNERS, audit=("client.keep", "client.read"), problems=(ClientErased, ClientMerged))
async def take_back_erasure(client_id: UUID, db: CurrentDb, version: IfMatch) -> Client:
    """Let the record stay."""
    return await service.take_back(db, client_id, version)
