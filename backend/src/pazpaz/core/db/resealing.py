"""Sealing stored health data anew under a newer data key, while the practice goes on.

It works in the workspace through the application's role, by `app.begin_resealing`, which no verb of the
handle uses. A row's ciphertexts are replaced only while they are what was read: a write in between wins, and the
next pass looks again. Nothing else of the row changes, neither version nor `updated_at`. Where it stopped
does not matter: a pass finds what is left.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import structlog
from sqlalchemy import Column, Table

from pazpaz.core.base.errors import Unavailable
from pazpaz.core.crypto.phi import Sealed, TamperedError, WorkspaceCipher
from pazpaz.core.db.engine import ContendedError, Engine, Record, Transaction
from pazpaz.core.db.entity import place_of
from pazpaz.core.db.statements import WITHIN, Statement
from pazpaz.core.db.tenancy import METADATA

BATCH_ROWS = 50  # a note may have 160 kB; its rows are locked for some milliseconds
TRIES = 5
_ENTER = "app.begin_resealing(%(workspace)s::uuid)"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one statement did: rows sealed anew, and rows that do not open, which stay as they are."""

    resealed: int
    damaged: int


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which keys are left for that of `number`: older ones that are not kept; or these only."""

    number: int
    kept: Collection[int] = ()
    only: Collection[int] = ()

    def values(self) -> dict[str, object]:
        """For a statement."""
        return {"number": _header(self.number), "kept": [*map(_header, self.only or self.kept)]}

    def are_left(self, sealed: bytes) -> bool:
        number = int.from_bytes(sealed[1:5], "big")
        return number in self.only if self.only else number < self.number and number not in self.kept


def _header(number: int) -> bytes:
    return number.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class _Work:
    """The two statements of one table."""

    table: str
    columns: tuple[tuple[str, bytes], ...]  # name and place
    find: Statement
    replace: Statement


async def reseal(
    engine: Engine,
    cipher: WorkspaceCipher,
    workspace_id: UUID,
    number: int,
    kept: Collection[int] = (),
    client_id: UUID | None = None,
) -> AsyncIterator[Batch]:
    """One pass over the workspace: whatever is sealed with an older key is sealed with that of `number`.

    Not what has a key of `kept`, which is to be erased with that. With `client_id`: only that client's record.
    """
    works = _works() if client_id is None else _works_of_client()
    async for batch in _pass(engine, cipher, workspace_id, _Keys(number, kept), works, client_id):
        yield batch


async def reseal_away(
    engine: Engine,
    cipher: WorkspaceCipher,
    workspace_id: UUID,
    number: int,
    own: Collection[int],
    client_id: UUID,
) -> AsyncIterator[Batch]:
    """One pass: what a client's own keys sealed and is not of their record any more is sealed with that of `number`."""
    async for batch in _pass(
        engine, cipher, workspace_id, _Keys(number, only=own), _works_of_others(), client_id
    ):
        yield batch


async def is_away(engine: Engine, workspace_id: UUID, own: Collection[int], client_id: UUID) -> bool:
    """Whether a client's own keys seal anything that is not of their record any more."""
    values = {"workspace": workspace_id, "client": client_id, "after": UUID(int=0)}
    for work in _works_of_others():
        if await _tried(engine, work.find, values | _Keys(0, only=own).values(), writes=False):
            return True
    return False


async def _pass(
    engine: Engine,
    cipher: WorkspaceCipher,
    workspace_id: UUID,
    keys: "_Keys",
    works: "tuple[_Work, ...]",
    client_id: UUID | None,
) -> AsyncIterator[Batch]:
    fixed = {"workspace": workspace_id, "client": client_id, **keys.values()}
    for work in works:
        after: UUID | None = UUID(int=0)
        while after is not None:
            values: dict[str, object] = {**fixed, "after": after}
            rows = await _tried(engine, work.find, values, writes=False)
            after = rows[-1]["id"] if len(rows) == BATCH_ROWS else None
            if rows:
                yield await _replace(engine, work, cipher, values, keys, rows)


async def _replace(
    engine: Engine,
    work: _Work,
    cipher: WorkspaceCipher,
    values: dict[str, object],
    keys: "_Keys",
    rows: list[Record],
) -> Batch:
    new = {row["id"]: _resealed(work, cipher, row, keys) for row in rows}
    whole = [row for row in rows if new[row["id"]] is not None]
    arrays: dict[str, object] = {"ids": [row["id"] for row in whole]}
    for index, (name, _) in enumerate(work.columns):
        arrays[f"old_{name}"] = [row[name] for row in whole]
        arrays[f"new_{name}"] = [(new[row["id"]] or [])[index] for row in whole]
    done = await _tried(engine, work.replace, {**values, **arrays}, writes=True) if whole else []
    return Batch(len(done), len(rows) - len(whole))


def _resealed(work: _Work, cipher: WorkspaceCipher, row: Record, keys: "_Keys") -> list[bytes | None] | None:
    """Return the row's values under the new key; None, and a line in the log, when one of them does not open."""
    new = list[bytes | None]()
    try:
        for name, place in work.columns:
            old: bytes | None = row[name]
            is_meant = old is not None and keys.are_left(old)
            new.append(cipher.resealed(old, place, row["id"], keys.number) if old and is_meant else old)
    except (TamperedError, UnicodeDecodeError):
        log.error("a row does not open and keeps its key", table=work.table, row=str(row["id"]))  # noqa: TRY400
        return None
    return new


async def _tried(
    engine: Engine, statement: Statement, values: dict[str, object], *, writes: bool
) -> list[Record]:
    """One statement that commits by itself, tried again when somebody was in the way."""
    for attempt in range(1, TRIES + 1):
        try:
            transaction = Transaction(engine, transactional=False)
            return await transaction.fetch(statement.sql, statement.arguments(values), writes=writes)
        except (ContendedError, Unavailable):
            if attempt == TRIES:
                raise
            await asyncio.sleep(0.1 * 2**attempt)
    raise AssertionError


def sealed_columns(table: Table) -> tuple[Column[bytes], ...]:
    """Return the columns of a table that hold health data."""
    return tuple(column for column in table.columns if isinstance(column.type, Sealed))


@lru_cache(maxsize=1)
def _works() -> tuple[_Work, ...]:
    return tuple(_work(table) for table in METADATA.sorted_tables if sealed_columns(table))


_CLIENT = "%(client)s::uuid"
_OF_SESSION = f"session_id IN (SELECT id FROM sessions WHERE {WITHIN} AND client_id = {_CLIENT})"
# Which rows are of one client, where no column says so itself.
_WHOSE = {
    "clients": f"(id = {_CLIENT} OR merged_into = {_CLIENT})",
    "moves": f"(from_client_id = {_CLIENT} OR to_client_id = {_CLIENT})",
    "session_revisions": _OF_SESSION,
    "attachments": _OF_SESSION,
    "reminder_logs": f"appointment_id IN (SELECT id FROM appointments WHERE {WITHIN} AND client_id = {_CLIENT})",
}


@lru_cache(maxsize=1)
def _whose() -> dict[str, tuple[Table, str]]:
    """Return by the name of a table which of its rows are of a client."""
    tables = [table for table in METADATA.sorted_tables if sealed_columns(table)]
    whose = {table.name: f"client_id = {_CLIENT}" for table in tables if "client_id" in table.c} | _WHOSE
    return {table.name: (table, whose[table.name]) for table in tables if table.name in whose}


@lru_cache(maxsize=1)
def _works_of_client() -> tuple[_Work, ...]:
    return tuple(_work(table, whose) for table, whose in _whose().values())


@lru_cache(maxsize=1)
def _works_of_others() -> tuple[_Work, ...]:
    return tuple(_work(table, f"({whose}) IS NOT TRUE", _KEPT) for table, whose in _whose().values())


_KEPT = "substring({name} FROM 2 FOR 4) = ANY (%(kept)s::bytea[])"
_OLDER = f"(substring({{name}} FROM 2 FOR 4) < %(number)s::bytea AND NOT {_KEPT})"


def _work(table: Table, whose: str = "true", left: str = _OLDER) -> _Work:
    columns = [column.name for column in sealed_columns(table)]
    older = " OR ".join(left.format(name=name) for name in columns)
    find = (
        f"SELECT id, {', '.join(columns)} FROM {table.name} WHERE {_ENTER} AND {WITHIN}"
        f" AND id > %(after)s::uuid AND {whose} AND ({older}) ORDER BY id LIMIT {BATCH_ROWS}"
    )
    arrays = ", ".join(
        ["%(ids)s::uuid[]", *(f"%({when}_{name})s::bytea[]" for name in columns for when in ("old", "new"))]
    )
    names = ", ".join(["id", *(f"{when}_{name}" for name in columns for when in ("old", "new"))])
    same = " AND ".join(f"t.{name} IS NOT DISTINCT FROM n.old_{name}" for name in columns)
    sets = ", ".join(f"{name} = n.new_{name}" for name in columns)
    replace = (
        f"UPDATE {table.name} AS t SET {sets} FROM unnest({arrays}) AS n ({names})"
        f" WHERE {_ENTER} AND t.{WITHIN} AND t.id = n.id AND {same} RETURNING t.id"
    )
    places = tuple((column.name, place_of(column)) for column in sealed_columns(table))
    return _Work(table.name, places, Statement.of(find), Statement.of(replace))
