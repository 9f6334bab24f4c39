"""Lists and look-ups of clients."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.clients.models import CARD, CLIENT, PRACTICE, clients
from pazpaz.core.db.entity import Entity, Listing, Query, columns_of, row

Shown = TypeVar("Shown")


def _listing(entity: Entity[Shown], *, archived: bool) -> Listing[Shown]:
    when = clients.c.archived_at.is_not(None) if archived else clients.c.archived_at.is_(None)
    return Listing(entity, entity.row, order=(clients.c.id,), always=(when,))


def _by_ids(entity: Entity[Shown]) -> Query[Shown]:
    return Query(
        entity,
        entity.row,
        select(*columns_of(entity.row, clients))
        .where(clients.c.id == bindparam("ids", type_=ARRAY(Uuid)).any_())
        .order_by(clients.c.id.desc()),
        action="list",
    )


@row
class State:
    """What the practice's clients are at one moment: each change makes `versions` larger."""

    rows: int
    versions: int
    changed_at: datetime | None  # a restored backup may come to a sum again, but not at the same moment
    practice: str


_STATE: tuple[ColumnElement[Any], ...] = (
    func.count().label("rows"),
    cast(func.coalesce(func.sum(clients.c.version), 0), BigInteger).label("versions"),
    func.max(clients.c.updated_at).label("changed_at"),
    PRACTICE.label("practice"),
)
STATE = Query(
    CLIENT,
    State,
    select(*_STATE).select_from(clients),
    action="list",
)
ORDER = ("id",)
CLIENTS = {archived: _listing(CLIENT, archived=archived) for archived in (False, True)}
CARDS = {archived: _listing(CARD, archived=archived) for archived in (False, True)}
CLIENTS_BY_IDS = _by_ids(CLIENT)
CARDS_BY_IDS = _by_ids(CARD)
