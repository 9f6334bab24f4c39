"""Lists and look-ups of note templates and snippets: never one that is somebody else's own."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Boolean, and_, bindparam, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.core.db.entity import Entity, Listing, Query, columns_of, row
from pazpaz.texts.models import NOTE_TEMPLATE, SNIPPET, NoteTemplate, Snippet

R = TypeVar("R")
_ME = bindparam("user_id", type_=Uuid())
_SHARED = bindparam("is_shared", type_=Boolean)


@row
class Room:
    """How many there are where one more is to be, and whether one of them is called the same."""

    held: int
    is_taken: bool


@dataclass(frozen=True, eq=False)
class Lookups(Generic[R]):
    """What is asked about one of the two nouns."""

    listed: Listing[R]
    one: Query[R]  # held until the commit
    deleted: Query[R]  # likewise
    room: Query[Room]


def _lookups(entity: Entity[R]) -> Lookups[R]:
    item = entity.table.c
    visible = or_(item.is_shared, item.user_id == _ME)
    standing = item.deleted_at.is_(None)

    def held(*, is_deleted: bool) -> Query[R]:
        wanted = item.deleted_at.is_not(None) if is_deleted else standing
        found = select(*columns_of(entity.row, entity.table)).where(
            item.id == bindparam("id", type_=Uuid()), visible, wanted
        )
        return Query(entity, entity.row, found.with_for_update(), action=None)

    return Lookups(
        Listing(
            entity, entity.row, order=(item.id,), always=(standing,), filters={"user_id": visible},
            descending=False,
        ),
        held(is_deleted=False),
        held(is_deleted=True),
        Query(entity, Room, _room(entity), action=None),
    )  # fmt: skip


def _room(entity: Entity[Any]) -> Any:
    """Look where the one is to be: among the practice's, or among somebody's own; not at the one itself."""
    item = entity.table.c
    there = or_(and_(_SHARED, item.is_shared), and_(~_SHARED, ~item.is_shared, item.user_id == _ME))
    is_called = item.called == bindparam("called", type_=ARRAY(Uuid)).any_()
    return select(
        func.count().label("held"),
        func.coalesce(func.bool_or(is_called), false()).label("is_taken"),
    ).where(there, item.deleted_at.is_(None), item.id != bindparam("id", type_=Uuid()))


NOTE_TEMPLATES: Lookups[NoteTemplate] = _lookups(NOTE_TEMPLATE)
SNIPPETS: Lookups[Snippet] = _lookups(SNIPPET)
