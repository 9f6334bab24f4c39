"""When a reminder is sent, and why it is not: decided here alone, in the client's local time."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from pazpaz.core.base import clock
from pazpaz.reminders.models import LATEST, Reason

_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_FAR = timedelta(days=3)  # no window is shut for longer, and no zone changes twice in twice that
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

    def moment(self, now: datetime) -> Moment:
        """Say when it is sent and why not, as both are now; whether they are wanted at all is not asked."""
        due = self.scheduled_start - timedelta(hours=self.hours_before)
        armed, deadline = max(self.booked_at, self.active_since), self.scheduled_start - LATEST
        sent_at = sending_moment(due, self.send_window, self.zone, armed, deadline)
        found = (
            (due < self.booked_at, Reason.BOOKED_LATE),
            (due < armed, Reason.CONFIGURED_LATE),
            (sent_at is None, Reason.OUTSIDE_WINDOW),
            (deadline < now, Reason.TOO_LATE),
        )
        return Moment(sent_at or due, next((reason for holds, reason in found if holds), None))


def sending_moment(
    due: datetime, send_window: str | None, zone: str, armed: datetime, latest: datetime
) -> datetime | None:
    """Say when that is sent which is due then, and goes only in a window of local time.

    The window's nearest earlier moment if it is not before `armed`, else its next later one if that is by
    `latest`, else None. What is due in a zone that nobody knows is sent when it is due.
    """
    if send_window is None:
        return due
    where = clock.zone_of(zone)
    if where is None:
        return due
    opens, closes = (time.fromisoformat(part) for part in send_window.split("-"))
    if opens <= due.astimezone(where).time() <= closes:
        return due
    stretches = _stretches(due, opens, closes, where)
    earlier = max(last for _, last in stretches if last <= due)
    if earlier >= armed:
        return earlier
    later = min(first for first, _ in stretches if first > due)
    return later if later <= latest else None


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
