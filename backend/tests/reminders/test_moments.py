"""When a reminder is sent, across every change of the clock 2024 to 2030, against an oracle that counts minutes."""

import random
import zoneinfo
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FAR = timedelta(hours=27)
_ASK = """
    SELECT app.sending_moment(due, win, zone, armed, latest) AS sent
    FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
         WITH ORDINALITY AS q(due, win, zone, armed, latest, n) ORDER BY n
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


async def _disagreements(referee: Any, cases: list[Case]) -> list[str]:
    rows = await referee.fetch(_ASK, *(list(column) for column in zip(*cases, strict=True)))
    return [
        f"{case}: {row['sent']}, not {expected}"
        for case, row in zip(cases, rows, strict=True)
        if row["sent"] != (expected := oracle(*case))
    ]


async def test_the_zones_change_the_same_for_both(superuser: "asyncpg.Connection[Any]") -> None:
    """PostgreSQL and Python agree on local time around every change: their tables of zones are of one age."""
    cases = [
        (name, moment + shift)
        for name in changing()
        for moment in changes(name)
        for shift in (-MINUTE, MINUTE)
    ]
    rows = await superuser.fetch(
        "SELECT at AT TIME ZONE zone AS local FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY"
        " AS q(zone, at, n) ORDER BY n", *(list(column) for column in zip(*cases, strict=True)),
    )  # fmt: skip
    wrong = {
        name
        for (name, moment), row in zip(cases, rows, strict=True)
        if row["local"] != moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
    }
    assert len(changing()) > 200
    assert wrong == {"CET", "EET", "MET", "WET"}  # abbreviations to PostgreSQL: sending_moment knows better


async def test_every_change_of_the_clock(superuser: "asyncpg.Connection[Any]") -> None:
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
    assert await _disagreements(superuser, cases) == []


@pytest.mark.parametrize("seed", range(3))
async def test_any_moment(superuser: "asyncpg.Connection[Any]", seed: int) -> None:
    """Any due moment, window, zone and time of booking near a change: the oracle's moment."""
    chance, cases = random.Random(seed), list[Case]()
    for _ in range(1_000):
        name = chance.choice(changing())
        due = chance.choice(changes(name)) + timedelta(
            minutes=chance.randint(-3000, 3000), seconds=chance.choice((0, 13.5))
        )
        opens, closes = sorted(chance.sample(range(1440), 2))
        window = f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
        armed, latest = (timedelta(minutes=chance.randint(0, 1700)) for _ in range(2))
        cases.append((due, window, name, due - armed, due + latest))
    assert (await _disagreements(superuser, cases))[:3] == []


async def test_due_is_an_absolute_time(superuser: "asyncpg.Connection[Any]") -> None:
    """Without a window it is so many hours before, whatever the clocks do."""
    moment = changes("Asia/Jerusalem")[0]
    assert (
        await superuser.fetchval("SELECT app.sending_moment($1, NULL, 'Asia/Jerusalem', $1, $1)", moment)
        == moment
    )


async def test_an_unknown_zone_stops_nobody(superuser: "asyncpg.Connection[Any]") -> None:
    """A zone that PostgreSQL does not know sends at the due moment, and the pass goes on."""
    assert (
        await superuser.fetchval(
            "SELECT app.sending_moment($1, '08:00-20:00', 'Mars/Olympus', $1, $1)", FIRST
        )
        == FIRST
    )


@pytest.mark.parametrize("window", ["08:00-20:00"])
async def test_the_oracle_itself(window: str) -> None:
    """Two o'clock in the night is sent at eight the evening before; booked at nine in the evening, at eight."""
    zone = ZoneInfo("Asia/Jerusalem")
    due = datetime(2026, 3, 3, 2, 0, tzinfo=zone)
    evening, morning = datetime(2026, 3, 2, 20, tzinfo=zone), datetime(2026, 3, 3, 8, tzinfo=zone)
    assert oracle(due, window, "Asia/Jerusalem", due - FAR, due + FAR) == evening
    assert oracle(due, window, "Asia/Jerusalem", due - timedelta(hours=5), due + FAR) == morning
    assert oracle(due, window, "Asia/Jerusalem", due - timedelta(hours=5), due + timedelta(hours=5)) is None
