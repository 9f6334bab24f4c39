"""How a noun's rows are read for an export."""

from collections.abc import AsyncIterator
from dataclasses import make_dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.types import Uuid

from pazpaz.core.db.entity import Query
from pazpaz.core.db.handle import Db
from pazpaz.core.http.feature import Exported

PAGE_ROWS = 100
TEXT_ROWS = 20  # of those with sealed texts: the longest notes of a page are 3 MB
_FIRST = UUID(int=0)


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
