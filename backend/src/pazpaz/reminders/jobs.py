"""The scheduler's pass, the sweep for what the queue lost, and the job that delivers."""

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.core.work.handlers import Handler, Sweep
from pazpaz.reminders import metrics, statements, zones
from pazpaz.reminders.delivery import OUTBOX, deliver
from pazpaz.reminders.models import DELIVER, ReminderStatus
from pazpaz.reminders.settings import ReminderSettings

LANES = 6
MOST = 5_000  # rows a statement makes; there is another one for the rest
_MARGIN_SECONDS = 60  # a pass that is late by less than this makes no reminder late


async def schedule(resources: Resources) -> int:
    """Make a row of every reminder that falls due before the next pass, and set an alarm for each."""
    settings = ReminderSettings.of(resources.settings)
    await zones.publish(resources)
    gone = await resources.system(transactional=False).run(statements.CANCELLED, request_id=new_id())
    await delivery.set_alarms(resources, DELIVER, gone)
    made = len(gone) + await tell_of_moves(resources)
    while True:
        rows = await resources.system(transactional=False).run(
            statements.PASS,
            ahead=settings.reminder_pass_seconds + _MARGIN_SECONDS,
            most=MOST,
            per_minute=settings.reminders_per_minute,
            request_id=new_id(),
        )
        made += len(rows)
        due = [row for row in rows if row["status"] == ReminderStatus.PENDING]
        await delivery.set_alarms(resources, DELIVER, due)
        if len(rows) < MOST:
            metrics.REMINDER_PASS_AT.set_to_current_time()
            return made


async def tell_of_moves(resources: Resources) -> int:
    """Make a row for each appointment that is at another time than its client was told."""
    moved = await resources.system(transactional=False).run(statements.RESCHEDULED, request_id=new_id())
    await delivery.set_alarms(resources, DELIVER, moved)
    return len(moved)


async def sweep(resources: Resources) -> None:
    """Tell of moves soon, wake the delivery for what is due, and set alarms again that the queue may have lost."""
    await tell_of_moves(resources)
    depth = (await resources.system(transactional=False).run(OUTBOX.depth))[0]["depth"]
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
