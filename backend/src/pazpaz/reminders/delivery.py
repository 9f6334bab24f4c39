"""Reminders on their way: what one is about is looked at right before it is sent."""

from datetime import datetime
from functools import partial
from uuid import UUID

from pazpaz.clients import service as clients
from pazpaz.clients.models import printed
from pazpaz.core.base import clock
from pazpaz.core.base.config import Settings
from pazpaz.core.process.resources import ActingIn, Resources
from pazpaz.core.work import delivery
from pazpaz.core.work.outbox import Claimed, MailStatus, Outbox, Outcome, Pace, Written
from pazpaz.reminders import messages, metrics, queries, quietdays, statements
from pazpaz.reminders.links import return_path
from pazpaz.reminders.models import REMINDER, Reason, ReminderKind
from pazpaz.reminders.news import location_mark, news_of
from pazpaz.reminders.queries import ToSend
from pazpaz.reminders.quiet import Calendar
from pazpaz.reminders.settings import ReminderSettings


async def deliver(resources: Resources, _woken_by: UUID) -> None:
    """Deliver what is due until nothing is; the job that wakes this is an alarm clock, no order."""
    await delivery.deliver(OUTBOX, resources)


async def _write(resources: Resources, item: Claimed) -> Written | Outcome:
    found, locations, quiet = await _look(resources, item)
    news = news_of(found, locations)
    if (objection := found.objection(is_news=bool(news))) is not None or found.email is None:
        return Outcome(MailStatus.SKIPPED, objection)
    if found.kind is ReminderKind.REMINDER and (stretch := quiet and quiet.stretch(clock.now())):
        return _put_off(item, stretch[1])
    settings = ReminderSettings.of(resources.settings)
    sender = return_path(settings.secret_key.get_secret_value(), item.id, settings.bounces_to)
    seen = {
        "appointment_version": found.appointment_version,
        "client": found.client_id,
        "client_version": found.client_version,
        "configuration_version": found.configuration_version,
        "said_end": found.ends_at,
        "said_place": found.location_type,
        "said_location": next(iter(locations), None),
        "said_therapist": found.therapist_id,
    }
    refused = partial(mark_address, resources.acting_in, item.workspace_id, found.email)
    return Written(messages.reminder(found, found.email, settings, news), sender, found.email, seen, refused)


def _put_off(item: Claimed, until: datetime) -> Outcome:
    """On a day without sending, what did not get out before it waits for its end."""
    if until > item.deadline:
        return Outcome(MailStatus.SKIPPED, Reason.OUTSIDE_WINDOW)
    return Outcome(MailStatus.PENDING, item.reason, until)


async def _look(resources: Resources, item: Claimed) -> tuple[ToSend, list[UUID], Calendar | None]:
    """Return all as it is now, the location's marks, and quiet days; who is written to is kept, masked and printed."""
    async with resources.acting_in(item.workspace_id) as db:
        found = (await db.read(queries.TO_SEND, log_id=item.id, about=item.id))[0]
        if found.email is not None:
            prints = await db.fingerprints(printed(found.email))
            kept = {"recipient": messages.masked(found.email), "address_print": prints[0]}
            await db.change(REMINDER, item.id, kept, recorded=False)
        locations = await db.fingerprints(location_mark(found.location)) if found.location else []
        quiet = await quietdays.calendar(db, found.practice_zone)
    return found, locations, quiet


async def mark_address(acting_in: ActingIn, workspace_id: UUID, address: str) -> None:
    """Note that the address does not exist: nothing more is sent to it until it is changed or saved again."""
    async with acting_in(workspace_id) as db:
        await clients.mark_bounced(db, address)


def pace(settings: Settings) -> Pace:
    """How mails of a schedule are delivered, digests too."""
    mine = ReminderSettings.of(settings)
    return Pace(mine.reminder_lease_seconds, mine.reminder_retry_seconds, mine.reminders_per_minute)


OUTBOX = Outbox(
    "reminder",
    "reminder_logs",
    _write,
    pace=pace,
    unchanged=statements.UNCHANGED,
    covering=statements.COVERING,
    superseded=statements.NEARER,
    outcomes=metrics.REMINDERS,
    lateness=metrics.REMINDER_LATENESS,
)
