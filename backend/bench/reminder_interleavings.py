"""Reminders sent while their appointments move, are cancelled or their clients opt out (R5).

    ./dev bench reminder_interleavings [--changes 10000] [--seed N]

Rounds of a hundred due reminders, six deliveries at once, a mail server that dawdles at MAIL and RCPT, and one
change of each appointment or its client at a random moment. Counted are mails about what was no longer so:
how long before the mail was handed over the change had been committed. None may be more than a second.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from typing import Any
from uuid import UUID

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.reminding import book, in_seconds, open_practice, set_up_long_ago, world
from bench.say import say
from bench.stage import Stage, options, signed
from pazpaz.appointments import service as appointments
from pazpaz.appointments.schemas import AppointmentUpdate
from pazpaz.clients import service as clients
from pazpaz.clients.schemas import ClientUpdate
from pazpaz.core.base import clock
from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.handle import Db
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery, jobs

ROUND = 100
DELIVERIES = 6
WHAT = ("moved", "cancelled", "archived", "opted out", "without address")
_AT = timedelta(microseconds=1)
_BRIEF, _LONG = 0.01, 1.5


@dataclass
class Server:
    """A mail server that takes its time up to DATA, and remembers when it had each message."""

    chance: random.Random
    taken: dict[UUID, float] = field(default_factory=dict)

    async def _dawdle(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, _LONG if self.chance.random() < 0.05 else _BRIEF))

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        await self._dawdle()
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        await self._dawdle()
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        message_id = str(message_from_bytes(envelope.original_content or b"")["Message-ID"])
        log_id = UUID(message_id.removeprefix("<reminder-").partition("@")[0])
        self.taken[log_id] = asyncio.get_running_loop().time()
        return "250 ok"


@dataclass
class Outcome:
    """What came of it."""

    changes: Counter[str] = field(default_factory=Counter)
    before: int = 0
    behind: list[float] = field(default_factory=list)
    never: int = 0


async def _change(db: Db, what: str, appointment_id: UUID, client_id: UUID) -> None:
    if what == "moved":
        start = (await appointments.read(db, appointment_id)).scheduled_start + timedelta(days=3)
        body = AppointmentUpdate.model_validate({"scheduled_start": start, "scheduled_end": start + _AT})
        await appointments.change(db, appointment_id, body, None)
    elif what == "cancelled":
        body = AppointmentUpdate.model_validate({"status": "cancelled"})
        await appointments.change(db, appointment_id, body, None)
    elif what == "archived":
        await appointments.archive(db, appointment_id, None)
    elif what == "opted out":
        await clients.opt_out(db, client_id)
    else:
        await clients.change(db, client_id, ClientUpdate.model_validate({"email": None}), None)


async def _persist(work: Callable[[], Awaitable[None]]) -> None:
    """Try again as long as a busy machine has no connection to give, as the queue does."""
    while True:
        try:
            return await work()
        except Unavailable:
            await asyncio.sleep(0.2)


async def _round(resources: Resources, referee: Any, server: Server, outcome: Outcome) -> None:
    chance, loop = server.chance, asyncio.get_running_loop()
    practice = await open_practice(resources, hours=24)
    first = clock.now() + timedelta(hours=20)
    booked = await book(resources, practice, [first + 2 * n * _AT for n in range(ROUND)])
    await set_up_long_ago(referee, timedelta(days=1))
    await jobs.schedule(resources)
    committed: dict[UUID, float] = {}

    async def change(appointment_id: UUID, client_id: UUID) -> None:
        await asyncio.sleep(chance.uniform(0, 3))
        what = chance.choice(WHAT)

        async def commit() -> None:
            async with resources.acting_in(practice.workspace_id) as db:
                await _change(db, what, appointment_id, client_id)

        await _persist(commit)
        committed[appointment_id] = loop.time()
        outcome.changes[what] += 1

    await asyncio.gather(
        *(_persist(lambda: delivery.deliver(resources, new_id())) for _ in range(DELIVERIES)),
        *(change(*ids) for ids in booked),
    )
    await delivery.deliver(resources, new_id())
    rows = await referee.fetch(
        "SELECT id, appointment_id FROM reminder_logs WHERE workspace_id = $1 AND kind = 'reminder'",
        practice.workspace_id,
    )
    for row in rows:
        at = server.taken.get(row["id"])
        if at is None:
            outcome.never += 1
        elif at <= committed[row["appointment_id"]]:
            outcome.before += 1
        else:
            outcome.behind.append(at - committed[row["appointment_id"]])


async def _rounds(resources: Resources, referee: Any, changes: int, seed: int) -> Outcome:
    server, outcome, loop = Server(random.Random(seed)), Outcome(), asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(server, hostname="sink", loop=loop), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    worker = Resources(
        resources.settings.model_copy(update={"smtp_port": port, "reminders_per_minute": 1_000_000}),
        resources.engine, resources.system_engine, resources.keys, resources.queue,
    )  # fmt: skip
    while outcome.changes.total() < changes:
        await _round(worker, referee, server, outcome)
        if outcome.changes.total() % 1_000 == 0:
            say(f"{outcome.changes.total()} changes; sent after one: by {in_seconds(outcome.behind)}")
    listening.close()
    return outcome


def interleave(here: Stage, changes: int, seed: int) -> Outcome:
    """Change and send."""

    async def work(resources: Resources, referee: Any) -> Outcome:
        return await _rounds(resources, referee, changes, seed)

    return here.run(work)


def main() -> None:
    arguments = options("reminder_interleavings", __doc__, changes=10_000, seed=random.randrange(1_000_000))
    say(f"seed {arguments.seed}")
    with world() as here:
        outcome = interleave(here, arguments.changes, arguments.seed)
    say(f"{outcome.changes.total()} changes: {dict(outcome.changes)}")
    say(f"reminders sent before the change {outcome.before}, not at all {outcome.never}")
    say(f"sent after it {len(outcome.behind)}: by {in_seconds(outcome.behind)}")
    wrong = sum(1 for seconds in outcome.behind if seconds > 1)
    say(f"more than a second after it: {wrong}; {signed()}")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
