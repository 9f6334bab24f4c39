"""Digests on their way: what one says is looked up right before it is sent."""

from uuid import UUID

from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.core.work.outbox import Claimed, FailureReason, MailStatus, Outbox, Outcome, Written
from pazpaz.digests import messages, metrics, queries, statements
from pazpaz.digests.models import SkipReason
from pazpaz.digests.queries import Contents, ToSay
from pazpaz.reminders.delivery import pace
from pazpaz.reminders.settings import ReminderSettings


async def deliver(resources: Resources, _woken_by: UUID) -> None:
    """Deliver what is due until nothing is."""
    await delivery.deliver(OUTBOX, resources)


async def _write(resources: Resources, item: Claimed) -> Written | Outcome:
    said, contents = await _look(resources, item)
    if (skipped := said.objection()) is not None:
        return Outcome(MailStatus.SKIPPED, skipped)
    if said.is_over:
        return Outcome(MailStatus.SKIPPED, FailureReason.TOO_LATE)
    if said.due > said.looked_at:
        return Outcome(MailStatus.PENDING, at=said.due)
    if not contents:
        return Outcome(MailStatus.SKIPPED, SkipReason.NOTHING_TO_SAY)
    seen = {
        "user_version": said.user_version,
        "preference_version": said.preference_version,
        "practice_version": said.practice_version,
        "looked_at": said.looked_at,
    }
    settings = ReminderSettings.of(resources.settings)
    mail = messages.digest(said, contents, settings)
    return Written(mail, settings.bounces_to, said.email, seen)


async def _look(resources: Resources, item: Claimed) -> tuple[ToSay, Contents]:
    """Return the member, and what there is to say, as it is now."""
    async with resources.acting_in(item.workspace_id) as db:
        said = (await db.read(queries.TO_SAY, digest_id=item.id, about=item.id))[0]
        start, end = said.tomorrow
        contents = Contents(
            await db.read(queries.COMING, user_id=said.user_id, start=start, end=end),
            await db.read(queries.MISSED, user_id=said.user_id, since=said.since),
            await db.read(queries.UNWRITTEN, user_id=said.user_id),
        )
    return said, contents


OUTBOX = Outbox(
    "digest",
    "digests",
    _write,
    pace=pace,
    unchanged=statements.UNCHANGED,
    covering=statements.COVERING,
    outcomes=metrics.DIGESTS,
    lateness=metrics.DIGEST_LATENESS,
)
