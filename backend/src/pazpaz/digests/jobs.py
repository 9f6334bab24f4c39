"""The pass that makes an evening's digests, the sweep for what the queue lost, and the job that delivers."""

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.core.work.handlers import Handler, Sweep
from pazpaz.digests import statements
from pazpaz.digests.delivery import OUTBOX, deliver
from pazpaz.digests.models import DELIVER
from pazpaz.reminders.settings import ReminderSettings

LANES = 2
_MARGIN_SECONDS = 60


async def schedule(resources: Resources) -> int:
    """Make a row of every digest that falls due before the next pass, and set an alarm for each."""
    ahead = ReminderSettings.of(resources.settings).reminder_pass_seconds + _MARGIN_SECONDS
    rows = await resources.system(transactional=False).run(statements.PASS, ahead=ahead, request_id=new_id())
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
