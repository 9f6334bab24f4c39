"""Days without sending: what falls due on them goes before they begin, at the place's own sunset."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery, jobs
from pazpaz.reminders.models import Festivals
from pazpaz.reminders.moments import sending_moment
from pazpaz.reminders.quiet import LEAD, Calendar, is_festival, sunset_of
from tests.reminders.coming import book, due, long_booked, now, outcomes, rule
from tests.reminders.smtp import scripted
from tests.support.practice import Practice

PATH = "/reminders/quiet-days"
JERUSALEM = ZoneInfo("Asia/Jerusalem")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SATURDAY = frozenset({6})


def calendar(**values: Any) -> Calendar:
    said: dict[str, Any] = {
        "weekdays": SATURDAY, "dates": frozenset(), "festivals": None, "from_sunset": False, "zone": "Asia/Jerusalem"
    }  # fmt: skip
    return Calendar(**{**said, **values})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JERUSALEM)


# Which days, when it would be due, its window, when it goes, and where that was seen.
CASES: dict[str, tuple[Calendar, str, str | None, str, str]] = {
    "a weekday": (calendar(), "2026-11-27 10:00", None, "2026-11-27 10:00", "any"),
    "a Saturday": (calendar(), "2026-11-28 10:00", None, "2026-11-27 23:00", "clinic software 2024: sent on Shabbat"),
    "its first minute": (calendar(), "2026-11-28 00:00", None, "2026-11-27 23:00", "midnight"),
    "its end": (calendar(), "2026-11-29 00:00", None, "2026-11-29 00:00", "midnight"),
    "with a window": (
        calendar(), "2026-11-28 10:00", "08:00-20:00", "2026-11-27 20:00", "a window beside it, practice 2025",
    ),
    "a window that leads into it": (
        calendar(), "2026-11-29 03:00", "08:00-20:00", "2026-11-27 20:00", "night to Sunday, practice 2025",
    ),
    "from sunset": (
        calendar(from_sunset=True), "2026-11-27 20:00", None, "2026-11-27 15:35", "Shabbat in Jerusalem, 16:35",
    ),
    "in summer": (
        calendar(from_sunset=True), "2026-06-26 20:00", None, "2026-06-26 18:48", "Shabbat in Jerusalem, 19:48",
    ),
    "before sunset": (
        calendar(from_sunset=True), "2026-11-27 16:00", None, "2026-11-27 16:00", "still Friday",
    ),
    "New Year, two days and Saturday": (
        calendar(from_sunset=True, festivals=Festivals.ISRAEL), "2026-09-13 12:00", None, "2026-09-11 17:50",
        "Rosh Hashana 5787",
    ),
    "the second day abroad": (
        calendar(weekdays=frozenset(), festivals=Festivals.ABROAD), "2026-09-27 12:00", None, "2026-09-25 23:00",
        "Sukkot 5787",
    ),
    "no second day in Israel": (
        calendar(weekdays=frozenset(), festivals=Festivals.ISRAEL), "2026-09-27 12:00", None, "2026-09-27 12:00",
        "Sukkot 5787",
    ),
    "a working day of a festival": (
        calendar(festivals=Festivals.ISRAEL), "2026-09-29 12:00", None, "2026-09-29 12:00", "Hol HaMoed",
    ),
    "Hanukka": (calendar(festivals=Festivals.ISRAEL), "2026-12-07 12:00", None, "2026-12-07 12:00", "5787"),
    "own dates in a row": (
        calendar(dates=frozenset({date(2026, 11, 29), date(2026, 11, 30)})), "2026-11-30 12:00", None,
        "2026-11-27 23:00", "a practice's leave behind a weekend",
    ),
    "Sunday, elsewhere": (
        calendar(weekdays=frozenset({7}), zone="Europe/London"), "2026-11-29 12:00", None, "2026-11-29 01:00",
        "London, a practice that rests on Sundays",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_when_it_goes(case: str) -> None:
    """Before the days begin, by an hour; in the window if there is one."""
    quiet, when, window, wanted, _ = CASES[case]
    moment = at(when).astimezone(UTC)
    found = sending_moment(
        moment, window, "Asia/Jerusalem", moment - timedelta(days=30), moment + timedelta(days=9), quiet
    )
    assert found is not None
    assert f"{found.astimezone(JERUSALEM):%Y-%m-%d %H:%M}" == wanted


async def test_what_is_booked_on_such_a_day_goes_after_it() -> None:
    """At its end if that is in time, else not at all."""
    when, booked = at("2026-11-28 22:00"), at("2026-11-28 21:00")
    latest = at("2026-11-29 08:45")
    assert sending_moment(when, None, "UTC", booked, latest, calendar()) == at("2026-11-29 00:00")
    in_window = sending_moment(when, "08:00-20:00", "Asia/Jerusalem", booked, latest, calendar())
    assert in_window == at("2026-11-29 08:00")
    assert sending_moment(when, None, "UTC", booked, at("2026-11-28 23:45"), calendar()) is None


@given(
    minutes=st.integers(min_value=0, max_value=60 * 24 * 365 * 3),
    weekdays=st.frozensets(st.integers(min_value=1, max_value=7), max_size=6),
    festivals=st.sampled_from([None, *Festivals]),
    from_sunset=st.booleans(),
    window=st.sampled_from([None, "08:00-20:00", "09:00-09:30"]),
    zone=st.sampled_from(["Asia/Jerusalem", "America/New_York", "Arctic/Longyearbyen", "Nowhere/None"]),
)
async def test_nothing_is_sent_on_such_a_day(
    minutes: int,
    weekdays: frozenset[int],
    festivals: Festivals | None,
    from_sunset: bool,
    window: str | None,
    zone: str,
) -> None:
    """Whatever days, hour and zone: never within one, and as due if that is none."""
    quiet = calendar(weekdays=weekdays, festivals=festivals, from_sunset=from_sunset, zone=zone)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
    far = timedelta(days=90)
    found = sending_moment(moment, window, "Asia/Jerusalem", moment - far, moment + far, quiet)
    assert found is not None
    assert quiet.stretch(found) is None
    if window is None and quiet.stretch(moment) is None:
        assert found == moment
    if window is None and (stretch := quiet.stretch(moment)) is not None:
        assert stretch[0] <= moment < stretch[1]
        assert found <= stretch[0] - LEAD


async def test_the_sun_sets_where_the_zone_is() -> None:
    """As almanacs have it, to two minutes; where it does not set, at noon."""
    almanac = {
        "Asia/Jerusalem": (date(2026, 11, 27), "16:35"),
        "America/New_York": (date(2026, 6, 19), "20:30"),
        "Europe/London": (date(2026, 12, 18), "15:52"),
    }
    for zone, (day, wanted) in almanac.items():
        found = sunset_of(day, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert abs(found - datetime.fromisoformat(f"{day} {wanted}")) <= 2 * MINUTE
    assert (
        sunset_of(date(2026, 12, 18), "Arctic/Longyearbyen").astimezone(ZoneInfo("Arctic/Longyearbyen")).hour
        == 12
    )


async def test_festivals_of_a_year() -> None:
    """5787: the days without work, in Israel and abroad."""
    days = [date(2026, 9, 1) + timedelta(days=n) for n in range(365)]
    here = [f"{day:%m-%d}" for day in days if is_festival(day, Festivals.ISRAEL)]
    abroad = [f"{day:%m-%d}" for day in days if is_festival(day, Festivals.ABROAD)]
    assert here == ["09-12", "09-13", "09-21", "09-26", "10-03", "04-22", "04-28", "06-11"]
    assert set(abroad) - set(here) == {"09-27", "10-04", "04-23", "04-29", "06-12"}


async def test_what_is_set_is_read(practice: Practice) -> None:
    """None at first; what is left out stays, and each day is there once."""
    first = await practice.get(PATH)
    assert (first.headers["ETag"], first.json()["weekdays"], first.json()["version"]) == ('"0"', [], 0)
    body = {"weekdays": [6, 6], "dates": ["2027-05-11", "2026-12-31"], "from_sunset": True}
    assert (await practice.put(PATH, body, headers={"If-Match": '"0"'})).status_code == 200
    assert (await practice.put(PATH, {"festivals": "israel"}, headers={"If-Match": '"0"'})).status_code == 412
    second = (await practice.put(PATH, {"festivals": "israel"})).json()
    assert (second["weekdays"], second["dates"], second["festivals"], second["from_sunset"], second["version"]) == (
        [6], ["2026-12-31", "2027-05-11"], "israel", True, 2
    )  # fmt: skip
    assert (await practice.get(PATH)).json() == second


@pytest.mark.parametrize(
    "body",
    [
        {"weekdays": [1, 2, 3, 4, 5, 6, 7]}, {"weekdays": [0]}, {"weekdays": [8]}, {"weekdays": None},
        {"dates": ["2026-02-30"]}, {"festivals": "mars"}, {"from_sunset": "yes"}, {"weekdays": ["6"]},
    ],
    ids=str,
)  # fmt: skip
async def test_what_are_no_days(practice: Practice, body: dict[str, object]) -> None:
    """422, and nothing is set."""
    assert (await practice.put(PATH, body)).status_code == 422
    assert (await practice.get(PATH)).json()["version"] == 0


async def test_first_ones_at_once(practice: Practice) -> None:
    """Two devices that both set them first: one makes them, the other changes them."""
    answers = await asyncio.gather(*(practice.put(PATH, {"weekdays": [n]}) for n in (1, 2, 3, 4)))
    assert [answer.status_code for answer in answers] == [200] * 4


async def _local(practice: Practice) -> ZoneInfo:
    """The practice is where it is early afternoon, so that a day has room on both sides."""
    hours = now().hour - 13
    zone = ZoneInfo(f"Etc/GMT{hours:+d}" if hours else "Etc/GMT")
    assert (await practice.put("/workspace", {"timezone": zone.key})).status_code == 200
    return zone


async def test_a_pass_sends_before_them(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Due on the two days without sending that begin within the hour, it goes now; due after them, it does not."""
    zone = await _local(practice)
    local = now().astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    days = [(midnight + timedelta(days=n)).date().isoformat() for n in (0, 1)]
    await practice.put(PATH, {"dates": days})
    await rule(practice, 24)
    for hours in (1, 30, 49):
        await book(practice, midnight + (hours + 24) * HOUR)
    await long_booked(superuser, practice)
    await jobs.schedule(resources)
    assert await outcomes(practice) == []  # there is half a day yet
    monkeypatch.setattr("pazpaz.reminders.moments.LEAD", midnight - local)
    await jobs.schedule(resources)
    assert await outcomes(practice) == [("pending", None)] * 2


async def test_what_did_not_get_out_waits(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """On such a day nothing is handed over: it waits for its end, or is left out if that is too late."""
    zone = await _local(practice)
    await rule(practice, 1)
    await rule(practice, 48)
    await due(practice, superuser, hours=1)
    await due(practice, superuser, hours=48)
    await jobs.schedule(resources)
    today = now().astimezone(zone).date()
    await practice.put(PATH, {"dates": [today.isoformat()]})
    async with scripted() as server:
        await delivery.deliver(server.resources(resources), new_id())
        assert server.mails == []
    assert ("skipped", "outside-window") in await outcomes(practice)
    waits = await superuser.fetchval(
        "SELECT max(next_attempt_at) FROM reminder_logs WHERE workspace_id = $1 AND status = 'pending'",
        practice.workspace_id,
    )
    tomorrow = today + timedelta(days=1)
    assert waits == datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)


async def test_a_cancellation_goes_on_any_day(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Who would come in vain is told at once."""
    zone = await _local(practice)
    await rule(practice)
    appointment = await due(practice, superuser)
    async with scripted() as server:
        worker = server.resources(resources)
        await jobs.schedule(resources)
        await delivery.deliver(worker, new_id())
        assert len(server.mails) == 1
        await practice.put(PATH, {"dates": [now().astimezone(zone).date().isoformat()]})
        await practice.put(f"/appointments/{appointment['id']}", {"status": "cancelled"})
        await jobs.schedule(resources)
        await delivery.deliver(worker, new_id())
        assert len(server.mails) == 2
