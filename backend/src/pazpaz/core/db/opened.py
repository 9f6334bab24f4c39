"""What a search looks at: a workspace's sealed rows, opened once and kept in memory as long as its keys are."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, Uuid, bindparam, cast, func, null, select

from pazpaz.core.base.yielding import give_way
from pazpaz.core.db.entity import Entity, Query, columns_of, row

R = TypeVar("R")
E = TypeVar("E")
T = TypeVar("T")
Read = Callable[..., Awaitable[list[Any]]]
KEPT_ROWS = 100_000  # of all workspaces together; a client's names take about 750 bytes
IDLE_SECONDS = 300.0
SLICE = 100
LOOKED_AT = 1_000  # entries in a row: about 0.2 ms


@row
class Stamp:
    """What a workspace's rows were at one moment: every change makes `versions` larger, for good."""

    rows: int
    versions: int
    practice: str | None


@row
class RowVersions:
    """The rows' ids and, in the same order, their versions."""

    ids: list[UUID]
    versions: list[int]


@dataclass(frozen=True, eq=False)
class SearchIndex(Generic[R, E]):
    """All rows of a noun as a search sees them.

    `row` has the fields id and version; `entry` is made of each row and of what `practice` says of the workspace:
    when that is something else, all are made anew. The noun's rows are never deleted and each change raises its
    row's version, so the sum of the versions only grows: an index with the same sum has missed nothing, whichever
    process made the change.
    """

    entity: Entity[Any]
    row: type[R]
    entry: Callable[[R, str], E]
    practice: ColumnElement[str] | None = None

    @cached_property
    def stamp(self) -> Query[Stamp]:
        """The rows' state as of now, in one small record."""
        total = cast(func.coalesce(func.sum(self.entity.table.c.version), 0), BigInteger)
        practice = null() if self.practice is None else self.practice
        rows = func.count().label("rows")
        return self._one_record(Stamp, rows, total.label("versions"), cast(practice, Text).label("practice"))

    @cached_property
    def places(self) -> Query[RowVersions]:
        """All ids and versions in one record."""
        table = self.entity.table
        ids = func.coalesce(func.array_agg(table.c.id), cast([], ARRAY(Uuid)))
        numbers = func.array_agg(cast(table.c.version, BigInteger))
        versions = func.coalesce(numbers, cast([], ARRAY(BigInteger)))
        return self._one_record(RowVersions, ids.label("ids"), versions.label("versions"))

    def _one_record(self, row: type[T], *columns: ColumnElement[Any]) -> Query[T]:
        return Query(self.entity, row, select(*columns).select_from(self.entity.table), action=None)

    @cached_property
    def some(self) -> Query[R]:
        """The rows with these ids."""
        table = self.entity.table
        wanted = table.c.id == bindparam("ids", type_=ARRAY(Uuid)).any_()
        return Query(self.entity, self.row, select(*columns_of(self.row, table)).where(wanted), action=None)


class Opened(Generic[E]):
    """One workspace's index: entries by id, the newest id first."""

    __slots__ = ("_entries", "_ordered", "lock", "practice", "used_at", "versions")

    def __init__(self) -> None:
        """Empty; whoever holds `lock` may bring it up to date and look."""
        self.lock = asyncio.Lock()
        self.versions = -1
        self.used_at = 0.0
        self.practice = ""
        self._entries: dict[UUID, tuple[int, E]] = {}
        self._ordered: list[tuple[UUID, E]] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    async def refresh(self, index: SearchIndex[R, E], read: Read) -> None:
        """Open what was changed since; `read` runs a query in the workspace."""
        stamp: Stamp = (await read(index.stamp))[0]
        if (practice := stamp.practice or "") != self.practice:
            self._entries, self.practice, self.versions = {}, practice, -1
        if stamp.versions <= self.versions:
            return
        stale = self._stale((await read(index.places))[0])
        for start in range(0, len(stale), SLICE):
            for item in await read(index.some, ids=stale[start : start + SLICE]):
                self._entries[item.id] = (item.version, index.entry(item, practice))
        self.versions = sum(version for version, _ in self._entries.values())
        self._ordered = None

    def _stale(self, places: RowVersions) -> list[UUID]:
        known = self._entries
        found: list[UUID] = []
        for row_id, version in zip(places.ids, places.versions, strict=True):
            held = known.get(row_id)
            if held is None or held[0] < version:
                found.append(row_id)
        return found

    async def matching(self, fits: Callable[[E], bool]) -> list[UUID]:
        """Return the ids of the entries that fit, the newest id first; others have the event loop in between."""
        found: list[UUID] = []
        ordered = self.newest_first()
        for start in range(0, len(ordered), LOOKED_AT):
            found += [row_id for row_id, entry in ordered[start : start + LOOKED_AT] if fits(entry)]
            await give_way()
        return found

    def newest_first(self) -> list[tuple[UUID, E]]:
        """All entries, the newest id first."""
        if self._ordered is None:
            held = self._entries
            self._ordered = [(row_id, held[row_id][1]) for row_id in sorted(held, reverse=True)]
        return self._ordered

    def entry(self, row_id: UUID) -> E | None:
        held = self._entries.get(row_id)
        return None if held is None else held[1]


class OpenedIndexes:
    """The indexes of recently searched workspaces; the least recently used go first."""

    def __init__(self, kept_rows: int = KEPT_ROWS) -> None:
        """Keep at most so many rows in all, but always the index in use."""
        self._kept_rows = kept_rows
        self._indexes: OrderedDict[UUID, dict[SearchIndex[Any, Any], Opened[Any]]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def of(self, workspace_id: UUID, index: SearchIndex[Any, E]) -> Opened[E]:
        """Return the workspace's index, empty at first."""
        kinds = self._indexes.setdefault(workspace_id, {})
        opened: Opened[E] = kinds.setdefault(index, Opened())
        self._indexes.move_to_end(workspace_id)
        loop = asyncio.get_running_loop()
        opened.used_at = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(IDLE_SECONDS / 5, self._forget_idle, loop)
        return opened

    def bound(self) -> None:
        """After an index has grown: others give way."""
        rows = sum(len(opened) for kinds in self._indexes.values() for opened in kinds.values())
        while rows > self._kept_rows and len(self._indexes) > 1:
            _, kinds = self._indexes.popitem(last=False)
            rows -= sum(len(opened) for opened in kinds.values())

    def drop(self, workspace_id: UUID) -> None:
        """Forget what the workspace's keys opened: they are gone."""
        self._indexes.pop(workspace_id, None)

    def _forget_idle(self, loop: asyncio.AbstractEventLoop) -> None:
        latest = loop.time() - IDLE_SECONDS
        for workspace_id, kinds in list(self._indexes.items()):
            if all(opened.used_at < latest for opened in kinds.values()):
                del self._indexes[workspace_id]
        again = bool(self._indexes)
        self._timer = loop.call_later(IDLE_SECONDS / 5, self._forget_idle, loop) if again else None
