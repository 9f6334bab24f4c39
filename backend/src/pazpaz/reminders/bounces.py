"""Delivery reports (RFC 3464) that come back to a reminder's return path."""

from uuid import UUID

import structlog

from pazpaz.clients.models import CARD
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.turns import Threads
from pazpaz.core.db.system import System
from pazpaz.core.process.resources import ActingIn, Resources
from pazpaz.reminders import messages, metrics, reports, statements
from pazpaz.reminders.delivery import mark_address
from pazpaz.reminders.models import REMINDER, Reason, ReminderStatus

# Final for the message, but no reason to think that the address does not exist: given up, full, too large, policy.
_NOT_THE_ADDRESS = ("4.", "5.2.2", "5.2.3", "5.3.", "5.6.", "5.7.")
log = structlog.get_logger(__name__)


async def take(resources: Resources, raw: bytes) -> UUID | None:
    """Note what a report says; for the command line."""
    system = resources.system(transactional=False)
    return await taken(system, resources.acting_in, resources.threads, resources.settings, raw)


async def taken(
    system: System, acting_in: ActingIn, threads: Threads, settings: Settings, raw: bytes
) -> UUID | None:
    """Note that a reminder came back for good; None for a report that is none, passing, forged or repeated.

    None too for one that cannot be read: were it refused, the mail server would send it again for ever.
    """
    secret = settings.secret_key.get_secret_value()
    try:
        bounce = await threads.run("reports", reports.bounce_of, raw, secret)
    except reports.NotUnderstoodError as error:
        log.info("delivery report not understood", cause=str(error), size=len(raw))
        metrics.DELIVERY_REPORTS.labels("not-understood").inc()
        return None
    noted = await _noted(system, acting_in, bounce) if bounce else None
    metrics.DELIVERY_REPORTS.labels("noted" if noted else "ignored").inc()
    return noted


async def _noted(system: System, acting_in: ActingIn, bounce: reports.Bounce) -> UUID | None:
    log_id, status = bounce.log_id, bounce.status
    found = await system.run(statements.REPORTED, id=log_id)
    if not found:
        return None
    workspace_id, client_id = found[0]["workspace_id"], found[0]["client_id"]
    # First the address: a report that was not taken to its end comes again, and finds the reminder as it was.
    if not status.startswith(_NOT_THE_ADDRESS) and await _still_theirs(
        acting_in, workspace_id, client_id, log_id
    ):
        await mark_address(acting_in, workspace_id, client_id)
    if not await system.run(statements.BOUNCED, id=log_id, request_id=new_id()):
        return None
    metrics.REMINDERS.labels(ReminderStatus.BOUNCED, Reason.UNDELIVERABLE).inc()
    return log_id


async def _still_theirs(acting_in: ActingIn, workspace_id: UUID, client_id: UUID, log_id: UUID) -> bool:
    """Whether the client's address is, as far as the log knows, the one that was written to."""
    async with acting_in(workspace_id) as db:
        item = await db.get(REMINDER, log_id)
        client = await db.get(CARD, client_id)
    return client.email is not None and messages.masked(client.email) == item.recipient
