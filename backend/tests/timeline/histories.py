"""Histories written row by row past the API, so that moments and ids may collide, and what they should show."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import WorkspaceCipher

ZONE = ZoneInfo("Asia/Jerusalem")
# Few moments, so that many events share one; the third is a midnight in the practice's zone.
MOMENTS = [datetime(2026, 3, 1, 22, tzinfo=UTC) + timedelta(hours=12 * n) for n in range(5)]
DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(3)]
Told = tuple[str, datetime, UUID]


@dataclass
class Step:
    """One thing to write; what is not used by its kind is ignored."""

    kind: str  # appointment, note, plan, milestone, amendment, revision
    moment: datetime
    second: datetime
    day: date
    state: int
    is_archived: bool
    parent: int


@dataclass
class Chronicle:
    """Writes steps, and keeps the naive model: every event with its moment and id."""

    connection: "asyncpg.Connection[Any]"
    cipher: WorkspaceCipher
    workspace_id: UUID
    user_id: UUID
    client_id: UUID
    told: list[Told] = field(default_factory=list)
    _notes: list[tuple[UUID, bool]] = field(default_factory=list)
    _plans: list[tuple[UUID, bool]] = field(default_factory=list)
    _places: int = 0

    async def write(self, step: Step) -> None:
        await getattr(self, f"_{step.kind}")(step)

    def _seal(self, table: str, column: str, row: UUID) -> bytes:
        return self.cipher.seal("x", "text", f"{table}.{column}".encode(), row)

    async def _insert(self, table: str, **values: object) -> None:
        values = {"workspace_id": self.workspace_id, "client_id": self.client_id, **values}
        names, marks = ", ".join(values), ", ".join(f"${n + 1}" for n in range(len(values)))
        await self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())

    def _tell(self, kind: str, moment: datetime, row: UUID, *, hidden: bool) -> None:
        if not hidden:
            self.told.append((kind, moment, row))

    async def _appointment(self, step: Step) -> None:
        row, status = new_id(), ["completed", "cancelled", "no_show"][step.state % 3]
        archived_at = step.moment if step.is_archived else None
        await self._insert(
            "appointments", id=row, therapist_id=self.user_id, scheduled_start=step.moment,
            scheduled_end=step.moment + timedelta(minutes=50), status=status, archived_at=archived_at,
        )  # fmt: skip
        self._tell(f"appointment_{status}", step.moment, row, hidden=step.is_archived)

    async def _note(self, step: Step) -> None:
        """A note whose finalizing may be at the very moment of its date, and whose id may be its appointment's."""
        await self._appointment(step)
        appointment = self.told[-1][2] if not step.is_archived else await self._last_appointment()
        final = step.state % 2 == 1
        status = "archived" if step.is_archived else "finalized" if final else "draft"
        await self._insert(
            "sessions", id=appointment, appointment_id=appointment, session_date=step.moment, status=status,
            finalized_at=step.second if final else None, finalized_by=self.user_id if final else None,
        )  # fmt: skip
        self._notes.append((appointment, step.is_archived))
        self._tell("session", step.moment, appointment, hidden=step.is_archived)
        self._tell("session_finalized", step.second, appointment, hidden=step.is_archived or not final)

    async def _last_appointment(self) -> UUID:
        found: UUID = await self.connection.fetchval(
            "SELECT id FROM appointments WHERE client_id = $1 ORDER BY id DESC LIMIT 1", self.client_id
        )
        return found

    async def _amendment(self, step: Step) -> None:
        if not self._notes:
            return
        note, hidden = self._notes[step.parent % len(self._notes)]
        row = new_id()
        await self._insert(
            "session_amendments", id=row, session_id=note, author_id=self.user_id, created_at=step.moment,
            reason=self._seal("session_amendments", "reason", row),
            plan=self._seal("session_amendments", "plan", row),
        )  # fmt: skip
        self._tell("session_amended", step.moment, row, hidden=hidden)

    async def _plan(self, step: Step) -> None:
        row, status = new_id(), ["active", "completed", "discontinued"][step.state % 3]
        closed = {f"{status}_at": step.second} if status != "active" else {}
        await self._insert(
            "plans", id=row, title=self._seal("plans", "title", row), start_date=step.day, status=status,
            created_at=step.moment, archived_at=step.moment if step.is_archived else None, **closed,
        )  # fmt: skip
        self._plans.append((row, step.is_archived))
        self._tell("plan_created", step.moment, row, hidden=step.is_archived)
        self._tell(f"plan_{status}", step.second, row, hidden=step.is_archived or status == "active")

    async def _revision(self, step: Step) -> None:
        if not self._plans:
            return
        plan, hidden = self._plans[step.parent % len(self._plans)]
        row = new_id()
        await self._insert(
            "plan_revisions", id=row, plan_id=plan, title=self._seal("plan_revisions", "title", row),
            start_date=step.day, plan_version=1, changed_by=self.user_id, created_at=step.moment,
        )  # fmt: skip
        self._tell("plan_updated", step.moment, row, hidden=hidden)

    async def _milestone(self, step: Step) -> None:
        if not self._plans:
            return
        plan, hidden = self._plans[step.parent % len(self._plans)]
        row, achieved = new_id(), step.state % 2 == 1
        place: int | None = self._places
        self._places += 1
        await self._insert(
            "milestones", id=row, plan_id=plan, description=self._seal("milestones", "description", row),
            status="achieved" if achieved else "pending", achieved_date=step.day if achieved else None,
            order_index=None if step.is_archived else place,
            archived_at=step.moment if step.is_archived else None,
        )  # fmt: skip
        begins = datetime.combine(step.day, datetime.min.time(), ZONE).astimezone(UTC)
        self._tell("milestone_achieved", begins, row, hidden=hidden or step.is_archived or not achieved)
