"""When a reminder is sent, and why it is not: decided here alone, in the client's local time."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from pazpaz.core.base import clock
from pazpaz.reminders.models import LATEST, Reason
from pazpaz.reminders.quiet import LEAD, Calendar

_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_FAR = timedelta(days=3)  # no window is shut for longer, and no zone changes twice in twice that
_STEPS = 30  # from a quiet day to a shut window and on to the next quiet day
_DAYS = [timedelta(days=n) for n in range(-3, 4)]


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is to be sent, or would have been, and why it is not."""

    due_at: datetime
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """A rule beside an appointment, and the client's zone, which matters to a window only."""

    scheduled_start: datetime
    booked_at: datetime
    hours_before: int
    active_since: datetime
    send_window: str | None
    zone: str
    quiet: Calendar | None = None

    def moment(self, now: datetime) -> Moment:
        """Say when it is sent and why not, as both are now; whether they are wanted at all is not asked."""
        due = self.scheduled_start - timedelta(hours=self.hours_before)
        armed, deadline = max(self.booked_at, self.active_since), self.scheduled_start - LATEST
        sent_at = sending_moment(due, self.send_window, self.zone, armed, deadline, self.quiet)
        found = (
            (due < self.booked_at, Reason.BOOKED_LATE),
            (due < armed, Reason.CONFIGURED_LATE),
            (sent_at is None, Reason.OUTSIDE_WINDOW),
            (deadline < now, Reason.TOO_LATE),
        )
        return Moment(sent_at or due, next((reason for holds, reason in found if holds), None))


def sending_moment(
    due: datetime,
    send_window: str | None,
    zone: str,
    armed: datetime,
    latest: datetime,
    quiet: Calendar | None = None,
) -> datetime | None:
    """Say when that is sent which is due then, and goes only in a window of local time, and on no quiet day.

    The nearest earlier such moment if it is not before `armed`, else the next later one if that is by `latest`,
    else None. In a zone that nobody knows there is no window.
    """
    where = None if send_window is None else clock.zone_of(zone)
    window = None if where is None or send_window is None else _Window.of(send_window, where)
    earlier = _allowed(due, window, quiet, back=True)
    if earlier is not None and (earlier == due or earlier >= armed):
        return earlier
    later = _allowed(due, window, quiet, back=False)
    return later if later is not None and later <= latest else None


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the day in a zone."""

    opens: time
    closes: time
    zone: tzinfo

    @classmethod
    def of(cls, text: str, zone: tzinfo) -> "_Window":
        opens, closes = (time.fromisoformat(part) for part in text.split("-"))
        return cls(opens, closes, zone)

    def nearest(self, moment: datetime, *, back: bool) -> datetime:
        """Return it, or the nearest moment before or after it at which the window is open."""
        if self.opens <= moment.astimezone(self.zone).time() <= self.closes:
            return moment
        stretches = _stretches(moment, self.opens, self.closes, self.zone)
        if back:
            return max(last for _, last in stretches if last <= moment)
        return min(first for first, _ in stretches if first > moment)


def _allowed(due: datetime, window: _Window | None, quiet: Calendar | None, *, back: bool) -> datetime | None:
    """Return the nearest moment of the window that is not quiet; None if there is none for weeks."""
    at = due
    for _ in range(_STEPS):
        if quiet is not None and (stretch := quiet.stretch(at)) is not None:
            at = stretch[0] - LEAD if back else stretch[1]
        found = at if window is None else window.nearest(at, back=back)
        if quiet is None or quiet.stretch(found) is None:
            return found
        at = found
    return None


def _stretches(due: datetime, opens: time, closes: time, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """Find from when until when the window is open, about then.

    Under every offset, each day from its opening to its closing, as long as that offset holds; of one that
    ends, to its last minute.
    """
    opening, closing = (timedelta(hours=at.hour, minutes=at.minute) for at in (opens, closes))
    found = []
    for since, until, offset in _offsets(due, zone):
        midnight = datetime.combine((due + offset).date(), time(), UTC) - offset
        for days in _DAYS:
            first = max(since, midnight + days + opening)
            last = min(until - _MINUTE, midnight + days + closing)
            if first <= last:
                found.append((first, last))
    return found


def _offsets(due: datetime, zone: tzinfo) -> list[tuple[datetime, datetime, timedelta]]:
    """Find since when, until when, and how far local time is ahead."""

    def ahead(moment: datetime) -> timedelta:
        return moment.astimezone(zone).utcoffset() or timedelta()

    since, until = due - _FAR, due + _FAR
    before, after = ahead(since), ahead(until)
    if before == after:
        return [(since, until, before)]
    low, high = since, until
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        low, high = (middle, high) if ahead(middle) == before else (low, middle)
    change = high.replace(microsecond=0)
    return [(since, change, before), (change, until, after)]
