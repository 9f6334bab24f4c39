"""A practice as heavy as the API lets one become where lists and histories are concerned, written past the API."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Table

from pazpaz.appointments.models import appointments
from pazpaz.clients.models import clients
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import Sealed, WorkspaceCipher
from pazpaz.core.db.entity import place_of
from pazpaz.core.process.resources import Resources
from pazpaz.sessions.models import SOAP, sessions
from tests.support.practice import Practice

CLIENTS = 2_500
APPOINTMENTS = 1_000  # of one client, each with notes of the greatest length
LONGEST = "כאב בכתף, " * 2_000  # 20,000 characters, 36,000 bytes
NOTES = 120
_FIRST = datetime(2020, 1, 1, 8, 0, tzinfo=UTC)


async def fill(
    connection: "asyncpg.Connection[asyncpg.Record]",
    resources: Resources,
    practice: Practice,
    client_id: UUID,
) -> None:
    """Thousands of clients, and for one of them a long history with the longest notes."""
    cipher = await resources.keys.open(practice.workspace_id)
    booked = [
        {
            "id": new_id(),
            "client_id": client_id,
            "therapist_id": practice.user_id,
            "scheduled_start": _FIRST + timedelta(hours=number),
            "scheduled_end": _FIRST + timedelta(hours=number, minutes=50),
            "status": "completed",
            "notes": LONGEST,
        }
        for number in range(APPOINTMENTS)
    ]
    notes = [
        {
            "id": new_id(),
            "appointment_id": item["id"],
            "client_id": client_id,
            "session_date": item["scheduled_start"],
            **dict.fromkeys(SOAP, LONGEST),
        }
        for item in booked[:NOTES]
    ]
    await fill_clients(connection, cipher, practice.workspace_id)
    for table, rows in ((appointments, booked), (sessions, notes)):
        await _copy(connection, table, cipher, practice.workspace_id, rows)
    await connection.execute("ANALYZE clients, appointments, sessions")


async def fill_clients(
    connection: "asyncpg.Connection[asyncpg.Record]", cipher: WorkspaceCipher, workspace_id: UUID
) -> None:
    """CLIENTS more clients, whom only their numbers tell apart."""
    people = [
        {"id": new_id(), "first_name": f"רות {number}", "last_name": "לוי", "phone": f"052-555-{number:04}"}
        for number in range(CLIENTS)
    ]
    await _copy(connection, clients, cipher, workspace_id, people)


async def _copy(
    connection: "asyncpg.Connection[asyncpg.Record]",
    table: Table,
    cipher: WorkspaceCipher,
    workspace_id: UUID,
    rows: Sequence[dict[str, Any]],
) -> None:
    columns = tuple(rows[0])
    records = [
        (workspace_id, *(_stored(table, cipher, name, row[name], row["id"]) for name in columns))
        for row in rows
    ]
    await connection.copy_records_to_table(table.name, columns=("workspace_id", *columns), records=records)


def _stored(table: Table, cipher: WorkspaceCipher, name: str, value: Any, row_id: UUID) -> object:
    column = table.c[name]
    if isinstance(column.type, Sealed):
        return cipher.seal(value, column.type.kind, place_of(column), row_id)
    return value
