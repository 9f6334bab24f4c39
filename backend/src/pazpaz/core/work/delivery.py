"""Delivering mails: claim, look again, write, hand over, settle. Several workers may do it at once.

A crash before the mark (`Outbox.hand_over`) leaves a mail that was surely not sent; after it, one that may
have been. That one is sent once more under the same Message-ID, and then left as unknown.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import structlog

from pazpaz.core.base import clock
from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.engine import Record
from pazpaz.core.mail.messages import domain_of
from pazpaz.core.mail.refusals import Cause, cause_of
from pazpaz.core.mail.smtp import NotSentError, SmtpTransport, UnknownError
from pazpaz.core.process.resources import Resources
from pazpaz.core.queue.jobs import Job
from pazpaz.core.work.outbox import Claimed, FailureReason, MailStatus, Outbox, Outcome, Written

BATCH = 10
LONGEST_WAIT = timedelta(minutes=5)
PERSISTENCE_SECONDS = 60.0
GRACE_SECONDS = 8.0
_ACTIONS = {
    MailStatus.PENDING: "postpone",
    MailStatus.SENT: "send",
    MailStatus.FAILED: "fail",
    MailStatus.BOUNCED: "bounce",
    MailStatus.SKIPPED: "skip",
}
log = structlog.get_logger(__name__)


async def deliver(outbox: Outbox, resources: Resources) -> None:
    """Deliver what is due until nothing is."""
    while claimed := await _claim(outbox, resources):
        await _deliver_batch(outbox, resources, claimed)


async def set_alarms(resources: Resources, job: Job, rows: list[Record]) -> None:
    """One job per mail, run at its moment; what is due already shares one."""
    soon = clock.now() + timedelta(seconds=1)
    if any(row["next_attempt_at"] <= soon for row in rows):
        await resources.queue.send(job, new_id())
    waiting = [row for row in rows if row["next_attempt_at"] > soon]
    for start in range(0, len(waiting), 50):
        batch = waiting[start : start + 50]
        await asyncio.gather(
            *(resources.queue.send(job, row["id"], at=row["next_attempt_at"]) for row in batch)
        )


async def wake(outbox: Outbox, resources: Resources, job: Job) -> None:
    """Ring for what is due, and set the next minute's alarms again: the queue may have lost them."""
    if await resources.run(outbox.any_due):
        await resources.queue.send(job, new_id())
    await set_alarms(resources, job, await resources.run(outbox.coming))


async def _claim(outbox: Outbox, resources: Resources) -> list[Claimed]:
    claim, pace = new_id(), outbox.pace(resources.settings)
    rows = await resources.run(
        outbox.claim,
        claim=claim,
        lease=pace.lease_seconds,
        per_minute=pace.per_minute,
        most=BATCH,
    )
    return sorted((Claimed(claim_id=claim, **row) for row in rows), key=lambda item: item.due_at)


async def _deliver_batch(outbox: Outbox, resources: Resources, batch: list[Claimed]) -> None:
    """One after the other on one connection; when the server is away, none of the rest is tried."""
    async with _held(outbox, resources, batch), SmtpTransport(resources.settings) as transport:
        delivery = _Delivery(outbox, resources, transport)
        away = False
        for item in batch:
            if away:
                await delivery.later(item, FailureReason.SERVER_UNAVAILABLE)
            else:
                away = not await _finished(delivery.one_safely(item))


@asynccontextmanager
async def _held(outbox: Outbox, resources: Resources, batch: list[Claimed]) -> AsyncIterator[None]:
    """Renew the lease while the batch is worked on: a short lease, however long a server takes."""
    lease = outbox.pace(resources.settings).lease_seconds

    async def renew() -> None:
        while True:
            await asyncio.sleep(lease / 3)
            with contextlib.suppress(Unavailable):
                await resources.run(
                    outbox.renew, lease=lease, ids=[item.id for item in batch], claim=batch[0].claim_id
                )

    task = asyncio.get_running_loop().create_task(renew())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _finished(work: Awaitable[bool]) -> bool:
    """Return a worker that is told to stop first finishes the message it is at."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(task, GRACE_SECONDS)
        raise


class _Delivery:
    """One batch's way out of an outbox, on one connection."""

    def __init__(self, outbox: Outbox, resources: Resources, transport: SmtpTransport) -> None:
        self._outbox = outbox
        self._resources = resources
        self._transport = transport

    async def one_safely(self, item: Claimed) -> bool:
        """One that cannot be opened or written must not keep those behind it from being sent."""
        try:
            return await self._one(item)
        except Unavailable:
            raise
        except Exception:
            log.exception("a mail cannot be delivered", noun=self._outbox.noun, mail=str(item.id))
            await self.later(item, FailureReason.UNWRITABLE)
            return True

    async def _one(self, item: Claimed) -> bool:
        """Whether the server can be asked for the next one."""
        found = item.ending() or await self._outbox.write(self._resources, item)
        if isinstance(found, Outcome):
            await self._settle(item, found)
            return True
        return await self._hand_over(item, found)

    async def _hand_over(self, item: Claimed, written: Written) -> bool:
        marked = False

        async def mark() -> bool:
            nonlocal marked
            fence = {"workspace": item.workspace_id, "id": item.id, "claim": item.claim_id}
            marked = bool(await self._resources.run(self._outbox.hand_over, **fence, **written.seen))
            return marked

        try:
            taken = await self._transport.deliver(written.mail, written.sender, written.recipient, mark)
        except NotSentError as error:
            return await self._not_sent(item, written, error, marked=marked)
        except UnknownError:
            await self.later(item, FailureReason.UNKNOWN)
            return False
        except Unavailable:  # whether the mark is there or not: DATA was not begun
            await self._settle(item, Outcome(MailStatus.PENDING), refused=True)
            raise
        if taken:
            await self._settle(item, Outcome(MailStatus.SENT), tried=1)
        else:  # something changed since it was looked at: look again at once
            await self._settle(item, Outcome(MailStatus.PENDING))
        return True

    async def _not_sent(self, item: Claimed, written: Written, error: NotSentError, *, marked: bool) -> bool:
        if not error.is_final:
            session = error.step == "session"
            reason = FailureReason.SERVER_UNAVAILABLE if session else FailureReason.REFUSED_FOR_NOW
            await self.later(item, reason, refused=marked)
            return not session
        if error.step == "recipient":
            unknown = (
                cause_of("", f"{error.code} {error.said}", (written.recipient,)) is Cause.NO_SUCH_ADDRESS
            )
            reason = FailureReason.ADDRESS_REFUSED if unknown else FailureReason.REFUSED
            await self._settle(item, Outcome(MailStatus.BOUNCED, reason), tried=1)
            if unknown and written.address_refused is not None:
                await written.address_refused()
        else:
            await self._settle(
                item, Outcome(MailStatus.FAILED, FailureReason.REFUSED), tried=1, refused=marked
            )
        return True

    async def later(self, item: Claimed, reason: str, *, refused: bool = False) -> None:
        """Try again after a wait that doubles, with jitter; once more at the deadline, then it has failed."""
        now = clock.now()
        first = self._outbox.pace(self._resources.settings).retry_seconds
        wait = timedelta(seconds=first * 2 ** min(item.attempts, 10))
        wait = min(wait, LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311 (only to part them)
        at = min(now + wait, max(item.deadline, now))
        await self._settle(item, Outcome(MailStatus.PENDING, reason, at), tried=1, refused=refused)

    async def _settle(
        self, item: Claimed, outcome: Outcome, *, tried: int = 0, refused: bool = False
    ) -> None:
        """Write down what became of it, and let it go; `refused` takes a mark of this claim back, if there is one."""
        outbox, sent = self._outbox, outcome.status is MailStatus.SENT
        values = {
            "workspace": item.workspace_id,
            "id": item.id,
            "claim": item.claim_id,
            "status": outcome.status,
            "reason": outcome.reason,
            "tried": tried,
            "refused": refused,
            "handed_over_at": item.handed_over_at,
            "handovers": item.handovers,
            "next_attempt_at": outcome.at or clock.now(),
            "message_id": self._message_id(item.id) if sent else None,
            "action": f"{outbox.noun}.{_ACTIONS[outcome.status]}",
            "request_id": new_id(),
        }
        if await _persist(lambda: self._resources.run(outbox.settle, **values)):
            outbox.outcomes.labels(outcome.status, outcome.reason or "").inc()
            if sent:
                outbox.lateness.observe(max(0.0, (clock.now() - item.due_at).total_seconds()))

    def _message_id(self, mail_id: UUID) -> str:
        return f"<{self._outbox.noun}-{mail_id}@{domain_of(self._resources.settings.mail_from)}>"


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
