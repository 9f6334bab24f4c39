"""How a noun's rows are read for an export, and the names of those whom they are about."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import make_dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Table, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.accounts.models import USER, users
from pazpaz.appointments.models import APPOINTMENT, appointments
from pazpaz.clients.models import CLIENT, clients
from pazpaz.core.db.entity import Entity, Query, columns_of, row
from pazpaz.core.db.handle import Db
from pazpaz.core.http.feature import Exported
from pazpaz.sessions.models import SESSION, sessions

PAGE_ROWS = 100
TEXT_ROWS = 20  # of those with sealed texts: the longest notes of a page are 3 MB
_FIRST = UUID(int=0)
_ids = bindparam("ids", type_=ARRAY(Uuid))


@row
class ClientNamed:
    """The client whom a row is about."""

    id: UUID
    client_id: UUID
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@row
class MemberNamed:
    """The member whom a row names."""

    id: UUID
    name: str


def _client_of(entity: Entity[Any], table: Table, *joined: ColumnElement[bool]) -> Query[ClientNamed]:
    of = table.c.id
    columns = columns_of(ClientNamed, clients, id=of, client_id=clients.c.id)
    return Query(entity, ClientNamed, select(*columns).where(of == _ids.any_(), *joined), action=None)


def _through(entity: Entity[Any], table: Table) -> Query[ClientNamed]:
    of, client = table.c, clients.c
    return _client_of(entity, table, of.workspace_id == client.workspace_id, of.client_id == client.id)


# By the table of the row that is referred to. No event of their own: the export is one.
NAMES: Mapping[str, Query[Any]] = {
    "users": Query(
        USER,
        MemberNamed,
        select(users.c.id, users.c.full_name.label("name")).where(users.c.id == _ids.any_()),
        action=None,
    ),
    "clients": _client_of(CLIENT, clients),
    "sessions": _through(SESSION, sessions),
    "appointments": _through(APPOINTMENT, appointments),
}


@cache
def _query(noun: Exported) -> Query[Any]:
    table = noun.entity.table
    columns = (*noun.entity.columns(noun.entity.row), *(table.c[name] for name in noun.more))
    page = (
        select(*columns)
        .where(table.c.id > bindparam("after", type_=Uuid()))
        .order_by(table.c.id)
        .limit(bindparam("limit", type_=Integer))
    )
    if noun.only is not None:
        page = page.where(noun.only)
    return Query(noun.entity, make_dataclass("Row", noun.fields, slots=True), page, action=None)


async def pages(db: Db, noun: Exported) -> AsyncIterator[list[Any]]:
    """All rows by id, a page at a time; each page is a statement by itself."""
    after, limit = _FIRST, TEXT_ROWS if noun.entity.has_sealed else PAGE_ROWS
    while rows := await db.read(_query(noun), after=after, limit=limit):
        yield rows
        if len(rows) < limit:
            return
        after = rows[-1].id
