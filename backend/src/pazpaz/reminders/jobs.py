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
    moved = await tell_of_moves(resources)
    return len(gone) + moved + await make_due(resources)


async def tell_of_moves(resources: Resources) -> int:
    """Make a row for each appointment that is at another time than its client was told."""
    moved = await resources.run(statements.RESCHEDULED, request_id=new_id())
    await delivery.set_alarms(resources, DELIVER, moved)
    return len(moved)


async def sweep(resources: Resources) -> None:
    """Tell of moves soon, wake the delivery for what is due, and set alarms again that the queue may have lost."""
    await tell_of_moves(resources)
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
