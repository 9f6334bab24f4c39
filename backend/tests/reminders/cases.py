"""What reminders tell the guards."""

import asyncio
import itertools
from datetime import timedelta

from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from pazpaz.reminders import jobs
from pazpaz.reminders.delivery import deliver
from tests.appointments.cases import APPOINTMENT
from tests.support.case import EVERYONE, Case, Event, Shelf, Step

RULE = "rule, removed rule"
BOOKED_SECONDS = 1.5  # before the reminder is due
_HOURS = itertools.cycle(
    range(10, 100)
)  # no two rules of a practice are alike; of two digits: a length is compared
CASES = (
    Case(
        "POST /reminders/configurations", EVERYONE, "reminder_configuration.create",
        body=lambda _: {"hours_before": next(_HOURS)},
        volatile=("id", "hours_before", "created_at", "updated_at"),
    ),
    Case("GET /reminders/configurations", EVERYONE, "reminder_configuration.list"),
    Case(
        "PUT /reminders/configurations/{configuration_id}", EVERYONE, "reminder_configuration.update", RULE,
        body={"send_window": "08:00-20:00"},
    ),
    Case(
        "POST /reminders/configurations/{configuration_id}/preview", EVERYONE, "reminder_configuration.read",
        RULE, body={}, statements=2,  # the rule and the workspace
    ),
    Case(
        "DELETE /reminders/configurations/{configuration_id}", EVERYONE, "reminder_configuration.archive", RULE,
    ),
    Case("GET /reminders/quiet-days", EVERYONE, (Event("quiet_days.read", "workspace"),)),
    Case(
        "PUT /reminders/quiet-days", EVERYONE, (Event("quiet_days.update", "workspace"),),
        needs="quiet days", body={"from_sunset": True}, statements=3,  # the practice's are held, and looked at
    ),
    Case("GET /reminders/logs", EVERYONE, "reminder.list", params={"limit": "100"}),
    Case(
        "GET /appointments/{appointment_id}/reminders", EVERYONE, "reminder.list", APPOINTMENT,
        statements=4,  # it, its log, the rules beside it, and the days without sending
    ),
)  # fmt: skip


async def _rules(shelf: Shelf) -> dict[str, str]:
    """Two reminders, at hours that nothing else has; the second was removed."""
    practice, mark = shelf.practice, shelf.ids["word"]
    taken: int = (await practice.get("/reminders/configurations")).json()["total"]
    words = {"subject_template": mark, "body_template": f"{mark} {{client_first_name}}"}
    ids = []
    for hours in (100 + taken, 200 + taken):
        made = await practice.post("/reminders/configurations", {"hours_before": hours, **words})
        ids.append(made.json()["id"])
    await practice.delete(f"/reminders/configurations/{ids[1]}")
    return {"rule": ids[0], "removed rule": ids[1]}


async def _reminded(shelf: Shelf) -> dict[str, str]:
    """The client is reminded: booked before the reminder is due, and delivered after."""
    practice, resources = shelf.practice, shelf.app.state.resources
    await practice.post("/reminders/configurations", {"hours_before": 1})
    start = clock.now() + timedelta(hours=1, seconds=BOOKED_SECONDS)
    times = {
        "scheduled_start": start.isoformat(),
        "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
    }
    booked = await practice.make_appointment(shelf.ids["client"], **times)
    await jobs.schedule(resources)
    await asyncio.sleep(BOOKED_SECONDS)
    await deliver(resources, new_id())
    log = (await practice.get(f"/appointments/{booked['id']}/reminders")).json()
    assert "sent" in {item["status"] for item in log["items"]}, log
    return {"reminder": booked["id"]}


async def _quiet(shelf: Shelf) -> dict[str, str]:
    """New Year's day, long ago, is without sending."""
    await shelf.practice.put("/reminders/quiet-days", {"dates": ["2020-01-01"], "festivals": "israel"})
    return {"quiet days": shelf.ids["workspace"]}


STEPS = (
    Step("quiet days", _quiet),
    Step("rule, removed rule", _rules),
    Step("reminder", _reminded, "client", waits=True),
)
