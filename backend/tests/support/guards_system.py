"""What the system role needs: every column that PostgreSQL says its registered statements read or write."""

import importlib
import pkgutil
import re
from collections.abc import Iterable
from typing import Any, TypeAlias

import asyncpg

import pazpaz
from pazpaz.accounts import closing
from pazpaz.core.db.statements import SYSTEM_STATEMENTS, Statement

Connection: TypeAlias = "asyncpg.Connection[Any]"
Needs: TypeAlias = "frozenset[tuple[str, str, str]]"  # table, privilege, column; DELETE has no column
# What functions and triggers read and write as whoever ran the statement.
BY_FUNCTIONS = {
    ("users", "UPDATE", "has_second_factor"),  # app.count_factors
    ("factor_holders", "UPDATE", "recovery_set_id"),  # app.reset_factors
}
_READ = re.compile(
    r"\{RTEPERMISSIONINFO :relid (\d+) :inh \w+ :requiredPerms (\d+) :checkAsUser \d+"
    r" :selectedCols \(b([ \d]*)\) :insertedCols \(b([ \d]*)\) :updatedCols \(b([ \d]*)\)\}"
)
_BITS = {"SELECT": 2, "INSERT": 1, "UPDATE": 4}  # of requiredPerms (parsenodes.h)
_DELETE = 8
_SYSTEM_COLUMNS = 7  # columns are counted from the lowest of PostgreSQL's own
_COLUMNS = """
    SELECT c.oid, c.relname::text AS table, a.attnum, a.attname::text AS column
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
_GRANTED = f"""
    SELECT every.table, p.privilege, every.column FROM ({_COLUMNS}) AS every, unnest($1::text[]) AS p (privilege)
    WHERE has_column_privilege('pazpaz_system', every.oid, every.attnum, p.privilege)
    UNION SELECT relname::text, 'DELETE', '' FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND has_table_privilege('pazpaz_system', oid, 'DELETE')
"""
_held: list[Needs] = []


def registered() -> tuple[Statement, ...]:
    """Every statement of the system role, once all of PazPaz is imported."""
    for module in pkgutil.walk_packages(pazpaz.__path__, "pazpaz."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    closing.emptying()
    return tuple(SYSTEM_STATEMENTS)


async def needs_of(connection: Connection, statements: Iterable[Statement]) -> Needs:
    """What PostgreSQL would check before it ran these: its parser says that of each."""
    columns: dict[tuple[int, int], tuple[str, str]] = {
        (row["oid"], row["attnum"]): (row["table"], row["column"]) for row in await connection.fetch(_COLUMNS)
    }
    tables = {oid: table for (oid, _), (table, _) in columns.items()}
    said: list[str] = []

    def hear(_: object, message: Any) -> None:
        said.append(message.detail or "")

    connection.add_log_listener(hear)
    await connection.execute(
        "SET client_min_messages = log; SET debug_print_parse = on; SET debug_pretty_print = off"
    )
    for statement in statements:
        await connection.prepare(statement.sql)
    await connection.execute("RESET client_min_messages; RESET debug_print_parse; RESET debug_pretty_print")
    connection.remove_log_listener(hear)
    found: set[tuple[str, str, str]] = set()
    for oid, required, *kinds in _READ.findall(" ".join(" ".join(said).split())):
        if int(oid) not in tables:
            continue
        for (privilege, bit), numbers in zip(_BITS.items(), kinds, strict=True):
            if int(required) & bit:
                found |= {
                    (table, privilege, column)
                    for number in map(int, numbers.split())
                    for (of, at), (table, column) in columns.items()
                    if of == int(oid) and (at == number - _SYSTEM_COLUMNS or number == _SYSTEM_COLUMNS)
                }
        if int(required) & _DELETE:
            found.add((tables[int(oid)], "DELETE", ""))
    return frozenset(found)


async def needed(connection: Connection) -> Needs:
    """What the registered statements and the functions behind them need; asked once."""
    if not _held:
        _held.append(await needs_of(connection, registered()) | BY_FUNCTIONS)
    return _held[0]


async def granted(connection: Connection) -> Needs:
    """What the system role may."""
    rows = await connection.fetch(_GRANTED, list(_BITS))
    return frozenset((row["table"], row["privilege"], row["column"]) for row in rows)


def shown(needs: Needs, table: str) -> str:
    """As a GRANT says it."""
    words = []
    for privilege in (*_BITS, "DELETE"):
        columns = sorted(column for of, kind, column in needs if (of, kind) == (table, privilege))
        if columns:
            words.append(f"{privilege} ({', '.join(columns)})" if columns != [""] else privilege)
    return ", ".join(words) or "nothing"


async def excess(connection: Connection) -> list[str]:
    """The system role may what its registered statements need, column by column, and no more."""
    need, may = await needed(connection), await granted(connection)
    return [
        f"{table}: pazpaz_system may {shown(may, table)};"
        f" migrations/versions: GRANT {shown(need, table)} ON {table} TO pazpaz_system"
        for table in sorted({of for of, _, _ in need | may})
        if shown(need, table) != shown(may, table)
    ]
