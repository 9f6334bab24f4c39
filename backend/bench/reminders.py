"""Reminders under kill -9 of two workers, PostgreSQL, Valkey and the mail server (R1, R2).

    ./dev bench reminders --kills 200 [--reminders 2000] [--seed N]

Reminders fall due all the time while one process after the other is killed at random moments and started
again. In the end every reminder's copies at the mail server are counted: none may be lost, and none may be
there more than twice. One whose outcome stayed unknown twice is shown as that, and is not sent a third time.
A seed repeats the order of the victims; the moments are the machine's.
"""

import os
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.reminding import (
    SERVICES,
    WORKERS,
    book,
    delivered,
    in_seconds,
    move,
    open_practice,
    set_up_long_ago,
)
from bench.say import say
from bench.stage import Stage, options, signed, stage
from pazpaz.core.base import clock
from pazpaz.core.process.resources import Resources
from pazpaz.embedded.stack import Stack

VICTIMS = (*WORKERS, "postgres", "valkey", "mail")
WORKSPACES = 10
SETTLING_SECONDS = 900.0  # at most; it ends when all is settled
QUICK = {
    "PAZPAZ_REMINDER_PASS_SECONDS": "5",
    "PAZPAZ_REMINDER_SWEEP_SECONDS": "1",
    "PAZPAZ_REMINDER_LEASE_SECONDS": "3",
    "PAZPAZ_REMINDER_RETRY_SECONDS": "0.3",
    "PAZPAZ_REMINDERS_PER_MINUTE": "100000",
}
_SETTLED = "SELECT count(*) AS n FROM reminder_logs WHERE status <> 'pending'"


@dataclass
class Outcome:
    """What came of it."""

    reminders: int
    kills: Counter[str] = field(default_factory=Counter)
    copies: Counter[int] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    lateness: list[float] = field(default_factory=list)
    seconds: float = 0.0
    lost: int = 0  # not at the mail server, and not shown as unknown
    unsettled: int = 0  # still pending when patience was over
    given_up: int = 0  # not at the mail server, and shown as unknown: two servers in a row died with it
    strays: int = 0  # messages under another Message-ID

    @property
    def duplicates(self) -> int:
        """Reminders that reached it more than once."""
        return sum(count for copies, count in self.copies.items() if copies > 1)

    def lines(self) -> list[str]:
        """For a person."""
        return [
            f"{self.reminders} reminders, {self.kills.total()} kills in {self.seconds:.0f} s: {dict(self.kills)}",
            f"lost {self.lost}, of which unsettled {self.unsettled}; shown as unknown, and not there {self.given_up}",
            f"duplicates {self.duplicates}, at most {max(self.copies)} copies, {self.strays} under another Message-ID",
            f"in the log: {dict(self.statuses)}",
            f"late: {in_seconds(self.lateness)}; {signed()}",
        ]


def _prepare(here: Stage, reminders: int, spread: float) -> None:
    """Practices whose reminders fall due over so many seconds."""

    async def prepare(resources: Resources, referee: Any) -> None:
        for _ in range(WORKSPACES):
            practice = await open_practice(resources, hours=24)
            far = clock.now() + timedelta(days=300)
            each = range(reminders // WORKSPACES)
            await book(resources, practice, [far + timedelta(seconds=n) for n in each])
        await move(
            referee, "now() + interval '10 seconds' + n * $1::interval", timedelta(seconds=spread / reminders)
        )
        await set_up_long_ago(referee, timedelta(hours=1))

    here.run(prepare)


def _tend(stack: Stack) -> None:
    """What `pazpaz up` does: a worker that found nothing to connect to and ended is started again."""
    while (name := stack.poll()) is not None:
        stack.restart(name)


def _kill(stack: Stack, chance: random.Random, outcome: Outcome) -> None:
    _tend(stack)
    victim = chance.choice(VICTIMS)
    os.kill(stack.pids()[victim], signal.SIGKILL)
    outcome.kills[victim] += 1
    time.sleep(chance.uniform(0.0, 0.3))
    stack.restart(victim)


def _count(outcome: Outcome, here: Stage) -> None:
    found = delivered(here)
    rows = here.rows(
        "SELECT l.id, l.status, l.reason, extract(epoch FROM l.sent_at - l.due_at)::float AS late"
        " FROM appointments AS a LEFT JOIN reminder_logs AS l ON l.appointment_id = a.id"
    )
    for row in rows:
        copies, status = found.pop(f"<reminder-{row['id']}@pazpaz.localhost>", 0), row["status"]
        outcome.copies[copies] += 1
        outcome.statuses[f"{status} {row['reason'] or ''}".strip()] += 1
        outcome.unsettled += status == "pending"
        outcome.given_up += not copies and (status, row["reason"]) == ("failed", "unknown")
        outcome.lost += not copies
        outcome.lateness += [row["late"]] * (row["late"] is not None)
    outcome.lost -= outcome.given_up
    outcome.strays = found.total()


def rampage(folder: Path, *, kills: int, reminders: int, seed: int) -> Outcome:
    """Let reminders fall due, kill, count."""
    chance, outcome = random.Random(seed), Outcome(reminders // WORKSPACES * WORKSPACES)
    with stage(*SERVICES, data_dir=folder, settings=QUICK) as here:
        _prepare(here, outcome.reminders, spread=kills * 1.6)
        here.start_workers(*WORKERS)
        begun = time.monotonic()
        while outcome.kills.total() < kills:
            time.sleep(chance.uniform(0.0, 0.8))
            _kill(here.stack, chance, outcome)
        until = time.monotonic() + SETTLING_SECONDS
        while not here.rows(_SETTLED)[0]["n"] >= outcome.reminders and time.monotonic() < until:
            _tend(here.stack)
            time.sleep(0.5)
        outcome.seconds = time.monotonic() - begun
        _count(outcome, here)
    return outcome


def main() -> None:
    arguments = options(
        "reminders", __doc__, kills=200, reminders=2_000, seed=random.randrange(1_000_000), folder=Path
    )
    say(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory(prefix="pazpaz-bench-") as scratch:
        folder = arguments.folder or Path(scratch) / "data"
        outcome = rampage(folder, kills=arguments.kills, reminders=arguments.reminders, seed=arguments.seed)
    for line in outcome.lines():
        say(line)
    wrong = outcome.lost or outcome.strays or max(outcome.copies) > 2
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
