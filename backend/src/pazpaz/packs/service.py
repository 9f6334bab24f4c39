"""Use cases of packs."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pazpaz.agenda import service as agenda
from pazpaz.agenda.models import ClientName, Part
from pazpaz.core.base import clock
from pazpaz.core.base.errors import InvalidInput
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.handle import Db
from pazpaz.packs import queries
from pazpaz.packs.models import PACK, PlanLine
from pazpaz.sessions.models import Session

WINDOW = timedelta(days=14, hours=1)  # of which one day may have 25 hours
MOST_APPOINTMENTS, MOST_NOTES, MOST_PLANS = 200, 100, 400


@dataclass(frozen=True, slots=True)
class Packed:
    """What a device takes along."""

    as_of: datetime
    appointments: list[dict[str, Any]]
    clients: list[ClientName]
    notes: list[Session]
    plans: list[PlanLine]


async def pack(db: Db, since: datetime, until: datetime, most_notes: int) -> Packed:
    """Return the actor's own appointments that start in these days, and what they need to know for them.

    All of it is as it was at one moment; that a copy went out is recorded, for each of the clients in it.
    """
    if not timedelta(0) < until - since <= WINDOW:
        raise InvalidInput.of("/to", f"must be at most {WINDOW.days} days after from")
    as_of = clock.now()
    await db.see_one_moment()
    found = await db.read(
        queries.OWN_APPOINTMENTS, owner=db.user_id, since=since, until=until, most=MOST_APPOINTMENTS
    )
    items = [{item.name: getattr(shown, item.name) for item in fields(shown)} for shown in found]
    await agenda.add(db, items, frozenset((Part.CLIENT, Part.NOTE)))
    clients: dict[Any, ClientName] = {item["client_id"]: item["client"] for item in items}
    appointment_ids = [item["id"] for item in items]
    notes = await db.read(
        queries.NOTES, client_ids=list(clients), appointment_ids=appointment_ids, most=most_notes
    )
    plans = await db.read(queries.PLANS, client_ids=list(clients), most=MOST_PLANS)
    await _record(db, since, until, clients)
    return Packed(as_of, items, list(clients.values()), notes, plans)


async def _record(db: Db, since: datetime, until: datetime, clients: dict[Any, ClientName]) -> None:
    values = {"user_id": db.user_id, "starts_at": since, "ends_at": until, "client_ids": list(clients)}
    pack_id = new_id()
    await db.create(PACK, values, pack_id, recorded=False)
    await db.get(PACK, pack_id)
