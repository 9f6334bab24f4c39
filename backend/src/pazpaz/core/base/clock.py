"""The one source of the present moment."""

import zoneinfo
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EARLIEST_YEAR = 1900
LATEST_YEAR = 2200

# The zones of the installed tzdata package: a system's own may be years older than PostgreSQL's.
zoneinfo.reset_tzpath(to=())


def zone_of(name: str) -> ZoneInfo | None:
    """Return the zone of that name; None where there is none, also for a folder of zones such as `Asia`."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)
