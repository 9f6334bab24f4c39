"""Use cases of note templates and snippets, which differ in their fields only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from pazpaz.core.base import clock
from pazpaz.core.base.errors import NotFound, Problem, StaleVersion
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.entity import Entity, Query
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.texts.errors import SharedBySomebodyElse, SnippetNameTaken, TemplateTitleTaken, TextsFull
from pazpaz.texts.models import MOST, NOTE_TEMPLATE, SNIPPET, NoteTemplate, Snippet, alike
from pazpaz.texts.queries import NOTE_TEMPLATES, SNIPPETS, Lookups

R = TypeVar("R", NoteTemplate, Snippet)


@dataclass(frozen=True, eq=False)
class Noun(Generic[R]):
    """One of the two: its rows, what is asked about them, and what its name is."""

    entity: Entity[R]
    lookups: Lookups[R]
    name: str
    taken: type[Problem]


TEMPLATES: Noun[NoteTemplate] = Noun(NOTE_TEMPLATE, NOTE_TEMPLATES, "title", TemplateTitleTaken)
SHORT: Noun[Snippet] = Noun(SNIPPET, SNIPPETS, "name", SnippetNameTaken)


async def list_page(db: Db, noun: Noun[R], paging: Paging) -> Page[R]:
    """Return the practice's and one's own, in the order in which they were made."""
    return await db.page(noun.lookups.listed, {"user_id": db.user_id}, paging)


async def create(db: Db, noun: Noun[R], values: Mapping[str, Any]) -> R:
    """Return a new one; of two at once that are called the same the later is refused."""
    await _line_up(db)
    row_id = new_id()
    called = await _admit(db, noun, row_id, str(values[noun.name]), is_shared=values["is_shared"])
    return await db.create(noun.entity, {**values, "called": called, "user_id": db.user_id}, row_id)


async def change(db: Db, noun: Noun[R], row_id: UUID, changes: Mapping[str, Any], version: int | None) -> R:
    """Change one that the actor sees; only who shared it makes it their own again."""
    await _line_up(db)
    now = await _held(db, noun.lookups.one, row_id)
    is_shared = bool(changes.get("is_shared", now.is_shared))
    if now.is_shared and not is_shared and now.user_id != db.user_id:
        raise SharedBySomebodyElse
    if version is not None and now.version != version:
        raise StaleVersion
    name = str(changes.get(noun.name, getattr(now, noun.name)))
    called = await _admit(db, noun, row_id, name, is_shared=is_shared)
    return await db.change(noun.entity, row_id, {**changes, "called": called}, version=version)


async def delete(db: Db, noun: Noun[R], row_id: UUID, version: int | None) -> None:
    """Take one off the list; it can be restored."""
    await _held(db, noun.lookups.one, row_id)
    await db.change(noun.entity, row_id, {"deleted_at": clock.now()}, version=version, action="delete")


async def restore(db: Db, noun: Noun[R], row_id: UUID) -> R:
    """Put a deleted one back, unless its name was given to another meanwhile."""
    await _line_up(db)
    was = await _held(db, noun.lookups.deleted, row_id)
    called = await _admit(db, noun, row_id, str(getattr(was, noun.name)), is_shared=was.is_shared)
    return await db.change(noun.entity, row_id, {"deleted_at": None, "called": called}, action="restore")


async def _line_up(db: Db) -> None:
    """Let those of one practice come one after the other, so that none slips past its bounds."""
    await db.advisory_lock(uuid5(db.actor.workspace_id, "texts"), wait=True)


async def _held(db: Db, query: Query[R], row_id: UUID) -> R:
    """Return one that the actor sees, kept as it is until the commit."""
    found = await db.read(query, id=row_id, user_id=db.user_id)
    if not found:
        raise NotFound
    return found[0]


async def _admit(db: Db, noun: Noun[R], row_id: UUID, name: str, *, is_shared: bool) -> UUID:
    """Return what stands for its name where it is to be; the fingerprints of all keys are looked for."""
    whose = "practice" if is_shared else str(db.user_id)
    prints = await db.fingerprints(f"{noun.entity.name}\0{whose}\0{alike(name)}".encode())
    asked = {"id": row_id, "user_id": db.user_id, "is_shared": is_shared, "called": prints}
    room = (await db.read(noun.lookups.room, **asked))[0]
    if room.is_taken:
        raise noun.taken
    if room.held >= MOST:
        raise TextsFull(most=MOST)
    return prints[0]
