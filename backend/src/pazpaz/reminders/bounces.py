"""Delivery reports that come back to a reminder's return path."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from pazpaz.clients import service as clients
from pazpaz.clients.models import printed
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.turns import Threads
from pazpaz.core.db.system import System
from pazpaz.core.mail.refusals import Cause
from pazpaz.core.process.resources import ActingIn, Resources
from pazpaz.reminders import metrics, reports, statements
from pazpaz.reminders.addresses import WRITTEN_TO
from pazpaz.reminders.models import Reason, ReminderStatus
from pazpaz.reminders.reports import Failure

_REASONS = {
    Cause.NO_SUCH_ADDRESS: Reason.ADDRESS_REFUSED,
    Cause.FULL: Reason.MAILBOX_FULL,
    Cause.REFUSED: Reason.REFUSED,
    Cause.OTHER: Reason.UNDELIVERABLE,
    Cause.UNKNOWN: Reason.CAME_BACK,
}
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
    found = await system.run(statements.REPORTED, id=bounce.log_id)
    if not found:
        return None
    # First the address: a report that was not taken to its end comes again, and finds the reminder as it was.
    reason = await _judged(acting_in, found[0]["workspace_id"], bounce)
    if not await system.run(statements.BOUNCED, id=bounce.log_id, reason=reason, request_id=new_id()):
        return None
    metrics.REMINDERS.labels(ReminderStatus.BOUNCED, reason).inc()
    return bounce.log_id


async def _judged(acting_in: ActingIn, workspace_id: UUID, bounce: reports.Bounce) -> Reason:
    """Return why it came back; if the address that was written to does not exist, everybody who has it is marked."""
    async with acting_in(workspace_id) as db:
        written_to = (await db.read(WRITTEN_TO, log_id=bounce.log_id, about=bounce.log_id))[0].address_print

        async def ours(address: str) -> bool:
            return written_to in await db.fingerprints(printed(address))

        address, cause = await _chosen(bounce.failures, ours)
        if cause is Cause.NO_SUCH_ADDRESS and address is None:
            return Reason.UNDELIVERABLE  # one that mail is forwarded to, which says nothing of the client's
        if cause is Cause.NO_SUCH_ADDRESS and address is not None:
            await clients.mark_bounced(db, address)
    return _REASONS[cause]


async def _chosen(
    failures: tuple[Failure, ...], ours: Callable[[str], Awaitable[bool]]
) -> tuple[str | None, Cause]:
    """Return the address that was written to, if the report names it, and what all that is said of it comes to."""
    named = [
        (address, failure.cause)
        for failure in failures
        for address in failure.recipients
        if await ours(address)
    ]
    address = named[0][0] if named else None
    causes = [cause for _, cause in named] or [failure.cause for failure in failures]
    if not causes:
        return address, Cause.UNKNOWN
    return address, next((cause for cause in causes if cause is not Cause.NO_SUCH_ADDRESS), causes[0])
