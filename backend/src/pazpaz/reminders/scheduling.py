"""The scheduler's pass: PostgreSQL says what may fall due, `moments.py` when it does, and a row is made of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from uuid import UUID

from pazpaz.core.base.ids import new_id
from pazpaz.core.base.yielding import give_way
from pazpaz.core.db.engine import Record
from pazpaz.core.db.system import System
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.reminders import metrics, statements
from pazpaz.reminders.models import DELIVER, Festivals, ReminderStatus
from pazpaz.reminders.moments import Moment, Pairing
from pazpaz.reminders.quiet import Calendar
from pazpaz.reminders.settings import ReminderSettings

MOST_LOOKED_AT, MOST_MADE = 20_000, 1_000  # by one statement: it has seconds, also on a busy machine
_MARGIN_SECONDS = 60  # a pass that is late by less than this makes no reminder late
_AT_ONCE = 50  # are decided before others have their turn
_Place = tuple[datetime, UUID, UUID]  # in the order of candidates
_Queues = Counter[tuple[UUID, bool]]
_Calendars = dict[UUID, Calendar]
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
    calendars = await _calendars(system)
    about = await _about(calendars, since, until)
    made, place, is_last, before = 0, _FIRST, False, _Queues()
    while not is_last:
        start, appointment, configuration = place
        found = await system.run(
            statements.CANDIDATES, since=since, until=until, most=MOST_LOOKED_AT,
            start=start, appointment=appointment, configuration=configuration, **about,
        )  # fmt: skip
        made += await _make(resources, await _due(found, now, until, calendars), now, before)
        is_last = len(found) < MOST_LOOKED_AT
        if not is_last:
            last = found[-1]
            place = last["scheduled_start"], last["appointment_id"], last["configuration_id"]
    await system.run(statements.PASSED, now=now)
    metrics.REMINDER_PASS_AT.set_to_current_time()
    return made


async def _calendars(system: System) -> _Calendars:
    """Read the days without sending of every practice that has some; those that are alike are one."""
    known: dict[Calendar, Calendar] = {}
    calendars = {}
    for row in await system.run(statements.QUIET_DAYS):
        kept = Festivals(row["festivals"]) if row["festivals"] else None
        days = frozenset(row["weekdays"]), frozenset(row["dates"])
        calendar = Calendar(*days, kept, row["from_sunset"], row["timezone"])
        calendars[row["workspace_id"]] = known.setdefault(calendar, calendar)
    return calendars


async def _about(calendars: _Calendars, since: datetime, until: datetime) -> dict[str, list[object]]:
    """Say of which practices there are such days about now, from when until when."""
    stretches = {}
    for calendar in set(calendars.values()):
        stretches[calendar] = calendar.around(since, until)
        await give_way()
    found = [(workspace, *stretch) for workspace, one in calendars.items() if (stretch := stretches[one])]
    return {
        "quiet": [workspace for workspace, _, _ in found],
        "quiet_since": [first for _, first, _ in found],
        "quiet_until": [last for _, _, last in found],
    }


async def _due(found: list[Record], now: datetime, until: datetime, calendars: _Calendars) -> list[Due]:
    """Choose those that fall due by then, the earliest first."""
    due = []
    for number, row in enumerate(found):
        moment = _moment(row, now, calendars.get(row["workspace_id"]))
        if moment.due_at <= until:
            due.append(Due(row, moment.due_at, moment.reason))
        if number % _AT_ONCE == 0:
            await give_way()
    return sorted(due, key=attrgetter("due_at"))


def _moment(row: Record, now: datetime, quiet: Calendar | None) -> Moment:
    return Pairing(
        row["scheduled_start"], row["booked_at"], row["hours_before"], row["active_since"],
        row["send_window"], row["zone"], quiet,
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
