"""Use cases of the timeline."""

from uuid import UUID

from pazpaz.accounts.models import WORKSPACE
from pazpaz.clients.models import CARD
from pazpaz.core import clock
from pazpaz.core.db import Db
from pazpaz.core.entity import Query
from pazpaz.core.errors import NotFound
from pazpaz.core.pagination import Cursor
from pazpaz.timeline import queries
from pazpaz.timeline.models import EventType, Found, Period, Timeline, TimelineEvent
from pazpaz.timeline.pdf import History

BEGINNING = 300  # characters of a text
PRINTED_EVENTS = 5_000  # at most, and the document says so
_TYPES = {kind.value: kind for kind in EventType}


async def read(db: Db, client_id: UUID, period: Period, *, limit: int, before: Cursor | None) -> Timeline:
    """A client's events, newest first; NotFound for nobody's client."""
    place = before.values(queries.ORDER) if before else queries.FIRST_PLACE
    found, total = await _find(db, queries.SHOWN, client_id, period, limit + 1, place)
    shown = found[:limit]
    following = None
    if len(found) > limit:
        last = shown[-1]
        following = str(Cursor((last.event_date, last.id, last.rank)))
    return Timeline(client_id, [_event(item) for item in shown], total, following)


async def history(db: Db, client_id: UUID, period: Period) -> History:
    """What is printed of a client: the newest events of the period, and how many there are."""
    rows, total = await _find(db, queries.PRINTED, client_id, period, PRINTED_EVENTS, queries.FIRST_PLACE)
    workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    client = await db.get(CARD, client_id, recorded=False)
    events = [_event(item) for item in rows]
    name = f"{client.first_name} {client.last_name}"
    return History(workspace, name, period, events, total, clock.now())


async def _find(
    db: Db, query: Query[Found], client_id: UUID, period: Period, limit: int, place: dict[str, object]
) -> tuple[list[Found], int]:
    """The events and how many there are in all."""
    rows = await db.read(
        query,
        about=client_id,
        client_id=client_id,
        types=[kind.value for kind in period.types],
        since=period.since or queries.EARLIEST,
        until=period.until or queries.LATEST,
        limit=limit,
        **{f"before_{name}": value for name, value in place.items()},
    )
    if not rows:
        raise NotFound
    return [item for item in rows if item.id is not None], rows[0].total


def _event(found: Found) -> TimelineEvent:
    return TimelineEvent(
        _TYPES[found.event_type],
        found.event_date,
        found.service_name or found.title,
        found.description and _beginning(found.description),
        found.appointment_id,
        found.session_id,
        found.plan_id,
        found.milestone_id,
    )


def _beginning(text: str) -> str:
    return text if len(text) <= BEGINNING else f"{text[:BEGINNING].rstrip()}…"
