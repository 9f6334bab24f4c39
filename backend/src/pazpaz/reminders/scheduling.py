"""The scheduler's pass: PostgreSQL says what may fall due, `moments.py` when it does, and a row is made of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from uuid import UUID

from pazpaz.core.base.ids import new_id
from pazpaz.core.base.yielding import give_way
from pazpaz.core.db.engine import Record
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.reminders import metrics, statements
from pazpaz.reminders.models import DELIVER, ReminderStatus
from pazpaz.reminders.moments import Moment, Pairing
from pazpaz.reminders.settings import ReminderSettings

MOST_LOOKED_AT, MOST_MADE = 20_000, 1_000  # by one statement: it has seconds, also on a busy machine
_MARGIN_SECONDS = 60  # a pass that is late by less than this makes no reminder late
_AT_ONCE = 50  # are decided before others have their turn
_Place = tuple[datetime, UUID, UUID]  # in the order of candidates
_Queues = Counter[tuple[UUID, bool]]
_FIRST: _Place = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0), UUID(int=0))


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that falls due until the next pass, or was missed: of which candidate, when, and why not."""

    candidate: Record
    due_at: datetime
    reason: str | None

    @property
    def queue(self) -> tuple[UUID, bool]:
        """Whose it is, and whether it is sent."""
        return self.candidate["workspace_id"], self.reason is None


async def make_due(resources: Resources) -> int:
    """Make a row of every reminder that falls due before the next pass, and set an alarm for each."""
    system, settings = resources.system(transactional=False), ReminderSettings.of(resources.settings)
    now, since = (await system.run(statements.LOOK))[0]
    until = now + timedelta(seconds=settings.reminder_pass_seconds + _MARGIN_SECONDS)
    made, place, is_last, before = 0, _FIRST, False, _Queues()
    while not is_last:
        start, appointment, configuration = place
        found = await system.run(
            statements.CANDIDATES, since=since, until=until, most=MOST_LOOKED_AT,
            start=start, appointment=appointment, configuration=configuration,
        )  # fmt: skip
        made += await _make(resources, await _due(found, now, until), now, before)
        is_last = len(found) < MOST_LOOKED_AT
        if not is_last:
            last = found[-1]
            place = last["scheduled_start"], last["appointment_id"], last["configuration_id"]
    await system.run(statements.PASSED, now=now)
    metrics.REMINDER_PASS_AT.set_to_current_time()
    return made


async def _due(found: list[Record], now: datetime, until: datetime) -> list[Due]:
    """Choose those that fall due by then, the earliest first."""
    due = []
    for number, row in enumerate(found):
        moment = _moment(row, now)
        if moment.due_at <= until:
            due.append(Due(row, moment.due_at, moment.reason))
        if number % _AT_ONCE == 0:
            await give_way()
    return sorted(due, key=attrgetter("due_at"))


def _moment(row: Record, now: datetime) -> Moment:
    return Pairing(
        row["scheduled_start"], row["booked_at"], row["hours_before"], row["active_since"],
        row["send_window"], row["zone"],
    ).moment(now)  # fmt: skip


async def _make(resources: Resources, due: list[Due], now: datetime, before: _Queues) -> int:
    """Make their rows; what a workspace has due at once is spread over minutes, behind what the pass made before."""
    system = resources.system(transactional=False)
    per_minute = ReminderSettings.of(resources.settings).reminders_per_minute
    made = 0
    for first in range(0, len(due), MOST_MADE):
        batch, attempts = due[first : first + MOST_MADE], []
        for item in batch:
            attempts.append(max(item.due_at, now) + timedelta(minutes=before[item.queue] // per_minute))
            before[item.queue] += 1
        rows = await system.run(statements.MAKE, **_columns(batch), attempts=attempts, request_id=new_id())
        pending = [row for row in rows if row["status"] == ReminderStatus.PENDING]
        await delivery.set_alarms(resources, DELIVER, pending)
        made += len(rows)
    return made


def _columns(batch: list[Due]) -> dict[str, list[object]]:
    return {
        "workspaces": [item.candidate["workspace_id"] for item in batch],
        "appointments": [item.candidate["appointment_id"] for item in batch],
        "configurations": [item.candidate["configuration_id"] for item in batch],
        "bookings": [item.candidate["booked_at"] for item in batch],
        "switches": [item.candidate["active_since"] for item in batch],
        "due": [item.due_at for item in batch],
        "reasons": [item.reason for item in batch],
    }
