"""The tables people read: a noun's own fields, and beside them local times and the names behind ids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime

from pazpaz.accounts.models import Workspace
from pazpaz.clients.phones import Dialling, dialling_of
from pazpaz.core.db.handle import Db
from pazpaz.core.http.feature import Exported
from pazpaz.exports.cells import cell, lines, local, phone
from pazpaz.exports.queries import NAMES

_NAMES_KEPT = 5_000  # of an export that goes through a large practice


class Kind(Enum):
    """What a column says of its field."""

    EXACT = auto()
    PHONE = auto()
    LOCAL = auto()
    NAME = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `names` is the table of the row whose person it names."""

    title: str
    field: str
    kind: Kind = Kind.EXACT
    names: str = ""


@cache
def columns_of(noun: Exported) -> tuple[Column, ...]:
    """Return the fields in order, each with what makes it readable right behind it."""
    table = noun.entity.table
    targets = _targets(noun)
    found: list[Column] = []
    for name in noun.fields:
        found.append(Column(name, name, Kind.PHONE if name.endswith("phone") else Kind.EXACT))
        if name in table.c and isinstance(table.c[name].type, DateTime):
            found.append(Column(f"{name}_local", name, Kind.LOCAL))
        elif name in targets:
            found.append(Column(_title(name, targets[name]), name, Kind.NAME, targets[name]))
    return tuple(found)


def _targets(noun: Exported) -> dict[str, str]:
    """Return the tables that people's names come from, by field; what names its client needs no other way to it."""
    keys = [(key.parent.name, key.column.table.name) for key in noun.entity.table.foreign_keys]
    found = {name: target for name, target in keys if name != "workspace_id" and target in NAMES}
    ways = {"sessions", "appointments"} if "clients" in found.values() else set()
    return {name: target for name, target in found.items() if target not in ways and name in noun.fields}


def _title(name: str, target: str) -> str:
    if target in {"sessions", "appointments"}:
        return "client_name"
    return "member_name" if name == "id" else f"{name.removesuffix('_id')}_name"


@dataclass(frozen=True, slots=True)
class Here:
    """Where the practice is: its clocks, and how it dials."""

    zone: ZoneInfo
    dialling: Dialling

    @classmethod
    def of(cls, workspace: Workspace) -> "Here":
        return cls(ZoneInfo(workspace.timezone), dialling_of(workspace.timezone, workspace.locale))


class Names:
    """The names of those whom rows are about, looked up a page at a time."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._known: dict[tuple[str, UUID], str] = {}

    async def of(self, columns: Iterable[Column], rows: Sequence[Any]) -> Mapping[tuple[str, UUID], str]:
        """Return at least the names that these rows need."""
        if len(self._known) > _NAMES_KEPT:
            self._known = {}
        for column in columns:
            if column.kind is Kind.NAME:
                await self._learn(column.names, {getattr(row, column.field) for row in rows})
        return self._known

    async def _learn(self, table: str, ids: set[UUID | None]) -> None:
        if missing := [one for one in ids if one is not None and (table, one) not in self._known]:
            for found in await self._db.read(NAMES[table], ids=missing):
                self._known[table, found.id] = found.name


def head(columns: Iterable[Column]) -> bytes:
    return lines([[column.title for column in columns]])


def written(
    columns: Sequence[Column], names: Mapping[tuple[str, UUID], str], here: Here, rows: Iterable[Any]
) -> bytes:
    """Return the rows as lines of their table."""
    return lines(
        [_shown(column, getattr(row, column.field), names, here) for column in columns] for row in rows
    )


def _shown(column: Column, value: Any, names: Mapping[tuple[str, UUID], str], here: Here) -> str:
    if value is None:
        return ""
    if column.kind is Kind.LOCAL:
        return local(value, here.zone)
    if column.kind is Kind.NAME:
        return cell(names.get((column.names, value)))
    return phone(value, here.dialling) if column.kind is Kind.PHONE else cell(value)
