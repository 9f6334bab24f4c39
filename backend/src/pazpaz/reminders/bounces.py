"""Delivery reports (RFC 3464) that come back to a reminder's return path."""

from uuid import UUID

import structlog

from pazpaz.clients.models import CARD
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import messages, metrics, reports, statements
from pazpaz.reminders.delivery import mark_address
from pazpaz.reminders.models import REMINDER, Reason, ReminderStatus

# Final for the message, but no reason to think that the address does not exist: given up, full, too large, policy.
_NOT_THE_ADDRESS = ("4.", "5.2.2", "5.2.3", "5.3.", "5.6.", "5.7.")
log = structlog.get_logger(__name__)


async def take(resources: Resources, raw: bytes) -> UUID | None:
    """Note that a reminder came back for good; None for a report that is none, passing, forged or repeated.

    None too for one that cannot be read: were it refused, the mail server would send it again for ever.
    """
    secret = resources.settings.secret_key.get_secret_value()
    try:
        bounce = await resources.threads.run("reports", reports.bounce_of, raw, secret)
    except reports.NotUnderstoodError as error:
        log.info("delivery report not understood", cause=str(error), size=len(raw))
        metrics.DELIVERY_REPORTS.labels("not-understood").inc()
        return None
    taken = await _noted(resources, bounce) if bounce else None
    metrics.DELIVERY_REPORTS.labels("noted" if taken else "ignored").inc()
    return taken


async def _noted(resources: Resources, bounce: reports.Bounce) -> UUID | None:
    log_id, status = bounce.log_id, bounce.status
    system = resources.system(transactional=False)
    found = await system.run(statements.REPORTED, id=log_id)
    if not found:
        return None
    workspace_id, client_id = found[0]["workspace_id"], found[0]["client_id"]
    # First the address: a report that was not taken to its end comes again, and finds the reminder as it was.
    if not status.startswith(_NOT_THE_ADDRESS) and await _still_theirs(
        resources, workspace_id, client_id, log_id
    ):
        await mark_address(resources, workspace_id, client_id)
    if not await system.run(statements.BOUNCED, id=log_id, request_id=new_id()):
        return None
    metrics.REMINDERS.labels(ReminderStatus.BOUNCED, Reason.UNDELIVERABLE).inc()
    return log_id


async def _still_theirs(resources: Resources, workspace_id: UUID, client_id: UUID, log_id: UUID) -> bool:
    """Whether the client's address is, as far as the log knows, the one that was written to."""
    async with resources.acting_in(workspace_id) as db:
        item = await db.get(REMINDER, log_id)
        client = await db.get(CARD, client_id)
    return client.email is not None and messages.masked(client.email) == item.recipient
