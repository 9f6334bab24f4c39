"""Canaries: words that occur nowhere else, every form they could hide in, and where to look for them."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import asyncpg

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.tenancy import METADATA
from pazpaz.core.process.resources import Resources

_HEBREW = str.maketrans("0123456789abcdef", "אבגדהוזחטיכלמנסע")


def canary() -> str:
    """An ASCII and a Hebrew word of 16 random letters each."""
    letters = new_id().hex[16:]
    return f"kanarit-{letters} קנרית־{letters.translate(_HEBREW)}"


def chorus() -> str:
    """What the canaries of one run begin with: whoever finds it has found one of them."""
    letters = new_id().hex[16:]
    return f"kanarit-{letters} קנרית־{letters.translate(_HEBREW)}"


def canary_of(song: str, number: int) -> str:
    """One of many canaries of a run, told from the others by its ending."""
    return " ".join(f"{word}-{number:02d}" for word in song.split())


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
    found: dict[str, bytes] = {}
    tables = await connection.fetch(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind IN ('r', 'p', 'm')"
        " AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"
    )
    for (table,) in tables:
        for row in await connection.fetch(f"SELECT * FROM {table}"):
            for column, value in row.items():
                raw = value if isinstance(value, bytes) else str(value).encode()
                found[f"{table}.{column}"] = found.get(f"{table}.{column}", b"") + raw + b"\0"
    return found


async def unsealed(connection: "asyncpg.Connection[Any]", workspace_id: UUID) -> list[str]:
    """Sealed columns in which the workspace has no value: a search of them would prove nothing."""
    return [
        f"{table.name}.{column.name} holds no canary"
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, Sealed)
        and table.name != "factors"  # its secret is random, and no word of anybody's
        and not await connection.fetchval(
            f"SELECT count({column.name}) FROM {table.name} WHERE workspace_id = $1", workspace_id
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
