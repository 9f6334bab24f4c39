"""Delivery reports (RFC 3464) that come back to a reminder's return path."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from uuid import UUID

from pazpaz.clients.models import CARD
from pazpaz.core import metrics
from pazpaz.core.ids import new_id
from pazpaz.core.resources import Resources
from pazpaz.reminders import letters, statements
from pazpaz.reminders.delivery import mark_address
from pazpaz.reminders.links import log_of_return_path
from pazpaz.reminders.models import REMINDER, Reason, ReminderStatus

_SENT_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_FAILURES = ("4.", "5.")
# Final for the message, but no reason to think that the address does not exist: given up, full, too large, policy.
_NOT_THE_ADDRESS = ("4.", "5.2.2", "5.2.3", "5.3.", "5.6.", "5.7.")


async def take(resources: Resources, raw: bytes) -> UUID | None:
    """Note that a reminder came back for good; None for a report that is none, passing, forged or repeated."""
    report = message_from_bytes(raw, policy=policy.default)
    status, log_id = _final_status(report), _log_of(report, resources.settings.secret_key.get_secret_value())
    if status is None or log_id is None:
        return None
    system = resources.system(together=False)
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


def _blocks(report: EmailMessage | Message) -> Iterator[Message]:
    """The fields per recipient (RFC 3464, 2.3)."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield from (
                (block for block in payload if isinstance(block, Message))
                if isinstance(payload, list)
                else ()
            )


def _final_status(report: EmailMessage | Message) -> str | None:
    """The status of the first recipient for whom delivery has failed for good; of the class 4, if it was given up."""
    if report.get_content_type() != "multipart/report":
        return None
    for block in _blocks(report):
        status = str(block.get("Status", "")).strip().split(" ")[0]
        if str(block.get("Action", "")).strip().lower() == "failed" and status[:2] in _FAILURES:
            return status
    return None


def _log_of(report: EmailMessage | Message, secret: bytes) -> UUID | None:
    """Which reminder's return path the report was sent to."""
    headers = [str(value) for name in _SENT_TO for value in report.get_all(name, [])]
    found = (log_of_return_path(secret, address) for _, address in getaddresses(headers))
    return next((log_id for log_id in found if log_id is not None), None)


async def _still_theirs(resources: Resources, workspace_id: UUID, client_id: UUID, log_id: UUID) -> bool:
    """Whether the client's address is, as far as the log knows, the one that was written to."""
    db = resources.acting_in(workspace_id)
    try:
        log = await db.get(REMINDER, log_id)
        client = await db.get(CARD, client_id)
        await db.transaction.commit()
    except BaseException:
        await db.transaction.rollback()
        raise
    return client.email is not None and letters.masked(client.email) == log.recipient
