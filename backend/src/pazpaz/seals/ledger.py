"""What sealing and verification ask of PostgreSQL, as the system role."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from pazpaz.core.config import Settings
from pazpaz.core.engine import CONNECT_SECONDS
from pazpaz.seals.lines import COLUMNS
from pazpaz.seals.models import audit_seals
from pazpaz.seals.seal import BEGINNING, Place, Seal

Connection = Any
LOCK = 0x5EA1_0F_A0D17  # of those who seal
_SEAL_NAMES = tuple(column.name for column in audit_seals.c)
_SEAL_COLUMNS = ", ".join(_SEAL_NAMES)
_BEHIND = "(position, workspace_id, id) > ($1::bigint, $2::uuid, $3::uuid) AND position >= $1::bigint"
_LINES = f"""
    SELECT {", ".join(COLUMNS)} FROM audit_events
    WHERE {_BEHIND}
      AND (position, workspace_id, id) <= ($4::bigint, $5::uuid, $6::uuid) AND position <= $4::bigint
    ORDER BY position, workspace_id, id LIMIT $7::bigint
"""
_END = """
    SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS position, statement_timestamp() AS at
    FROM audit_events_position
"""
_NEXT = f"""
    SELECT {_SEAL_COLUMNS} FROM (
        SELECT *, sum(event_count) OVER (ORDER BY number) - event_count AS before
        FROM audit_seals WHERE number > $1::bigint AND number <= $1::bigint + $2::bigint
    ) AS seal WHERE before = 0 OR before + event_count <= $3::bigint ORDER BY number
"""
_POLL_SECONDS = 0.02


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connection]:
    """A connection of its own: statements here may take longer than a request's, and times are in UTC."""
    connection = await asyncpg.connect(
        settings.database_system_url.get_secret_value(),
        timeout=CONNECT_SECONDS,
        server_settings={
            "application_name": "pazpaz-seals",
            "timezone": "UTC",
            "datestyle": "ISO",
            "idle_in_transaction_session_timeout": "60000",
        },
    )
    try:
        yield connection
    finally:
        await connection.close()


async def end_of_events(connection: Connection) -> tuple[int, datetime]:
    """The last position that was given out, and a moment before it was read."""
    row = await connection.fetchrow(_END)
    return row["position"], row["at"]


async def settled(connection: Connection, seconds: float) -> bool:
    """Wait until every transaction that has an id by now has ended; False when one still runs.

    A transaction takes its id before its event takes a position: no event up to a position read before this
    can appear after it.
    """
    # An id of its own is above theirs; a snapshot's xmax is not, it leaves out what runs above the last that ended.
    newest = await connection.fetchval("SELECT pg_current_xact_id()::text")
    ends = asyncio.get_running_loop().time() + seconds
    while not await connection.fetchval(
        "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8", newest
    ):
        if asyncio.get_running_loop().time() > ends:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True


async def events(
    connection: Connection, after: Place, through: Place, most: int | None = None
) -> list[bytes]:
    """The events between two places as PostgreSQL's COPY writes them, the ends of lines left out."""
    chunks: list[bytes] = []

    async def take(chunk: bytes) -> None:
        chunks.append(chunk)

    ends = (*_triple(after), *_triple(through))
    await connection.copy_from_query(_LINES, *ends, most, output=take)
    return b"".join(chunks).splitlines()


def _triple(place: Place) -> tuple[object, ...]:
    return place.position, place.workspace_id, place.event_id


async def hold(connection: Connection, *, wait: bool) -> bool:
    """Keep other sealers away until the commit; without `wait`, False when one is at work."""
    if wait:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        return True
    return bool(await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK))


async def last_seal(connection: Connection) -> Seal | None:
    """The newest seal."""
    row = await connection.fetchrow(f"SELECT {_SEAL_COLUMNS} FROM audit_seals ORDER BY number DESC LIMIT 1")
    return Seal.of(row) if row else None


async def seal_at(connection: Connection, number: int) -> Seal | None:
    """The seal of this number."""
    row = await connection.fetchrow(f"SELECT {_SEAL_COLUMNS} FROM audit_seals WHERE number = $1", number)
    return Seal.of(row) if row else None


async def seals_after(connection: Connection, number: int, *, most: int, events: int) -> list[Seal]:
    """The next seals in their order: at least one, else at most so many, of at most so many events together."""
    return [Seal.of(row) for row in await connection.fetch(_NEXT, number, most, events)]


async def write(connection: Connection, seal: Seal) -> None:
    """Keep a new seal; another one of its number is refused by the primary key."""
    values: dict[str, object] = {
        "through_position": seal.through.position,
        "through_workspace_id": seal.through.workspace_id,
        "through_id": seal.through.event_id,
    }
    given = [values[name] if name in values else getattr(seal, name) for name in _SEAL_NAMES]
    places = ", ".join(f"${number + 1}" for number in range(len(given)))
    await connection.execute(f"INSERT INTO audit_seals ({_SEAL_COLUMNS}) VALUES ({places})", *given)


async def unsealed(connection: Connection, last: Seal | None) -> tuple[int, timedelta]:
    """How many events wait for a seal, and the age of the oldest."""
    after = last.through if last else BEGINNING
    row = await connection.fetchrow(
        f"SELECT count(*) AS count, coalesce(now() - min(at), '0') AS age FROM audit_events WHERE {_BEHIND}",
        *_triple(after),
    )
    return row["count"], row["age"]
