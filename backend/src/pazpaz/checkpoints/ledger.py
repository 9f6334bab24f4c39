"""What making checkpoints and verifying them ask of PostgreSQL, as the system role."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from pazpaz.checkpoints.checkpoint import BEGINNING, Checkpoint, LogPosition
from pazpaz.checkpoints.lines import COLUMNS
from pazpaz.checkpoints.models import audit_checkpoints
from pazpaz.core.base.config import Settings
from pazpaz.core.db.engine import CONNECT_SECONDS
from pazpaz.core.db.statements import SystemStatement

Connection = Any
LOCK = 0x5EA1_0F_A0D17  # of those who make checkpoints
_CHECKPOINT_NAMES = tuple(column.name for column in audit_checkpoints.c)
_CHECKPOINT_COLUMNS = ", ".join(_CHECKPOINT_NAMES)
_CHECKPOINT_PLACES = ", ".join(f"${number}" for number in range(1, len(_CHECKPOINT_NAMES) + 1))
_BEHIND = "(position, workspace_id, id) > ($1::bigint, $2::uuid, $3::uuid) AND position >= $1::bigint"
_LINES = SystemStatement.of(f"""
    SELECT {", ".join(COLUMNS)} FROM audit_events
    WHERE {_BEHIND}
      AND (position, workspace_id, id) <= ($4::bigint, $5::uuid, $6::uuid) AND position <= $4::bigint
    ORDER BY position, workspace_id, id LIMIT $7::bigint
""")
_END = SystemStatement.of("""
    SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS position, statement_timestamp() AS at
    FROM audit_events_position
""")
_NEXT = SystemStatement.of(f"""
    SELECT {_CHECKPOINT_COLUMNS} FROM (
        SELECT *, sum(event_count) OVER (ORDER BY number) - event_count AS before
        FROM audit_checkpoints WHERE number > $1::bigint AND number <= $1::bigint + $2::bigint
    ) AS checkpoint WHERE before = 0 OR before + event_count <= $3::bigint ORDER BY number
""")
_LAST = SystemStatement.of(
    f"SELECT {_CHECKPOINT_COLUMNS} FROM audit_checkpoints ORDER BY number DESC LIMIT 1"
)
_AT = SystemStatement.of(f"SELECT {_CHECKPOINT_COLUMNS} FROM audit_checkpoints WHERE number = $1")
_WRITE = SystemStatement.of(
    f"INSERT INTO audit_checkpoints ({_CHECKPOINT_COLUMNS}) VALUES ({_CHECKPOINT_PLACES})"
)
_UNCOVERED = SystemStatement.of(
    f"SELECT count(*) AS count, coalesce(now() - min(at), '0') AS age FROM audit_events WHERE {_BEHIND}"
)
_POLL_SECONDS = 0.02


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connection]:
    """Yield a connection of its own: statements here may take longer than a request's, and times are in UTC."""
    connection = await asyncpg.connect(
        settings.database_system_url.get_secret_value(),
        timeout=CONNECT_SECONDS,
        server_settings={
            "application_name": "pazpaz-checkpoints",
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
    """Return the last position that was given out, and a moment before it was read."""
    row = await connection.fetchrow(_END.sql)
    return row["position"], row["at"]


async def earlier_ended(connection: Connection, seconds: float) -> bool:
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
    connection: Connection, after: LogPosition, through: LogPosition, most: int | None = None
) -> list[bytes]:
    """Return the events between two places as PostgreSQL's COPY writes them, the ends of lines left out."""
    chunks: list[bytes] = []

    async def take(chunk: bytes) -> None:
        chunks.append(chunk)

    ends = (*_triple(after), *_triple(through))
    await connection.copy_from_query(_LINES.sql, *ends, most, output=take)
    return b"".join(chunks).splitlines()


def _triple(place: LogPosition) -> tuple[object, ...]:
    return place.position, place.workspace_id, place.event_id


async def advisory_lock(connection: Connection, *, wait: bool) -> bool:
    """Keep other passes away until the commit; without `wait`, False when one is at work."""
    if wait:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        return True
    return bool(await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK))


async def last_checkpoint(connection: Connection) -> Checkpoint | None:
    row = await connection.fetchrow(_LAST.sql)
    return Checkpoint.of(row) if row else None


async def checkpoint_at(connection: Connection, number: int) -> Checkpoint | None:
    row = await connection.fetchrow(_AT.sql, number)
    return Checkpoint.of(row) if row else None


async def checkpoints_after(
    connection: Connection, number: int, *, most: int, events: int
) -> list[Checkpoint]:
    """Return the next checkpoints in order: at least one, else at most so many, of at most so many events together."""
    return [Checkpoint.of(row) for row in await connection.fetch(_NEXT.sql, number, most, events)]


async def write(connection: Connection, checkpoint: Checkpoint) -> None:
    """Keep a new checkpoint; another one of its number is refused by the primary key."""
    values: dict[str, object] = {
        "through_position": checkpoint.through.position,
        "through_workspace_id": checkpoint.through.workspace_id,
        "through_id": checkpoint.through.event_id,
    }
    given = [values[name] if name in values else getattr(checkpoint, name) for name in _CHECKPOINT_NAMES]
    await connection.execute(_WRITE.sql, *given)


async def uncovered(connection: Connection, last: Checkpoint | None) -> tuple[int, timedelta]:
    """How many events wait for a checkpoint, and the age of the oldest."""
    after = last.through if last else BEGINNING
    row = await connection.fetchrow(_UNCOVERED.sql, *_triple(after))
    return row["count"], row["age"]
