"""Appointments and reminders under test, with the clock of PostgreSQL as it is: what was, is written into the past."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery, jobs
from tests.support.practice import Practice

LONG_AGO = timedelta(days=60)


def now() -> datetime:
    return datetime.now(UTC)


async def rule(practice: Practice, hours: int = 24, **values: Any) -> dict[str, Any]:
    """A rule of the practice."""
    answer = await practice.post("/reminders/configurations", {"hours_before": hours, **values})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def book(practice: Practice, start: datetime, **client: Any) -> dict[str, Any]:
    """An appointment of a new client with an address."""
    details = {"first_name": "רות", "email": "ruth@example.org", **client}
    person = await practice.make_client(**details)
    end = start + timedelta(minutes=1)
    return await practice.make_appointment(
        person["id"], scheduled_start=start.isoformat(), scheduled_end=end.isoformat()
    )


async def move(practice: Practice, appointment: dict[str, Any], by: timedelta) -> None:
    """It is at another time."""
    body = {
        name: (datetime.fromisoformat(appointment[name]) + by).isoformat()
        for name in ("scheduled_start", "scheduled_end")
    }
    assert (await practice.put(f"/appointments/{appointment['id']}", body)).status_code == 200


async def long_booked(referee: Any, practice: Practice) -> None:
    """As if everything of the practice had been booked and set up long ago."""
    for table, column in (("appointments", "booked_at"), ("reminder_configurations", "active_since")):
        await referee.execute(
            f"UPDATE {table} SET {column} = now() - $2::interval WHERE workspace_id = $1",
            practice.workspace_id,
            LONG_AGO,
        )
    await referee.execute("UPDATE reminder_scheduler SET passed_at = '-infinity'")


async def due(practice: Practice, referee: Any, *, hours: int = 24, **client: Any) -> dict[str, Any]:
    """An appointment whose reminder falls due now."""
    appointment = await book(practice, now() + timedelta(hours=hours), **client)
    await long_booked(referee, practice)
    return appointment


async def run(resources: Resources) -> None:
    """A pass, and the delivery that its alarms wake."""
    await jobs.schedule(resources)
    await delivery.deliver(resources, UUID(int=0))


async def logs(practice: Practice, **filters: Any) -> list[dict[str, Any]]:
    """What became of the practice's reminders."""
    answer = await practice.get("/reminders/logs", params=filters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def outcomes(practice: Practice) -> list[tuple[str, str | None]]:
    """Status and reason of each, by due moment."""
    return [(item["status"], item["reason"]) for item in reversed(await logs(practice))]
