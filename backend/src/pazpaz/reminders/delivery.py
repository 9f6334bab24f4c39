"""Delivering reminders: claim, look again, write, hand over, settle. Several workers may do it at once.

A crash before the mark (`HAND_OVER`) leaves a reminder that was surely not sent; after it, one that may
have been. That one is sent once more under the same Message-ID, and then left as unknown.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from uuid import UUID

import structlog

from pazpaz.core import clock, metrics
from pazpaz.core.audit import Origin
from pazpaz.core.courier import Courier, NotSentError, UnknownError
from pazpaz.core.engine import Record
from pazpaz.core.errors import Unavailable
from pazpaz.core.ids import new_id
from pazpaz.core.resources import Resources
from pazpaz.reminders import letters, queries, statements
from pazpaz.reminders.links import return_path
from pazpaz.reminders.models import COPIES, REMINDER, Reason, ReminderStatus
from pazpaz.reminders.queries import ToSend

BATCH = 10
LONGEST_WAIT = timedelta(minutes=5)
PERSISTENCE_SECONDS = 60.0
GRACE_SECONDS = 8.0
_ACTIONS = {
    ReminderStatus.PENDING: "reminder.postpone",
    ReminderStatus.SENT: "reminder.send",
    ReminderStatus.FAILED: "reminder.fail",
    ReminderStatus.BOUNCED: "reminder.bounce",
    ReminderStatus.SKIPPED: "reminder.skip",
}
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reminder that is this worker's until the lease ends."""

    claim_id: UUID
    workspace_id: UUID
    id: UUID
    attempts: int
    handovers: int
    handed_over_at: datetime | None
    deadline: datetime
    due_at: datetime
    reason: str | None
    claimed_at: datetime
    superseded: bool

    @property
    def was_tried(self) -> bool:
        """Whether it has come as far as the server before."""
        return self.attempts > 0 or self.handovers > 0

    def ending(self) -> tuple[ReminderStatus, Reason | None] | None:
        """What it ends as without being looked at; None if it is to be sent."""
        unknown = self.handed_over_at is not None
        late = self.deadline < self.claimed_at
        if unknown and (late or self.handovers >= COPIES):
            return ReminderStatus.FAILED, Reason.UNKNOWN
        if late and self.was_tried:
            return ReminderStatus.FAILED, Reason(self.reason) if self.reason else Reason.SERVER_UNAVAILABLE
        if late:
            return ReminderStatus.SKIPPED, Reason.TOO_LATE
        if self.superseded:
            return ReminderStatus.SKIPPED, Reason.SUPERSEDED
        return None


async def deliver(resources: Resources, _woken_by: UUID) -> None:
    """Deliver what is due until nothing is; the job that wakes this is an alarm clock, no order."""
    while claimed := await _claim(resources):
        await _deliver_batch(resources, claimed)


async def _claim(resources: Resources) -> list[Claimed]:
    claim, settings = new_id(), resources.settings
    rows = await resources.system(together=False).run(
        statements.CLAIM,
        claim=claim,
        lease=settings.reminder_lease_seconds,
        per_minute=settings.reminders_per_minute,
        most=BATCH,
    )
    return sorted((Claimed(claim, *row) for row in rows), key=lambda item: item.due_at)


async def _deliver_batch(resources: Resources, batch: list[Claimed]) -> None:
    """One after the other on one connection; when the server is away, none of the rest is tried."""
    async with _held(resources, batch), Courier(resources.settings) as courier:
        away = False
        for item in batch:
            if away:
                await _later(resources, item, Reason.SERVER_UNAVAILABLE)
            else:
                away = not await _finished(_deliver_safely(resources, courier, item))


@asynccontextmanager
async def _held(resources: Resources, batch: list[Claimed]) -> AsyncIterator[None]:
    """Renew the lease while the batch is worked on: a short lease, however long a server takes."""
    lease = resources.settings.reminder_lease_seconds

    async def renew() -> None:
        while True:
            await asyncio.sleep(lease / 3)
            with contextlib.suppress(Unavailable):
                await resources.system(together=False).run(
                    statements.RENEW, lease=lease, ids=[item.id for item in batch], claim=batch[0].claim_id
                )

    task = asyncio.get_running_loop().create_task(renew())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _finished(work: Awaitable[bool]) -> bool:
    """A worker that is told to stop first finishes the message it is at."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(task, GRACE_SECONDS)
        raise


async def _deliver_safely(resources: Resources, courier: Courier, item: Claimed) -> bool:
    """One that cannot be opened or written must not keep those behind it from being sent."""
    try:
        return await _deliver_one(resources, courier, item)
    except Unavailable:
        raise
    except Exception:
        log.exception("a reminder cannot be delivered", reminder=str(item.id))
        await _later(resources, item, Reason.UNWRITABLE)
        return True


async def _deliver_one(resources: Resources, courier: Courier, item: Claimed) -> bool:
    """Whether the server can be asked for the next one."""
    ending = item.ending()
    if ending is not None:
        await _settle(resources, item, *ending)
        return True
    found = await _look(resources, item)
    if (objection := found.objection()) is not None or found.email is None:
        await _settle(resources, item, ReminderStatus.SKIPPED, objection)
        return True
    mail = letters.message(found, found.email, resources.settings)
    return await _hand_over(resources, courier, item, found, mail)


async def _look(resources: Resources, item: Claimed) -> ToSend:
    """The appointment, client and rule as they are now; who is written to is kept, masked."""
    db = resources.acting_in(item.workspace_id)
    try:
        found = (await db.read(queries.TO_SEND, log_id=item.id, about=item.id))[0]
        if found.email is not None:
            await db.change(REMINDER, item.id, {"recipient": letters.masked(found.email)}, recorded=False)
        await db.transaction.commit()
    except BaseException:
        await db.transaction.rollback()
        raise
    return found


async def _hand_over(
    resources: Resources, courier: Courier, item: Claimed, found: ToSend, mail: EmailMessage
) -> bool:
    settings = resources.settings
    sender = return_path(settings.secret_key.get_secret_value(), item.id, settings.bounces_to)
    marked = False

    async def mark() -> bool:
        nonlocal marked
        marked = bool(
            await resources.system(together=False).run(statements.HAND_OVER, **_as_seen(item, found))
        )
        return marked

    try:
        taken = await courier.deliver(mail, sender, str(found.email), mark)
    except NotSentError as error:
        return await _not_sent(resources, item, error, marked=marked, found=found)
    except UnknownError:
        await _later(resources, item, Reason.UNKNOWN)
        return False
    except Unavailable:  # whether the mark is there or not: DATA was not begun
        await _settle(resources, item, ReminderStatus.PENDING, None, at=clock.now(), refused=True)
        raise
    if taken:
        await _settle(resources, item, ReminderStatus.SENT, None, tried=1)
    else:  # something changed since it was looked at: look again at once
        await _settle(resources, item, ReminderStatus.PENDING, None, at=clock.now())
    return True


def _as_seen(item: Claimed, found: ToSend) -> dict[str, object]:
    return {
        "workspace": item.workspace_id,
        "id": item.id,
        "claim": item.claim_id,
        "appointment_version": found.appointment_version,
        "client": found.client_id,
        "client_version": found.client_version,
        "configuration_version": found.configuration_version,
    }


async def _not_sent(
    resources: Resources, item: Claimed, error: NotSentError, *, marked: bool, found: ToSend
) -> bool:
    if not error.is_final:
        session = error.step == "session"
        reason = Reason.SERVER_UNAVAILABLE if session else Reason.REFUSED_FOR_NOW
        await _later(resources, item, reason, refused=marked)
        return not session
    if error.step == "recipient":
        await _settle(resources, item, ReminderStatus.BOUNCED, Reason.ADDRESS_REFUSED, tried=1)
        if error.enhanced.startswith("5.1.") or (not error.enhanced and error.code in {550, 551, 553}):
            await mark_address(resources, item.workspace_id, found.client_id)
    else:
        await _settle(resources, item, ReminderStatus.FAILED, Reason.REFUSED, tried=1, refused=marked)
    return True


async def mark_address(resources: Resources, workspace_id: UUID, client_id: UUID) -> None:
    """The address does not exist: nothing more is sent to it until it is changed."""
    from pazpaz.clients import service as clients

    db = resources.acting_in(workspace_id)
    try:
        await clients.mark_bounced(db, client_id)
        await db.transaction.commit()
    except BaseException:
        await db.transaction.rollback()
        raise


async def _later(resources: Resources, item: Claimed, reason: Reason, *, refused: bool = False) -> None:
    """Try again after a wait that doubles, with jitter; once more at the deadline, then it has failed."""
    now = clock.now()
    wait = timedelta(seconds=resources.settings.reminder_retry_seconds * 2 ** min(item.attempts, 10))
    wait = min(wait, LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311 (only to part them)
    at = min(now + wait, max(item.deadline, now))
    await _settle(resources, item, ReminderStatus.PENDING, reason, at=at, tried=1, refused=refused)


async def _settle(
    resources: Resources,
    item: Claimed,
    status: ReminderStatus,
    reason: Reason | None,
    *,
    at: datetime | None = None,
    tried: int = 0,
    refused: bool = False,
) -> None:
    """Write down what became of it, and let it go; `refused` takes a mark of this claim back, if there is one."""
    domain = parseaddr(resources.settings.mail_from)[1].rpartition("@")[2]
    sent = status is ReminderStatus.SENT
    values = {
        "workspace": item.workspace_id,
        "id": item.id,
        "claim": item.claim_id,
        "status": status,
        "reason": reason,
        "tried": tried,
        "refused": refused,
        "handed_over_at": item.handed_over_at,
        "handovers": item.handovers,
        "next_attempt_at": at or clock.now(),
        "message_id": letters.message_id_of(item.id, domain) if sent else None,
        "action": _ACTIONS[status],
        "request_id": Origin(new_id()).request_id,
    }
    if await _persist(lambda: resources.system(together=False).run(statements.SETTLE, **values)):
        metrics.REMINDERS.labels(status, reason or "").inc()
        if sent:
            metrics.REMINDER_LATENESS.observe(max(0.0, (clock.now() - item.due_at).total_seconds()))


async def _persist(write: Callable[[], Awaitable[list[Record]]]) -> list[Record]:
    """Only this process knows what the server said: nothing but its end keeps us from writing that down."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PERSISTENCE_SECONDS
    while True:
        try:
            return await write()
        except Unavailable:
            if loop.time() > until:
                raise
            await asyncio.sleep(0.2)
