"""Entities: a table, the frozen dataclass its rows come up as, and the word the audit log uses for it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar, dataclass_transform
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Label,
    Select,
    Table,
    bindparam,
    func,
    select,
    tuple_,
)

from pazpaz.core.base.yielding import SLICE_SECONDS, give_way
from pazpaz.core.crypto.phi import Kind, Sealed, WorkspaceCipher
from pazpaz.core.db import statements
from pazpaz.core.db.statements import After, Statement

__all__ = ["After", "Entity", "Listing", "Query", "RowCodec", "columns_of", "place_of", "row"]

R = TypeVar("R")
T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def row(cls: type[T]) -> type[T]:
    """Return a row's dataclass: immutable to the type checker.

    Not frozen at run time, where setting 20 fields one by one past the guard would triple a list's cost.
    """
    return dataclass(slots=True)(cls)


class RowCodec(Generic[R]):
    """Turns records into row dataclasses: opens sealed columns, names enum values.

    A column is called as its field is, so that no two of one type can change places unseen.
    """

    def __init__(
        self, row: type[R], columns: Iterable[Any], sources: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        """`columns` are the columns of the record: the dataclass's fields in order, then what only serves to read.

        `sources` names, for a sealed column that comes from several tables, the columns that hold its place
        (`phi.place`) and its row's id.
        """
        self.row = row
        self.columns = tuple(columns)
        self.fields = tuple(item.name for item in fields(row))  # type: ignore[arg-type]
        self.width = len(self.fields)
        names = tuple(getattr(column, "name", None) for column in self.columns)
        if names[: self.width] != self.fields:
            raise TypeError(f"{row.__qualname__}: its columns are called {names}, its fields {self.fields}")
        sources = sources or {}
        read: list[Any] = [c.element if isinstance(c, Label) else c for c in self.columns]
        named = {(_table_of(c), getattr(c, "name", None)): index for index, c in enumerate(read)}
        self.sealed: list[tuple[int, int, Kind, bytes]] = [
            (index, named[column.table.name, "id"], column.type.kind, place_of(column))
            for index, column in enumerate(read)
            if isinstance(column.type, Sealed) and names[index] not in sources
        ]
        at = {name: index for index, name in enumerate(names)}
        self.gathered: list[tuple[int, int, int, Kind]] = [
            (at[name], at[place], at[row_id], self.columns[at[name]].type.kind)
            for name, (place, row_id) in sources.items()
        ]
        self.enums: list[tuple[int, dict[str, StrEnum]]] = [
            (index, {word.value: word for word in column.info["enum"]})
            for index, column in enumerate(read)
            if "enum" in getattr(column, "info", ())
        ]

    @property
    def has_sealed(self) -> bool:
        """Whether reading a row needs the workspace's keys."""
        return bool(self.sealed or self.gathered)

    def decode(self, record: Any, cipher: WorkspaceCipher | None) -> R:
        """One row; `cipher` is needed when there are sealed columns."""
        values = list(record)[: self.width]
        if cipher is not None:
            for index, id_index, kind, place in self.sealed:
                if (sealed := values[index]) is not None:
                    values[index] = cipher.open(sealed, kind, place, values[id_index])
            for index, place_index, id_index, kind in self.gathered:
                if (sealed := values[index]) is not None:
                    values[index] = cipher.open(sealed, kind, record[place_index].encode(), record[id_index])
        for index, words in self.enums:
            if (word := values[index]) is not None:
                values[index] = words[word]
        return self.row(*values)

    async def decode_all(self, records: Sequence[Any], cipher: WorkspaceCipher | None) -> list[R]:
        """All rows; where they take long, others have the event loop in between."""
        rows: list[R] = []
        until = time.perf_counter() + SLICE_SECONDS
        for record in records:
            if time.perf_counter() > until:
                await give_way()
                until = time.perf_counter() + SLICE_SECONDS
            rows.append(self.decode(record, cipher))
        return rows


def place_of(column: Column[Any]) -> bytes:
    """Where a sealed value belongs, as its ciphertext is bound to it."""
    return f"{column.table.name}.{column.name}".encode()


def _table_of(column: Any) -> str | None:
    """Return the name of the column's table; a computed one has none."""
    table = getattr(column, "table", None)
    return None if table is None else str(table.name)


def columns_of(
    row: type[Any], table: FromClause, **others: ColumnElement[Any]
) -> tuple[ColumnElement[Any], ...]:
    """Return what the dataclass's fields are read from, in order and by name: `others`, or the table's columns.

    KeyError names a field without one.
    """
    names = [item.name for item in fields(row)]
    if unknown := others.keys() - set(names):
        raise TypeError(f"{row.__qualname__} has no fields {sorted(unknown)}")
    return tuple(others[name].label(name) if name in others else table.c[name] for name in names)


@dataclass(frozen=True, eq=False)
class Entity(Generic[R]):
    """A noun the handle's verbs work on.

    `computed` are fields of the row that no column holds: scalar subqueries, which name the row they belong
    to by `literal_column("table.column")`.
    """

    name: str
    table: Table
    row: type[R]
    computed: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)

    @cached_property
    def codec(self) -> RowCodec[R]:
        return RowCodec(self.row, self.columns(self.row))

    def columns(self, row: type[Any]) -> tuple[ColumnElement[Any], ...]:
        """Return what the fields of such a row are read from; KeyError names a field without a source."""
        names = {item.name for item in fields(row)}
        computed = {name: value for name, value in self.computed.items() if name in names}
        return columns_of(row, self.table, **computed)

    def sealed_values(
        self, values: Mapping[str, object], row_id: UUID, cipher: WorkspaceCipher | None
    ) -> dict[str, object]:
        """Return the values as they are stored, keyed for `statements.insert` and `statements.update`."""
        stored: dict[str, object] = {}
        for name, value in values.items():
            column = self.table.c[name]
            if isinstance(column.type, Sealed) and value is not None and cipher is not None:
                stored[f"c_{name}"] = cipher.seal(value, column.type.kind, place_of(column), row_id)
            else:
                stored[f"c_{name}"] = value
        return stored

    @cached_property
    def has_sealed(self) -> bool:
        """Whether writing a row needs the workspace's keys."""
        return any(isinstance(column.type, Sealed) for column in self.table.columns)


@dataclass(frozen=True, eq=False)
class Listing(Generic[R]):
    """A list that can be filtered and paged: its rows, its filters by name, and one total order.

    Every column of `order` is sorted the same way and the last one is unique, so that a cursor is a
    place between two rows. SQL is compiled once per set of filters that come together.
    """

    entity: Entity[Any]
    row: type[R]
    order: tuple[Column[Any], ...]
    filters: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)
    always: tuple[ColumnElement[bool], ...] = ()
    descending: bool = True
    _compiled: dict[tuple[frozenset[str], bool], Statement] = field(default_factory=dict)

    @cached_property
    def codec(self) -> RowCodec[R]:
        return RowCodec(self.row, self.entity.columns(self.row))

    @cached_property
    def order_fields(self) -> tuple[str, ...]:
        """The row's fields that make a cursor."""
        return tuple(column.name for column in self.order)

    def statement(self, present: frozenset[str], *, after: bool) -> Statement:
        """Return the page's SQL for these filters, with or without a cursor."""
        shape = (present, after)
        if shape not in self._compiled:
            self._compiled[shape] = statements.page(*self._selects(present, after=after))
        return self._compiled[shape]

    def _selects(self, present: frozenset[str], *, after: bool) -> tuple[Select[Any], Select[Any]]:
        conditions = [*self.always, *(self.filters[name] for name in sorted(present))]
        count = select(func.count()).select_from(self.entity.table).where(*conditions)
        page = select(*self.codec.columns).where(*conditions).limit(bindparam("limit"))
        ordered = [c.desc() if self.descending else c.asc() for c in self.order]
        if after:
            place = tuple_(*(bindparam(f"after_{c.name}", type_=c.type) for c in self.order))
            key = tuple_(*self.order)
            page = page.where(key < place if self.descending else key > place)
        return page.order_by(*ordered), count


@dataclass(frozen=True, eq=False)
class Query(Generic[R]):
    """A named SELECT over scoped tables, compiled once; `action` is its audit word, None for internal look-ups.

    `sources` are RowCodec's. `if_found`: the event is recorded only when there is a row, for a query that
    finds out by itself whether what it is about exists.
    """

    entity: Entity[Any]
    row: type[R]
    select: Select[Any]
    action: str | None
    sources: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    if_found: bool = False
    codec: RowCodec[R] = field(init=False)

    def __post_init__(self) -> None:
        """How its rows are read: at once, because what is selected may not be what the row is made of."""
        object.__setattr__(self, "codec", RowCodec(self.row, self.select.selected_columns, self.sources))

    @cached_property
    def statement(self) -> Statement:
        return statements.rows(self.select, recorded=self.action is not None, if_found=self.if_found)
