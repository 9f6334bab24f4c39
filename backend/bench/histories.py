"""Clients with long histories, written with COPY: appointments, finalized notes, amendments, plans, milestones."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import WorkspaceCipher

_FIRST = datetime(2010, 1, 3, 8, 0, tzinfo=UTC)
# Of a hundred events; a note is two of them.
_VISITS, _AMENDMENTS, _PLANS, _REVISIONS, _STEPS = 29, 3, 1, 5, 4
_SOAP = ("subjective", "objective", "assessment", "plan")


@dataclass(frozen=True)
class History:
    """Writes the rows of one client's history."""

    workspace_id: UUID
    user_id: UUID
    cipher: WorkspaceCipher
    texts: list[str]
    chance: random.Random

    async def write(self, connection: Any, client_id: UUID, hundreds: int) -> None:
        """So many hundreds of events, an hour between visits."""
        visits = [(new_id(), _FIRST + timedelta(hours=at)) for at in range(hundreds * _VISITS)]
        plans = [(new_id(), _FIRST + timedelta(days=at)) for at in range(hundreds * _PLANS)]
        plan_of = [plans[at % len(plans)] for at in range(hundreds * max(_REVISIONS, _STEPS))]
        await self._copy(connection, "clients", self._clients(client_id))
        await self._copy(connection, "appointments", self._appointments(client_id, visits))
        await self._copy(connection, "sessions", self._notes(client_id, visits))
        amended = visits[: hundreds * _AMENDMENTS]
        await self._copy(connection, "session_amendments", self._amendments(client_id, amended))
        await self._copy(connection, "plans", self._plans(client_id, plans))
        revised, stepped = plan_of[: hundreds * _REVISIONS], plan_of[: hundreds * _STEPS]
        await self._copy(connection, "plan_revisions", self._revisions(client_id, revised))
        await self._copy(connection, "milestones", self._steps(client_id, stepped))

    async def _copy(self, connection: Any, table: str, rows: Iterator[dict[str, object]]) -> None:
        found = [{"workspace_id": self.workspace_id, **row} for row in rows]
        records = [tuple(row.values()) for row in found]
        await connection.copy_records_to_table(table, columns=list(found[0]), records=records)

    def _seal(self, table: str, column: str, row: UUID) -> bytes:
        text = self.chance.choice(self.texts)
        return self.cipher.seal(text, "text", f"{table}.{column}".encode(), row)

    def _clients(self, client_id: UUID) -> Iterator[dict[str, object]]:
        names = ("first_name", "last_name")
        yield {"id": client_id} | {name: self._seal("clients", name, client_id) for name in names}

    def _appointments(
        self, client_id: UUID, visits: list[tuple[UUID, datetime]]
    ) -> Iterator[dict[str, object]]:
        for row, start in visits:
            yield {
                "id": row, "client_id": client_id, "therapist_id": self.user_id, "scheduled_start": start,
                "scheduled_end": start + timedelta(minutes=50), "status": "completed",
                "service_name": "טיפול · Session",
            }  # fmt: skip

    def _notes(self, client_id: UUID, visits: list[tuple[UUID, datetime]]) -> Iterator[dict[str, object]]:
        for row, start in visits:
            yield {
                "id": row, "appointment_id": row, "client_id": client_id, "session_date": start,
                "status": "finalized", "finalized_at": start + timedelta(minutes=55),
                "finalized_by": self.user_id,
            } | {name: self._seal("sessions", name, row) for name in _SOAP}  # fmt: skip

    def _amendments(
        self, client_id: UUID, visits: list[tuple[UUID, datetime]]
    ) -> Iterator[dict[str, object]]:
        for row, start in visits:
            yield {
                "id": row, "session_id": row, "client_id": client_id, "author_id": self.user_id,
                "created_at": start + timedelta(days=30),
                "reason": self._seal("session_amendments", "reason", row),
                "plan": self._seal("session_amendments", "plan", row),
            }  # fmt: skip

    def _plans(self, client_id: UUID, plans: list[tuple[UUID, datetime]]) -> Iterator[dict[str, object]]:
        for row, moment in plans:
            yield {
                "id": row, "client_id": client_id, "start_date": moment.date(), "created_at": moment,
                "title": self._seal("plans", "title", row), "goals": self._seal("plans", "goals", row),
            }  # fmt: skip

    def _revisions(self, client_id: UUID, plans: list[tuple[UUID, datetime]]) -> Iterator[dict[str, object]]:
        for at, (plan_id, moment) in enumerate(plans):
            row = new_id()
            yield {
                "id": row, "plan_id": plan_id, "client_id": client_id, "start_date": moment.date(),
                "created_at": moment + timedelta(hours=at), "plan_version": 1, "changed_by": self.user_id,
                "title": self._seal("plan_revisions", "title", row),
            }  # fmt: skip

    def _steps(self, client_id: UUID, plans: list[tuple[UUID, datetime]]) -> Iterator[dict[str, object]]:
        for at, (plan_id, moment) in enumerate(plans):
            row = new_id()
            yield {
                "id": row, "plan_id": plan_id, "client_id": client_id, "order_index": at,
                "status": "achieved", "achieved_date": (moment + timedelta(days=at)).date(),
                "description": self._seal("milestones", "description", row),
            }  # fmt: skip
