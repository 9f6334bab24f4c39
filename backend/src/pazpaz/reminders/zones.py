"""Local time as the pinned tzdata package has it, written where PostgreSQL's functions read it."""

import asyncio
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import metadata, resources

from pazpaz.core.process.resources import Resources
from pazpaz.reminders import statements

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
_BEGINNING, _END = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
_STEP, _SECOND = timedelta(days=7), timedelta(seconds=1)  # no zone changes twice within a step
Offset = tuple[datetime, datetime, timedelta]  # since, until, and what is added to UTC


def release() -> str:
    """Which tables of zones these are."""
    return metadata.version("tzdata")


async def publish(where: Resources) -> None:
    """Write this release's offsets down, unless they are there."""
    if (await where.system(transactional=False).run(statements.ZONES_RELEASE, release=release()))[0][
        "is_there"
    ]:
        return
    found = await asyncio.to_thread(rows)
    zones, since, until, utc_offset = (list(column) for column in zip(*found, strict=True))
    async with where.as_system() as system:
        await system.run(statements.LOCK_ZONES)
        await system.run(statements.FORGET_ZONES)
        await system.run(
            statements.KEEP_ZONES,
            release=release(), zones=zones, since=since, until=until, utc_offset=utc_offset,
        )  # fmt: skip


def rows() -> list[tuple[str, datetime, datetime, timedelta]]:
    """Every zone's name and offsets."""
    known: dict[bytes, tuple[Offset, ...]] = {}  # many names are links to one file
    found = []
    for name in sorted(zoneinfo.available_timezones()):
        content = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
        if content not in known:
            known[content] = tuple(offsets(name))
        found += [(name, *offset) for offset in known[content]]
    return found


def offsets(name: str) -> Iterator[Offset]:
    """Yield a zone's offsets from `FIRST` to `LAST`; the first one and the last one hold for ever."""
    zone = zoneinfo.ZoneInfo(name)

    def of(moment: datetime) -> timedelta:
        return moment.astimezone(zone).utcoffset() or timedelta()

    since, low = _BEGINNING, FIRST
    while low < LAST:
        high = low + _STEP
        if of(low) != of(high):
            change = _between(of, low, high)
            yield since, change, of(low)
            since = change
        low = high
    yield since, _END, of(low)


def _between(of: Callable[[datetime], timedelta], low: datetime, high: datetime) -> datetime:
    """Return the first second with another offset."""
    before = of(low)
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        low, high = (middle, high) if of(middle) == before else (low, middle)
    return high
