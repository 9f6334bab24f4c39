"""Until when a record is kept."""

from datetime import date, datetime
from uuid import UUID

from pazpaz.core.db.entity import row

ADULT = 18


@row
class Treated:
    """When the client was treated last; None if never."""

    last: datetime | None


@row
class Held:
    """A row of the record."""

    id: UUID


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; the first of March for a leap day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def retained_until(last: date | None, born: date | None, years: int, age: int) -> date | None:
    """Return the first day on which the record may go; None if nobody was treated."""
    if last is None:
        return None
    until = years_after(last, years)
    if born is not None and last < years_after(born, ADULT):
        until = max(until, years_after(born, age))
    return until
