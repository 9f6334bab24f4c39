"""When a reminder is sent, across every change of the clock 2024 to 2030, against oracles that count minutes."""

import zoneinfo
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pazpaz.reminders.moments import sending_moment

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FAR = timedelta(hours=27)
_POSTGRESQL = """
    SELECT CASE WHEN bool_or(at = due) THEN due ELSE max(at) FILTER (WHERE at <= due) END AS back,
           min(at) FILTER (WHERE at > due) AS forth,
           (SELECT array_agg((due + make_interval(hours => h)) AT TIME ZONE zone ORDER BY n)
            FROM unnest(ARRAY[-27, -54, 0, 27, 54]) WITH ORDINALITY AS about(h, n)) AS local
    FROM (SELECT $1::timestamptz AS due, $3::text AS zone) AS q,
    LATERAL (SELECT due AS at UNION SELECT generate_series(
        date_trunc('minute', due) - interval '3 days', due + interval '3 days', interval '1 minute')) AS minutes
    WHERE (at AT TIME ZONE zone)::time
          BETWEEN split_part($2::text, '-', 1)::time AND split_part($2::text, '-', 2)::time
    GROUP BY due, zone
"""
Case = tuple[datetime, str, str, datetime, datetime]


@lru_cache
def changes(name: str) -> tuple[datetime, ...]:
    """The first minutes after each change of a zone's offset."""
    zone, found, moment = ZoneInfo(name), [], FIRST
    while moment < LAST:
        after = moment + timedelta(days=14)
        low, high = moment, after
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > MINUTE:
                middle = low + (high - low) // 2 // MINUTE * MINUTE
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        moment = after
    return tuple(found)


@lru_cache
def changing() -> tuple[str, ...]:
    """The zones whose offset changes in these years."""
    return tuple(sorted(name for name in zoneinfo.available_timezones() if changes(name)))


def _open(moment: datetime, window: str, zone: ZoneInfo) -> bool:
    opens, closes = (time.fromisoformat(part) for part in window.split("-"))
    return opens <= moment.astimezone(zone).time() <= closes


def oracle(due: datetime, window: str, name: str, armed: datetime, latest: datetime) -> datetime | None:
    """Minute by minute back to the nearest moment in the window, and if that is too early, forth."""
    zone = ZoneInfo(name)
    if _open(due, window, zone):
        return due
    back = due.replace(second=0, microsecond=0)
    while not _open(back, window, zone):
        back -= MINUTE
    if back >= armed:
        return back
    forth = due.replace(second=0, microsecond=0) + MINUTE
    while not _open(forth, window, zone):
        forth += MINUTE
    return forth if forth <= latest else None


WINDOWS = (
    "08:00-20:00",
    "09:00-17:30",
    "00:00-01:30",
    "01:30-02:30",
    "02:00-03:00",
    "02:15-23:59",
    "00:30-00:31",
)


def _disagreements(cases: list[Case]) -> list[str]:
    sent = [sending_moment(*case) for case in cases]
    return [
        f"{case}: {found}, not {expected}"
        for case, found in zip(cases, sent, strict=True)
        if found != (expected := oracle(*case))
    ]


async def test_every_change_of_the_clock() -> None:
    """Around each change of each zone, a reminder that falls outside of its window goes to the right minute."""
    cases: list[Case] = []
    for number, name in enumerate(changing()):
        for index, moment in enumerate(changes(name)):
            window = WINDOWS[(number + index) % len(WINDOWS)]
            for hours in (-20, 0, 2):
                due = moment + timedelta(hours=hours, minutes=7 * index % 60)
                booked = FAR if index % 2 else timedelta(hours=1)
                cases.append((due, window, name, due - booked, due + timedelta(hours=20)))
    assert len(cases) > 8_000
    assert len(changing()) > 200
    assert _disagreements(cases) == []


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    """A due moment in any zone and at any time, though rather near a change; any window, booking and deadline."""
    name = draw(st.sampled_from(sorted(zoneinfo.available_timezones())))
    near = [at + timedelta(minutes=draw(st.integers(-4_000, 4_000))) for at in changes(name)]
    anywhere = FIRST + timedelta(minutes=draw(st.integers(0, (LAST - FIRST) // MINUTE)))
    due = draw(st.sampled_from([*near, anywhere])) + timedelta(seconds=draw(st.sampled_from((0, 13.5, 59))))
    opens = draw(st.integers(0, 1438))
    closes = draw(st.integers(opens + 1, 1439))
    window = f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
    armed, latest = (timedelta(seconds=draw(st.integers(0, 200_000))) for _ in range(2))
    return due, window, name, due - armed, due + latest


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=_cases())
@example(case=(datetime(2027, 1, 5, 1, 30, tzinfo=UTC), "08:00-20:00", "America/Winnipeg", FIRST, LAST))
@example(case=(datetime(2027, 1, 5, 0, 30, tzinfo=UTC), "08:00-20:00", "America/Havana", FIRST, LAST))
async def test_any_moment(superuser: "asyncpg.Connection[Any]", case: Case) -> None:
    """The oracle's moment; and that of PostgreSQL's own local time, where its tables of zones are of our year."""
    assert _disagreements([case]) == []
    due, window, name, armed, latest = case
    try:
        own = await superuser.fetchrow(_POSTGRESQL, due, window, name)
    except asyncpg.InvalidParameterValueError:
        return  # "localtime" is no zone to PostgreSQL
    about = (due - FAR, due - 2 * FAR, due, due + FAR, due + 2 * FAR)
    if own["local"] == [moment.astimezone(ZoneInfo(name)).replace(tzinfo=None) for moment in about]:
        back = own["back"] if own["back"] >= armed else None
        forth = own["forth"] if own["forth"] <= latest else None
        assert (back or forth) == oracle(*case)


async def test_due_is_an_absolute_time() -> None:
    """Without a window it is so many hours before, whatever the clocks do."""
    moment = changes("Asia/Jerusalem")[0]
    assert sending_moment(moment, None, "Asia/Jerusalem", moment, moment) == moment


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Asia", "../UTC", ""])
async def test_an_unknown_zone_stops_nobody(zone: str) -> None:
    """In a zone that nobody knows it is sent at the due moment."""
    assert sending_moment(FIRST, "08:00-20:00", zone, FIRST, FIRST) == FIRST


@pytest.mark.parametrize("window", ["08:00-20:00"])
async def test_the_oracle_itself(window: str) -> None:
    """Two o'clock in the night is sent at eight the evening before; booked at nine in the evening, at eight."""
    zone = ZoneInfo("Asia/Jerusalem")
    due = datetime(2026, 3, 3, 2, 0, tzinfo=zone)
    evening, morning = datetime(2026, 3, 2, 20, tzinfo=zone), datetime(2026, 3, 3, 8, tzinfo=zone)
    assert oracle(due, window, "Asia/Jerusalem", due - FAR, due + FAR) == evening
    assert oracle(due, window, "Asia/Jerusalem", due - timedelta(hours=5), due + FAR) == morning
    assert oracle(due, window, "Asia/Jerusalem", due - timedelta(hours=5), due + timedelta(hours=5)) is None
