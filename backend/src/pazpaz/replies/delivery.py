"""Mails about answers on their way: an answer is looked at right before it is told."""

from uuid import UUID

from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.core.work.outbox import Claimed, MailStatus, Outbox, Outcome, Written
from pazpaz.reminders.delivery import pace
from pazpaz.reminders.settings import ReminderSettings
from pazpaz.replies import messages, metrics, queries, statements


async def deliver(resources: Resources, _woken_by: UUID) -> None:
    """Deliver what is due until nothing is."""
    await delivery.deliver(OUTBOX, resources)


async def _write(resources: Resources, item: Claimed) -> Written | Outcome:
    async with resources.acting_in(item.workspace_id) as db:
        said = (await db.read(queries.TO_TELL, mail_id=item.id, about=item.id))[0]
    if (objection := said.objection()) is not None:
        return Outcome(MailStatus.SKIPPED, objection)
    settings = ReminderSettings.of(resources.settings)
    seen = {"appointment_version": said.appointment_version, "user_version": said.user_version}
    return Written(messages.reply(said, settings), settings.bounces_to, said.email, seen)


OUTBOX = Outbox(
    "reply_mail",
    "reply_mails",
    _write,
    pace=pace,
    unchanged=statements.UNCHANGED,
    outcomes=metrics.REPLIES,
    lateness=metrics.REPLY_LATENESS,
)
