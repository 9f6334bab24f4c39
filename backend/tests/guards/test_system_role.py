"""What the system role may follows from its registered statements, is written down, and is nothing sealed."""

from pathlib import Path
from typing import Any

import asyncpg

from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.statements import Statement
from pazpaz.core.db.tenancy import METADATA
from tests.support.guards_system import excess, needed, needs_of, shown

PAGE = Path(__file__).parents[3] / "docs" / "decisions" / "0010-system-role.md"


async def test_what_is_granted_is_what_is_needed(superuser: "asyncpg.Connection[Any]") -> None:
    """No column is granted that no registered statement reads or writes, and none is missing."""
    assert await excess(superuser) == []


async def test_the_page_says_it(superuser: "asyncpg.Connection[Any]") -> None:
    """The decision's table is this one."""
    need = await needed(superuser)
    table = [f"| {table} | {shown(need, table)} |" for table in sorted({of for of, _, _ in need})]
    written = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    assert written[1:] == table, "\n".join(["docs/decisions/0010: write", *table])


async def test_nothing_sealed_is_read(superuser: "asyncpg.Connection[Any]") -> None:
    """No registered statement sees a ciphertext, or writes one."""
    need = await needed(superuser)  # which imports every table
    sealed = {
        (table.name, privilege, column.name)
        for table in METADATA.tables.values()
        for column in table.columns
        for privilege in ("SELECT", "INSERT", "UPDATE")
        if isinstance(column.type, Sealed)
    }
    assert ("sessions", "SELECT", "subjective") in sealed
    assert sealed & need == set()


async def test_a_statement_is_understood(superuser: "asyncpg.Connection[Any]") -> None:
    """What each reads and writes is found, also below the surface, and a note's text among it."""
    sql = """
        WITH gone AS (DELETE FROM session_revisions WHERE created_at < now() RETURNING id)
        UPDATE users SET email = '' WHERE id IN (SELECT client_id FROM sessions WHERE subjective IS NOT NULL)
    """
    assert await needs_of(superuser, [Statement(sql, ())]) == {
        ("session_revisions", "DELETE", ""),
        ("session_revisions", "SELECT", "created_at"),
        ("session_revisions", "SELECT", "id"),
        ("sessions", "SELECT", "client_id"),
        ("sessions", "SELECT", "subjective"),
        ("users", "SELECT", "id"),
        ("users", "UPDATE", "email"),
    }
