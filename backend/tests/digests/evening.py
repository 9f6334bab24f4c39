"""Practices where it is about noon, so that a day has room on both sides; what was, is written into the past."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.digests import delivery, jobs
from tests.support.practice import Practice

HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def noon(ahead: int = 0) -> ZoneInfo:
    """A zone where it is about noon, or so many hours later."""
    hours = now().hour - 12 - ahead
    return ZoneInfo(f"Etc/GMT{hours:+d}" if hours else "Etc/GMT")


async def settle_at_noon(practice: Practice, **values: Any) -> ZoneInfo:
    """The practice is in that zone."""
    zone = noon()
    answer = await practice.put("/workspace", {"timezone": zone.key, **values})
    assert answer.status_code == 200, answer.text
    return zone


async def wish(practice: Practice, referee: Any, *, minutes: int = -5) -> ZoneInfo:
    """The member has long had a digest at the time that it was so many minutes ago."""
    zone = ZoneInfo((await practice.get("/workspace")).json()["timezone"])
    at = f"{now().astimezone(zone) + timedelta(minutes=minutes):%H:%M}"
    answer = await practice.put("/reminders/digest", {"is_active": True, "send_time": at})
    assert answer.status_code == 200, answer.text
    await referee.execute(
        "UPDATE digest_preferences SET active_since = now() - interval '60 days' WHERE id = $1",
        practice.user_id,
    )
    return zone


def tomorrow(zone: ZoneInfo, hour: int = 10) -> datetime:
    """So many hours into the next day there."""
    day = now().astimezone(zone).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(hours=hour)


async def book(practice: Practice, start: datetime, **values: Any) -> dict[str, Any]:
    """An appointment of a new client; what begins with `client_` is the client's."""
    client = {name.removeprefix("client_"): values.pop(name) for name in list(values) if "client_" in name}
    person = await practice.make_client(**client)
    end = start + timedelta(minutes=50)
    return await practice.make_appointment(
        person["id"], scheduled_start=start.isoformat(), scheduled_end=end.isoformat(), **values
    )


async def waiting(practice: Practice, referee: Any) -> ZoneInfo:
    """A practice at noon, with an appointment tomorrow and a digest that is due."""
    await settle_at_noon(practice)
    zone = await wish(practice, referee)
    await book(practice, tomorrow(zone))
    return zone


async def run(resources: Resources) -> None:
    """A pass, and the delivery that its alarms wake."""
    await jobs.schedule(resources)
    await delivery.deliver(resources, new_id())


async def outcomes(practice: Practice, referee: Any) -> list[tuple[str, str | None]]:
    """Status and reason of each digest of the member."""
    rows = await referee.fetch(
        "SELECT status, reason FROM digests WHERE user_id = $1 ORDER BY digest_date", practice.user_id
    )
    return [(row["status"], row["reason"]) for row in rows]
