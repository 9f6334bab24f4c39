"""Use cases of the timeline."""

from datetime import datetime
from uuid import UUID

from pazpaz.accounts.models import WORKSPACE
from pazpaz.clients.models import CARD
from pazpaz.core.base import clock
from pazpaz.core.base.errors import NotFound
from pazpaz.core.base.turns import Threads, Turns
from pazpaz.core.db.entity import Query
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Cursor
from pazpaz.timeline import pdf, queries, setting
from pazpaz.timeline.models import EventType, Found, Period, PlanThen, Timeline, TimelineEvent
from pazpaz.timeline.pdf import History

NOTE = "SOAP Note"
BEGINNING = 300  # characters of a text
PRINTED_EVENTS = 5_000  # at most, and the document says so
SLICE = 100  # events opened together: the longest texts of so many are 4 MB
_TYPES = {kind.value: kind for kind in EventType}


async def read(db: Db, client_id: UUID, period: Period, *, limit: int, before: Cursor | None) -> Timeline:
    """Return a client's events, newest first; NotFound for nobody's client."""
    place = before.values(queries.ORDER) if before else queries.FIRST_PLACE
    found, total = await _find(db, queries.SHOWN, client_id, period, limit + 1, place)
    shown = found[:limit]
    following = None
    if len(found) > limit:
        last = shown[-1]
        following = str(Cursor((last.event_date, last.id, last.rank)))
    return Timeline(client_id, await _events(db, client_id, shown), total, following)


async def history(db: Db, client_id: UUID, period: Period) -> History:
    """Return what is printed of a client: the newest events of the period, and how many there are."""
    found, total = await _find(db, queries.PRINTED, client_id, period, SLICE, queries.FIRST_PLACE)
    events, wanted = await _events(db, client_id, found), min(total, PRINTED_EVENTS)
    while found and len(events) < wanted:
        last, limit = found[-1], min(SLICE, wanted - len(events))
        place = {"date": last.event_date, "id": last.id, "rank": last.rank}
        found, _ = await _find(db, queries.MORE, client_id, period, limit, place)
        events += await _events(db, client_id, found)  # their beginnings; the texts are let go
    workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    client = await db.get(CARD, client_id, recorded=False)
    name = f"{client.first_name} {client.last_name}"
    return History(workspace, name, period, events, total, clock.now())


async def printed(
    db: Db, printing: Turns, threads: Threads, client_id: UUID, period: Period
) -> tuple[datetime, bytes]:
    """When the history was printed, and the document.

    Nothing is read before it is the practice's turn, so that those who wait hold nothing.
    """
    owner = db.actor.workspace_id
    async with printing.place(owner):
        read = await history(db, client_id, period)
        data = await threads.run(owner, pdf.data_of, read)
        return read.printed_at, await setting.rendered("timeline", data)


async def _find(
    db: Db, query: Query[Found], client_id: UUID, period: Period, limit: int, place: dict[str, object]
) -> tuple[list[Found], int]:
    """Return the events and how many there are in all."""
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


async def _events(db: Db, client_id: UUID, found: list[Found]) -> list[TimelineEvent]:
    """Return what happened; a note without a service is about the plan that was followed on its day."""
    plans: list[PlanThen] = []
    if any(item.session_id and item.service_name is None for item in found):
        plans = await db.read(queries.PLANS, client_id=client_id)
    return [_event(item, plans) for item in found]


def _event(found: Found, plans: list[PlanThen]) -> TimelineEvent:
    title, subject = found.service_name or (found.title and _beginning(found.title)), None
    if found.session_id is not None:
        subject = found.service_name or _followed(plans, found.event_date)
        title = f"{NOTE} - {subject}" if subject else NOTE
    return TimelineEvent(
        _TYPES[found.event_type],
        found.event_date,
        title,
        found.description and _beginning(found.description),
        found.appointment_id,
        found.session_id,
        found.plan_id,
        found.milestone_id,
        subject,
    )


def _followed(plans: list[PlanThen], at: datetime) -> str | None:
    """Return the title of the plan that was begun last before this."""
    return next((plan.title for plan in plans if plan.start_date <= at.date()), None)


def _beginning(text: str) -> str:
    return text if len(text) <= BEGINNING else f"{text[:BEGINNING].rstrip()}…"
