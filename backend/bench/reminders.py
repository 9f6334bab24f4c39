"""Reminders under kill -9 of two workers, PostgreSQL, Valkey and the mail server (R1, R2).

    ./dev bench reminders --kills 200 [--reminders 2000] [--seed N]

Reminders fall due all the time while one process after the other is killed at random moments and started
again. In the end every reminder's copies at the mail server are counted: none may be lost, and none may be
there more than twice. A seed repeats the order of the victims; the moments are the machine's.
"""

import argparse
import asyncio
import os
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import asyncpg

from bench.say import say
from pazpaz.accounts import service as accounts
from pazpaz.accounts.schemas import SignUp
from pazpaz.appointments.models import APPOINTMENT
from pazpaz.cli.database import upgrade
from pazpaz.clients.models import CLIENT
from pazpaz.core import clock
from pazpaz.core.audit import Origin
from pazpaz.core.config import load_settings
from pazpaz.core.ids import new_id
from pazpaz.core.resources import Resources, opened
from pazpaz.embedded.runtime import write_runtime
from pazpaz.embedded.stack import Stack
from pazpaz.reminders.models import CONFIGURATION

SERVICES = frozenset({"postgres", "valkey", "mail"})
WORKERS = ("worker-1", "worker-2")
VICTIMS = (*WORKERS, "postgres", "valkey", "mail")
WORKSPACES = 10
SETTLING_SECONDS = 120.0
QUICK = {
    "PAZPAZ_PUBLIC_URL": "http://127.0.0.1",
    "PAZPAZ_S3_ENDPOINT_URL": "http://127.0.0.1:9",
    "PAZPAZ_S3_ACCESS_KEY": "not-used",
    "PAZPAZ_S3_SECRET_KEY": "not-used",
    "PAZPAZ_REMINDER_PASS_SECONDS": "5",
    "PAZPAZ_REMINDER_SWEEP_SECONDS": "1",
    "PAZPAZ_REMINDER_LEASE_SECONDS": "3",
    "PAZPAZ_REMINDER_RETRY_SECONDS": "0.3",
    "PAZPAZ_REMINDERS_PER_MINUTE": "100000",
}


@dataclass
class Outcome:
    """What came of it."""

    reminders: int
    kills: Counter[str] = field(default_factory=Counter)
    copies: Counter[int] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    lateness: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        """Reminders that reached the mail server not once."""
        return self.copies[0]

    @property
    def duplicates(self) -> int:
        """Reminders that reached it more than once."""
        return sum(count for copies, count in self.copies.items() if copies > 1)

    def lines(self) -> list[str]:
        """For a person."""
        late = sorted(self.lateness) or [0.0]
        return [
            f"{self.reminders} reminders, {self.kills.total()} kills in {self.seconds:.0f} s: {dict(self.kills)}",
            f"lost {self.lost}, duplicates {self.duplicates}, at most {max(self.copies)} copies",
            f"in the log: {dict(self.statuses)}",
            f"late: p50 {late[len(late) // 2]:.1f} s, p99 {late[len(late) * 99 // 100]:.1f} s",
        ]


async def _workspace(resources: Resources, reminders: int, spread: float) -> None:
    """A practice with a rule of one hour, and appointments whose reminders fall due over `spread` seconds."""
    system = resources.system()
    signup = SignUp.model_validate(
        {
            "email": f"{new_id()}@example.org",
            "full_name": "Dana",
            "workspace_name": "Clinic",
            "timezone": "Asia/Jerusalem",
            "locale": "he",
        }
    )
    workspace_id, user_id = await accounts.create_workspace(system, resources.keys, Origin(new_id()), signup)
    await system.transaction.commit()
    db = resources.acting_in(workspace_id)
    await db.create(CONFIGURATION, {"hours_before": 1})
    for number in range(reminders):
        person = await db.create(
            CLIENT, {"first_name": "רות", "last_name": "לוי", "email": f"{new_id()}@example.org"}
        )
        start = clock.now() + timedelta(hours=1, seconds=15 + spread * number / reminders)
        values = {"client_id": person.id, "therapist_id": user_id, "scheduled_start": start}
        await db.create(APPOINTMENT, {**values, "scheduled_end": start + timedelta(microseconds=1)})
    await db.transaction.commit()


async def _prepare(environment: dict[str, str], superuser: str, reminders: int, spread: float) -> None:
    values = {name.removeprefix("PAZPAZ_").lower(): value for name, value in environment.items()}
    async with opened(load_settings(_env_file=None, **values), name="bench") as resources:
        for _ in range(WORKSPACES):
            await _workspace(resources, reminders // WORKSPACES, spread)
    referee = await asyncpg.connect(superuser)
    await referee.execute("UPDATE appointments SET booked_at = now() - interval '9 days'")
    await referee.execute("UPDATE reminder_configurations SET active_since = now() - interval '9 days'")
    await referee.execute("UPDATE reminder_scheduler SET passed_at = now() - interval '1 hour'")
    await referee.close()


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


async def _rows(superuser: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(superuser)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


def _settled(superuser: str, reminders: int) -> bool:
    counted = asyncio.run(_rows(superuser, "SELECT count(*) FROM reminder_logs WHERE status <> 'pending'"))
    return bool(counted[0][0] >= reminders)


def _count(outcome: Outcome, superuser: str, maildir: Path) -> None:
    found: Counter[str] = Counter()
    for path in maildir.iterdir():
        found[str(message_from_bytes(path.read_bytes())["Message-ID"])] += 1
    rows = asyncio.run(
        _rows(
            superuser,
            "SELECT a.id, l.id AS log_id, l.status, l.reason, extract(epoch FROM l.sent_at - l.due_at)::float AS late"
            " FROM appointments AS a LEFT JOIN reminder_logs AS l ON l.appointment_id = a.id",
        )
    )
    for row in rows:
        outcome.copies[found[f"<reminder-{row['log_id']}@pazpaz.localhost>"]] += 1
        outcome.statuses[f"{row['status']} {row['reason'] or ''}".strip()] += 1
        outcome.lateness += [row["late"]] * (row["late"] is not None)


def rampage(folder: Path, *, kills: int, reminders: int, seed: int) -> Outcome:
    """Let reminders fall due, kill, count."""
    chance, outcome = random.Random(seed), Outcome(reminders // WORKSPACES * WORKSPACES)
    with Stack(folder, services=SERVICES) as stack:
        environment = stack.environment() | QUICK
        upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
        superuser = stack.superuser_url.rpartition("/")[0] + "/pazpaz"
        asyncio.run(_prepare(environment, superuser, reminders, spread=kills * 1.6))
        write_runtime(stack.data_dir, environment, os.getpid(), "http://127.0.0.1")
        for name in WORKERS:
            stack.add_program(name, ["worker"], lambda: True)
        stack.start_services(frozenset(WORKERS))
        begun = time.monotonic()
        while outcome.kills.total() < kills:
            time.sleep(chance.uniform(0.0, 0.8))
            _kill(stack, chance, outcome)
        until = time.monotonic() + SETTLING_SECONDS
        while not _settled(superuser, outcome.reminders) and time.monotonic() < until:
            _tend(stack)
            time.sleep(0.5)
        outcome.seconds = time.monotonic() - begun
        _count(outcome, superuser, stack.data_dir / "mail" / "new")
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench reminders", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--reminders", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--folder", type=Path, help="kept, for a look at the logs")
    arguments = parser.parse_args()
    say(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory(prefix="pazpaz-bench-") as scratch:
        folder = arguments.folder or Path(scratch) / "data"
        outcome = rampage(folder, kills=arguments.kills, reminders=arguments.reminders, seed=arguments.seed)
    for line in outcome.lines():
        say(line)
    raise SystemExit(1 if outcome.lost or max(outcome.copies) > 2 else 0)


if __name__ == "__main__":
    main()
