"""Days on which a practice sends no reminders: from when until when, in its own zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from importlib.resources import files

from astral import Observer
from astral.sun import sunset
from pyluach.dates import GregorianDate

from pazpaz.core.base import clock
from pazpaz.reminders.models import Festivals

SATURDAY = 6  # of isoweekday
LEAD = timedelta(hours=1)  # before such a day begins: what is put off at the mail server is out by then
AROUND = timedelta(hours=27)  # as far as a send window may move a reminder
_DAY = timedelta(days=1)
_LONGEST = 62  # days in a row that are looked at
_NO_SUN = time(12)  # where the sun does not set that day
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days of a practice are without sending."""

    weekdays: frozenset[int]
    dates: frozenset[date]
    festivals: Festivals | None
    from_sunset: bool
    zone: str

    def stretch(self, moment: datetime) -> Stretch | None:
        """Return the stretch without sending that a moment lies in: days in a row, to the last one's midnight."""
        where = clock.zone_of(self.zone) or UTC
        day = moment.astimezone(where).date()
        if not self._is_quiet(day):
            day += _DAY
            if not (self._is_quiet(day) and self._begin(day, where) <= moment):
                return None
        first = last = day
        for _ in range(_LONGEST):
            first -= _DAY if self._is_quiet(first - _DAY) else timedelta()
            last += _DAY if self._is_quiet(last + _DAY) else timedelta()
        return self._begin(first, where), _midnight(last + _DAY, where)

    def around(self, since: datetime, until: datetime) -> Stretch | None:
        """Return what is without sending about then, from the first such stretch's beginning to the last one's end."""
        where = clock.zone_of(self.zone) or UTC
        since, until = since - AROUND, until + AROUND
        day, found = since.astimezone(where).date(), list[Stretch]()
        while day <= until.astimezone(where).date() + _DAY:
            stretch = self.stretch(_midnight(day, where)) if self._is_quiet(day) else None
            if stretch and stretch[0] <= until and stretch[1] > since:
                found.append(stretch)
            day += _DAY
        return (min(first for first, _ in found), max(last for _, last in found)) if found else None

    def _is_quiet(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays or day in self.dates or self._is_festival(day)

    def _is_festival(self, day: date) -> bool:
        return self.festivals is not None and is_festival(day, self.festivals)

    def _begin(self, day: date, where: tzinfo) -> datetime:
        saturday = day.isoweekday() == SATURDAY and SATURDAY in self.weekdays
        if self.from_sunset and (saturday or self._is_festival(day)):
            return sunset_of(day - _DAY, self.zone)
        return _midnight(day, where)


def _midnight(day: date, where: tzinfo) -> datetime:
    return datetime.combine(day, time(), where).astimezone(UTC)


@lru_cache(maxsize=10_000)
def is_festival(day: date, kept: Festivals) -> bool:
    """Whether it is a Jewish festival on which no work is done, in Israel or abroad."""
    named = GregorianDate(day.year, day.month, day.day).festival(
        israel=kept is Festivals.ISRAEL, include_working_days=False
    )
    return named is not None


@lru_cache(maxsize=10_000)
def sunset_of(day: date, zone: str) -> datetime:
    """When the sun sets that day at the place that a zone is named after."""
    where = clock.zone_of(zone) or UTC
    place = _places().get(zone)
    if place is not None:
        try:
            return sunset(Observer(*place), day, tzinfo=where).astimezone(UTC).replace(microsecond=0)
        except ValueError:
            pass
    return datetime.combine(day, _NO_SUN, where).astimezone(UTC)


@lru_cache
def _places() -> dict[str, tuple[float, float]]:
    """Latitude and longitude of each zone's place, as tzdata has them: +DDMM+DDDMM or +DDMMSS+DDDMMSS."""
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[2]: _degrees(row[1]) for row in rows}


def _degrees(coordinates: str) -> tuple[float, float]:
    at = max(coordinates.rfind("+"), coordinates.rfind("-"))
    return _angle(coordinates[:at], 3), _angle(coordinates[at:], 4)


def _angle(text: str, degrees: int) -> float:
    minutes, seconds = int(text[degrees : degrees + 2]), int(text[degrees + 2 :] or 0)
    size = int(text[1:degrees]) + minutes / 60 + seconds / 3600
    return -size if text[0] == "-" else size
