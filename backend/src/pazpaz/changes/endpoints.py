"""HTTP of changes."""

from typing import Annotated

from fastapi import Query

from pazpaz.accounts.models import STAFF
from pazpaz.changes import service
from pazpaz.changes.errors import ChangesForgotten
from pazpaz.changes.models import LONGEST_CURSOR, Changes
from pazpaz.core.http.deps import CurrentDb, CurrentSettings
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router

router = feature_router("changes")


@router.get("/changes")
@policy(roles=STAFF, audit=(), ids_only=True, problems=(ChangesForgotten,))
async def list_changes(
    db: CurrentDb,
    settings: CurrentSettings,
    since: Annotated[
        str | None,
        Query(max_length=LONGEST_CURSOR, description="`next` of the answer before; without it, only `next`."),
    ] = None,
) -> Changes:
    """Which appointments, clients, notes and plans changed since you asked: their ids, and the versions they have now.

    None is missed, however the writes overlapped; one may be told again, also where nothing is new. An assistant
    hears of appointments and clients only. Nobody is shown a word of anybody, so that asking is no read: it is in no
    audit log, and keeps no sign-in from locking. After a day, or 500 changes, 410: begin anew, and read again what
    you show.
    """
    return await service.since(db, settings.secret_key.get_secret_value(), since)
