"""The scheduler's pass, the sweep for what the queue lost, and the job that delivers."""

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.core.work.handlers import Handler, Sweep
from pazpaz.reminders import metrics, statements
from pazpaz.reminders.delivery import OUTBOX, deliver
from pazpaz.reminders.models import DELIVER
from pazpaz.reminders.scheduling import make_due
from pazpaz.reminders.settings import ReminderSettings

LANES = 6


async def schedule(resources: Resources) -> int:
    """Make a row of every mail that falls due before the next pass, and set an alarm for each."""
    gone = await resources.run(statements.CANCELLED, request_id=new_id())
    await delivery.set_alarms(resources, DELIVER, gone)
    changed = await tell_of_changes(resources)
    return len(gone) + changed + await make_due(resources)


async def tell_of_changes(resources: Resources) -> int:
    """Make a row for each appointment that is another than its client was told."""
    changed = await resources.run(statements.CHANGED, request_id=new_id())
    await delivery.set_alarms(resources, DELIVER, changed)
    return len(changed)


async def sweep(resources: Resources) -> None:
    """Tell of changes soon, wake the delivery for what is due, and set alarms again that the queue may have lost."""
    await tell_of_changes(resources)
    depth = (await resources.run(OUTBOX.depth))[0]["depth"]
    metrics.REMINDERS_WAITING.set(depth)
    await delivery.wake(OUTBOX, resources, DELIVER)


async def run_pass(resources: Resources) -> None:
    await schedule(resources)


HANDLERS = (Handler(DELIVER, deliver, lanes=LANES),)
SWEEPS = (
    Sweep(
        "schedule_reminders", run_pass, every_seconds=lambda s: ReminderSettings.of(s).reminder_pass_seconds
    ),
    Sweep("sweep_reminders", sweep, every_seconds=lambda s: ReminderSettings.of(s).reminder_sweep_seconds),
)
