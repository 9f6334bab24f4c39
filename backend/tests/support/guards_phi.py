"""Canaries: words that occur nowhere else, one for each sealed column, every form they hide in, and where to look."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI

import pazpaz.features  # registers every table
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.tenancy import METADATA
from pazpaz.core.process.resources import Resources
from tests.support.guards_stock import ALL, stock
from tests.support.practice import Practice

_SOURCES = Path(pazpaz.features.__file__).parent
SEALED = tuple(
    f"{table.name}.{column.name}"
    for table in METADATA.tables.values()
    for column in table.columns
    if isinstance(column.type, Sealed)
)
# Derived from what another column holds, so that no canary fits in: which, and how.
DERIVED = {
    "reminder_logs.recipient": "clients.email, masked",
    "factors.secret": "random; no word of anybody's",
    "devices.secret": "likewise",
    "idempotency_keys.answer": "the client that was created with a key",
    "clients.date_of_birth": "a date, BORN",
}
_HEBREW = str.maketrans("0123456789abcdef", "אבגדהוזחטיכלמנסע")


def canary() -> str:
    """An ASCII and a Hebrew word of 16 random letters each."""
    letters = new_id().hex[16:]
    return f"kanarit-{letters} קנרית־{letters.translate(_HEBREW)}"


class Songs:
    """A canary for each sealed column, told from the others by its ending; which ones were taken is remembered.

    All begin with the same two words: whoever finds `song` has found one of them.
    """

    def __init__(self) -> None:
        self.song = canary()
        self.taken: set[str] = set()

    def __call__(self, column: str) -> str:
        """The column's canary."""
        self.taken.add(column)
        return self.of(column)

    def of(self, column: str) -> str:
        """The same, to look for it."""
        return " ".join(f"{word}-{SEALED.index(column):02d}" for word in self.song.split())


async def sing(app: FastAPI, practice: Practice, songs: Songs) -> dict[str, str]:
    """Have every sealed column written, the way people and devices do, and what is mailed of them mailed."""
    return await stock(app, practice, f"plain{new_id().hex}", ALL, songs)


def wanted(column: str) -> str:
    """What to write for a sealed column that nothing is written into."""
    table, _, name = column.partition(".")
    return (
        f"backend/tests/{slice_of(table)}/cases.py: the Step that makes a row of {table} sends "
        f'{name}=shelf.says("{column}"); or backend/tests/support/guards_phi.py: DERIVED["{column}"] says why not'
    )


def slice_of(table: str) -> str:
    """The slice that declares the table."""
    declared = re.compile(rf'\bTable\(\s*"{table}"|scoped_table\(\s*"{table}"')
    for path in sorted(_SOURCES.rglob("*.py")):
        if declared.search(path.read_text(encoding="utf-8")):
            return path.relative_to(_SOURCES).parts[0]
    return "<slice>"


def forms(text: str) -> dict[str, bytes]:
    """What each word of the text looks like in plain, UTF-16, hex, base64 and escaped JSON."""
    found: dict[str, bytes] = {}
    for word in text.split():
        found[f"{word} in escaped JSON"] = json.dumps(word)[1:-1].encode()
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            plain = word.encode(encoding)
            found[f"{word} in {encoding}"] = plain
            found[f"{word} in hex of {encoding}"] = plain.hex().encode()
            for shift in range(3):
                # The first and last characters depend on what stands around the word.
                coded = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]
                found[f"{word} in base64 of {encoding} at {shift}"] = coded
    return found


def traces(haystacks: Mapping[str, bytes], canaries: Iterable[str]) -> list[str]:
    """Where a canary shows, and how."""
    wanted = {name: form for text in canaries for name, form in forms(text).items()}
    lower = {place: hay.lower() for place, hay in haystacks.items()}
    return [
        f"{place} holds {name}"
        for place, hay in haystacks.items()
        for name, form in wanted.items()
        if form in hay or (" hex " in name and form in lower[place])
    ]


async def dumped(connection: "asyncpg.Connection[Any]") -> dict[str, bytes]:
    """Every column of every table, as bytes."""
    found: dict[str, bytearray] = {}
    tables = await connection.fetch(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind IN ('r', 'p', 'm')"
        " AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"
    )
    for (table,) in tables:
        for row in await connection.fetch(f"SELECT * FROM {table}"):
            for column, value in row.items():
                raw = value if isinstance(value, bytes) else str(value).encode()
                found.setdefault(f"{table}.{column}", bytearray()).extend(raw + b"\0")
    return {place: bytes(held) for place, held in found.items()}


async def unsealed(connection: "asyncpg.Connection[Any]", workspace_id: UUID) -> list[str]:
    """Sealed columns in which the workspace has no value: a search of them would prove nothing."""
    return [
        wanted(f"{table}.{name}")
        for table, _, name in (column.partition(".") for column in SEALED)
        if not await connection.fetchval(
            f"SELECT count({name}) FROM {table} WHERE workspace_id = $1", workspace_id
        )
    ]


async def queued(resources: Resources) -> dict[str, bytes]:
    """Every key of Valkey with its value, as it would be dumped."""
    redis, found = resources.queue.redis, {}
    async for key in redis.scan_iter():
        is_text = await redis.type(key) == b"string"
        value = await (redis.get(key) if is_text else redis.dump(key))
        found[f"Valkey's {key!r}"] = key + b"\0" + (value or b"")
    return found
