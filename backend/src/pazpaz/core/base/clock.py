"""The one source of the present moment."""

import zoneinfo
from datetime import UTC, datetime

EARLIEST_YEAR = 1900
LATEST_YEAR = 2200

# The zones of the installed tzdata package: a system's own may be years older than PostgreSQL's.
zoneinfo.reset_tzpath(to=())


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)
