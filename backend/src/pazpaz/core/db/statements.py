"""SQL of the handle's verbs: built once per shape, every one of them narrowed to the workspace.

`app.enter` verifies the actor and sets the workspace for the running transaction. It stands as a
variable-free condition, which PostgreSQL evaluates once, before it touches a row (a "one-time
filter"), so one statement needs no BEGIN, no SET and no second round trip. Were it ever evaluated
too late, row-level security would show no rows: it fails closed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import Column, ColumnElement, Select, Table, select
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg

from pazpaz.core.db import audit

Shape = tuple[tuple[str, str], ...]  # of conditions: a column's name and how it is compared
ENTER = (
    "app.enter(%(workspace)s::uuid, %(user)s::uuid, %(credential)s::uuid, %(role)s::text,"
    " %(while_locked)s::boolean)"
)
WITHIN = "workspace_id = %(workspace)s::uuid"

_placeholder = re.compile(r"%\((\w+)\)s|%%")


@dataclass(frozen=True, slots=True)
class After:
    """A condition's value: the column is later, or larger, than this."""

    value: object


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with PostgreSQL's numbered parameters, and the names they stand for in order."""

    sql: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, template: str) -> Self:
        """From SQL with %(name)s placeholders; a name used twice is sent once."""
        numbers: dict[str, int] = {}

        def number(match: re.Match[str]) -> str:
            name = match.group(1)
            return "%" if name is None else f"${numbers.setdefault(name, len(numbers) + 1)}"

        sql = _placeholder.sub(number, template)
        return cls(sql, tuple(numbers))

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """Return the values in the order the SQL wants them."""
        return [values[name] for name in self.names]


SYSTEM_STATEMENTS: list["SystemStatement"] = []


@dataclass(frozen=True, slots=True)
class SystemStatement(Statement):
    """What the system role runs: it is granted what these need, column by column, and no more."""

    def __post_init__(self) -> None:
        SYSTEM_STATEMENTS.append(self)


class ScopedCompiler(PGCompiler_asyncpg):
    """Writes each scoped table of a SELECT as its rows of this workspace only.

    The two hooks are SQLAlchemy's (they are untyped there), for a table's name and for a value.
    """

    def visit_table(self, table: Any, asfrom: Any = False, *args: Any, **kwargs: Any) -> Any:
        """In a FROM clause, narrow."""
        text = super().visit_table(table, asfrom, *args, **kwargs)  # type: ignore[no-untyped-call]
        if not asfrom or not table.info.get("scoped"):
            return text
        rows = f"(SELECT * FROM {text} WHERE {WITHIN})"
        alias = kwargs.get("enclosing_alias")  # also of a subquery further out
        return rows if alias is not None and alias.element is table else f"{rows} AS {text}"

    def visit_bindparam(self, bindparam: Any, *args: Any, **kwargs: Any) -> Any:
        """Write a value of the code in the SQL, so that partial indexes match it."""
        if not bindparam.required:
            kwargs["literal_binds"] = True
        return super().visit_bindparam(bindparam, *args, **kwargs)  # type: ignore[no-untyped-call]


class ScopedDialect(PGDialect_asyncpg):
    """asyncpg's dialect with named placeholders, so that fragments can be put together as text."""

    statement_compiler = ScopedCompiler
    supports_statement_cache = False


DIALECT = ScopedDialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


def select_text(query: Select[Any]) -> str:
    """Return a Core SELECT as SQL with %(name)s placeholders, narrowed to the workspace throughout."""
    return str(query.compile(dialect=DIALECT))


def placeholder(column: Column[Any], prefix: str = "") -> str:
    return f"%({prefix}{column.name})s::{column.type.compile(DIALECT)}"


def _columns(columns: Sequence[ColumnElement[Any]]) -> str:
    return ", ".join(_shown(column) for column in columns)


def _shown(column: ColumnElement[Any]) -> str:
    """Return a column of the table, or a computed one as `expression AS name`."""
    if isinstance(column, Column):
        return f"{column.table.name}.{column.name}"
    return str(select(column).compile(dialect=DIALECT)).removeprefix("SELECT ")


def shape(where: Mapping[str, object]) -> Shape:
    """How each column is compared: equal, IS NULL for None, or `After`."""
    return tuple(
        (name, "IS NULL" if value is None else ">" if isinstance(value, After) else "=")
        for name, value in where.items()
    )


def compared(where: Mapping[str, object]) -> dict[str, object]:
    """Return the values of conditions, named as their parameters."""
    return {f"w_{name}": value.value if isinstance(value, After) else value for name, value in where.items()}


def _conditions(table: Table, where: Shape) -> str:
    return "".join(
        f" AND {table.name}.{name} {how}"
        if how == "IS NULL"
        else f" AND {table.name}.{name} {how} {placeholder(table.c[name], 'w_')}"
        for name, how in where
    )


_BY_ID = f"{ENTER} AND {{table}}.{WITHIN} AND {{table}}.id = %(id)s::uuid"


@lru_cache(maxsize=1024)
def get(
    table: Table,
    columns: tuple[ColumnElement[Any], ...],
    where: Shape,
    *,
    recorded: bool,
    lock: bool,
) -> Statement:
    """One row by id; its read event is written with it."""
    hit = (
        f"SELECT {_columns(columns)} FROM {table.name}"
        f" WHERE {_BY_ID.format(table=table.name)}{_conditions(table, where)}"
        f"{' FOR UPDATE' if lock else ''}"
    )
    return Statement.of(_recorded(hit) if recorded else hit)


@lru_cache(maxsize=1024)
def insert(
    table: Table, columns: tuple[ColumnElement[Any], ...], given: tuple[str, ...], *, recorded: bool
) -> Statement:
    names = ", ".join(("workspace_id", "id", *given))
    values = ", ".join(
        ("%(workspace)s::uuid", "%(id)s::uuid", *(placeholder(table.c[n], "c_") for n in given))
    )
    hit = f"INSERT INTO {table.name} ({names}) SELECT {values} WHERE {ENTER} RETURNING {_columns(columns)}"
    return Statement.of(_recorded(hit) if recorded else hit)


@lru_cache(maxsize=4096)
def update(
    table: Table,
    columns: tuple[ColumnElement[Any], ...],
    given: tuple[str, ...],
    where: Shape,
    *,
    versioned: bool,
    recorded: bool,
) -> Statement:
    """Return a changed row and its event; nothing when the row is not as `where` and the version say."""
    sets = [f"{name} = {placeholder(table.c[name], 'c_')}" for name in given]
    if "version" in table.c:
        sets.append(f"version = {table.name}.version + 1")
    if "updated_at" in table.c:
        sets.append("updated_at = now()")
    hit = (
        f"UPDATE {table.name} SET {', '.join(sets)} WHERE {_BY_ID.format(table=table.name)}"
        f"{_conditions(table, where)}"
        f"{' AND version = %(version)s::integer' if versioned else ''}"
        f" RETURNING {_columns(columns)}"
    )
    return Statement.of(_recorded(hit) if recorded else hit)


@lru_cache(maxsize=256)
def update_all(table: Table, given: tuple[str, ...]) -> Statement:
    """Rows by id, changed alike, with an event for each; in columns that are not sealed, which are each row's own."""
    sets = ", ".join(f"{name} = {placeholder(table.c[name], 'c_')}" for name in given)
    event = audit.insert("id", "FROM hit", "event_id")
    return Statement.of(
        f"WITH hit AS (UPDATE {table.name} SET {sets}, version = {table.name}.version + 1, updated_at = now()"
        " FROM unnest(%(ids)s::uuid[], %(event_ids)s::uuid[]) AS wanted (id, event_id)"
        f" WHERE {ENTER} AND {table.name}.{WITHIN} AND {table.name}.id = wanted.id"
        f" RETURNING {table.name}.id, wanted.event_id), event AS ({event}) SELECT id FROM hit"
    )


def _recorded(hit: str) -> str:
    event = audit.insert("%(id)s::uuid", "FROM hit")
    return f"WITH hit AS ({hit}), event AS ({event}) SELECT * FROM hit"


def rows(query: Select[Any], *, recorded: bool, if_found: bool = False) -> Statement:
    """Return the rows of a Core SELECT; one event for the whole list, or with `if_found` for one that has a row."""
    found = f"SELECT * FROM ({select_text(query)}) AS hit WHERE {ENTER}"
    if not recorded:
        return Statement.of(found)
    if if_found:
        event = audit.insert("%(about)s::uuid", "FROM hit LIMIT 1")
        return Statement.of(f"WITH hit AS ({found}), event AS ({event}) SELECT * FROM hit")
    event = audit.insert("%(about)s::uuid", f"WHERE {ENTER}")
    return Statement.of(f"WITH event AS ({event}) {found}")


def page(query: Select[Any], count: Select[Any]) -> Statement:
    """Return a page and the total of its list in one answer: the total comes last in every row, with or without one."""
    event = audit.insert("%(about)s::uuid", f"WHERE {ENTER}")
    return Statement.of(
        f"WITH event AS ({event})"
        f" SELECT hit.*, ({select_text(count)}) AS total"
        f" FROM (SELECT 1) AS one LEFT JOIN ({select_text(query)}) AS hit ON true WHERE {ENTER}"
    )


@lru_cache(maxsize=256)
def reorder(table: Table, column: str, where: Shape, *, recorded: bool) -> Statement:
    """Rows numbered by their place in a list of ids, from 0; only those that move are changed."""
    event = f", event AS ({audit.insert('%(about)s::uuid', f'WHERE {ENTER}')})" if recorded else ""
    return Statement.of(
        f"WITH hit AS (UPDATE {table.name} SET {column} = wanted.place - 1,"
        f" version = {table.name}.version + 1, updated_at = now()"
        " FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS wanted (id, place)"
        f" WHERE {ENTER} AND {table.name}.{WITHIN} AND {table.name}.id = wanted.id"
        f" AND {table.name}.{column} <> wanted.place - 1{_conditions(table, where)}"
        f" RETURNING {table.name}.id){event} SELECT * FROM hit"
    )
