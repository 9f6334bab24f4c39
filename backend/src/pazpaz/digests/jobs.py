"""The pass that makes an evening's digests, the sweep for what the queue lost, and the job that delivers."""

from datetime import timedelta

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.core.work.handlers import Handler, Sweep
from pazpaz.digests import statements
from pazpaz.digests.delivery import OUTBOX, deliver
from pazpaz.digests.evenings import evening
from pazpaz.digests.models import DELIVER
from pazpaz.reminders.settings import ReminderSettings

LANES = 2
_MARGIN_SECONDS = 60


async def schedule(resources: Resources) -> int:
    """Make a row of every digest that falls due before the next pass, and set an alarm for each."""
    ahead = timedelta(seconds=ReminderSettings.of(resources.settings).reminder_pass_seconds + _MARGIN_SECONDS)
    wanted = await resources.run(statements.EVENINGS)
    found = [
        (evening(row["looked_at"], row["timezone"], row["send_time"]), row["looked_at"]) for row in wanted
    ]
    near = [item for item, now in found if item.due_at <= now + ahead]
    rows = await resources.run(
        statements.PASS,
        timezones=[item.timezone for item in near],
        send_times=[item.send_time for item in near],
        dates=[item.local_date for item in near],
        due=[item.due_at for item in near],
        midnights=[item.midnight for item in near],
        request_id=new_id(),
    )
    await delivery.set_alarms(resources, DELIVER, rows)
    return len(rows)


async def run_pass(resources: Resources) -> None:
    await schedule(resources)


async def sweep(resources: Resources) -> None:
    """Wake the delivery for what is due, and set alarms again that the queue may have lost."""
    await delivery.wake(OUTBOX, resources, DELIVER)


HANDLERS = (Handler(DELIVER, deliver, lanes=LANES),)
SWEEPS = (
    Sweep("schedule_digests", run_pass, every_seconds=lambda s: ReminderSettings.of(s).reminder_pass_seconds),
    Sweep("sweep_digests", sweep, every_seconds=lambda s: ReminderSettings.of(s).reminder_sweep_seconds),
)
