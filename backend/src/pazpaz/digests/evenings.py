"""A practice's day: its date, when a time of day is on it, and when it ends."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from pazpaz.core.base import clock


@dataclass(frozen=True, slots=True)
class Evening:
    """The time of a digest in one zone, on the day that it is there."""

    timezone: str
    send_time: str
    local_date: date
    due_at: datetime
    midnight: datetime


def evening(now: datetime, zone: str, send_time: str) -> Evening:
    """Say when it is there today; a zone that nobody knows is UTC, and holds up no other."""
    where = clock.zone_of(zone) or UTC
    today = now.astimezone(where).date()
    due_at = at_local(today, time.fromisoformat(send_time), where)
    return Evening(zone, send_time, today, due_at, at_local(today + timedelta(days=1), time(), where))


def at_local(day: date, at: time, zone: tzinfo) -> datetime:
    """Say at which moment the clocks there show that; the first, if they do twice."""
    return datetime.combine(day, at, zone).astimezone(UTC)
