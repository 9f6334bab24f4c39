"""Use cases of changes."""

from pazpaz.changes import models, queries
from pazpaz.changes.errors import ChangesForgotten
from pazpaz.changes.models import Change, Changes, Moment
from pazpaz.core.base import clock
from pazpaz.core.base.tokens import derived
from pazpaz.core.db.handle import Db

_PURPOSE = "changes"


async def since(db: Db, secret: bytes, cursor: str | None) -> Changes:
    """Return what changed since a cursor was given, or only where to go on from; ChangesForgotten.

    A cursor is a moment as transactions see it, and not one of a clock: what was under way then is told once it has
    committed, whatever committed before it.
    """
    key = derived(secret, _PURPOSE, db.actor.workspace_id)
    moment = Moment.now() if cursor is None else models.read(cursor, key, clock.now())
    if moment is None:
        raise ChangesForgotten
    found = await db.read(
        queries.SINCE,
        earliest=moment.earliest,
        ended=moment.ended,
        running=list(moment.running),
        entities=queries.entities(db.actor.role),
        most=queries.MOST + 1,
    )
    if len(found) > queries.MOST:
        raise ChangesForgotten
    told = [
        Change(one.entity, one.id, one.version)
        for one in found
        if one.entity is not None and one.id is not None and one.version is not None
    ]
    return Changes(told, models.written(found[0].snapshot, found[0].asked_at, key))
