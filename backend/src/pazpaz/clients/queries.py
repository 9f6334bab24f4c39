"""Lists and look-ups of clients."""

from typing import TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.clients.models import CARD, CLIENT, clients
from pazpaz.core.entity import Entity, Listing, Query, columns_of

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


ORDER = ("id",)
CLIENTS = {archived: _listing(CLIENT, archived=archived) for archived in (False, True)}
CARDS = {archived: _listing(CARD, archived=archived) for archived in (False, True)}
CLIENTS_BY_IDS = _by_ids(CLIENT)
CARDS_BY_IDS = _by_ids(CARD)
