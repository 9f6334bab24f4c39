"""The sweep that makes a mail of each answer, and the job that delivers."""

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.core.work.handlers import Handler, Sweep
from pazpaz.reminders.settings import ReminderSettings
from pazpaz.replies import statements
from pazpaz.replies.delivery import OUTBOX, deliver
from pazpaz.replies.models import DELIVER


async def sweep(resources: Resources) -> None:
    """Make a row of each answer that is to be told, and wake the delivery for what is due."""
    rows = await resources.run(statements.PASS, request_id=new_id())
    await delivery.set_alarms(resources, DELIVER, rows)
    await delivery.wake(OUTBOX, resources, DELIVER)


HANDLERS = (Handler(DELIVER, deliver, lanes=1),)
SWEEPS = (
    Sweep("sweep_replies", sweep, every_seconds=lambda s: ReminderSettings.of(s).reminder_sweep_seconds),
)
