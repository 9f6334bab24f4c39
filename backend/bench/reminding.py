"""Practices whose reminders fall due when a benchmark wants, and workers that send them to a mail catcher."""

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from bench.say import say
from pazpaz.accounts import service as accounts
from pazpaz.accounts.schemas import SignUp
from pazpaz.appointments.models import APPOINTMENT
from pazpaz.cli.database import upgrade
from pazpaz.clients.models import CLIENT
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.process.resources import Resources, opened
from pazpaz.embedded.runtime import write_runtime
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings
from pazpaz.reminders.models import CONFIGURATION

Result = TypeVar("Result")
SERVICES = frozenset({"postgres", "valkey", "mail"})
WORKERS = ("worker-1", "worker-2")
BASE = {
    "PAZPAZ_PUBLIC_URL": "http://127.0.0.1",
    "PAZPAZ_S3_ENDPOINT_URL": "http://127.0.0.1:9",
    "PAZPAZ_S3_ACCESS_KEY": "not-used",
    "PAZPAZ_S3_SECRET_KEY": "not-used",
}
_AT = timedelta(microseconds=1)  # of an appointment: they never overlap


@dataclass(frozen=True)
class Opened:
    """A practice with one rule."""

    workspace_id: UUID
    user_id: UUID


async def open_practice(resources: Resources, *, hours: int) -> Opened:
    """A practice that reminds so many hours before."""
    said = {"email": f"{new_id()}@example.org", "full_name": "Dana", "workspace_name": "Clinic"}
    signup = SignUp.model_validate(said | {"timezone": "Asia/Jerusalem", "locale": "he"})
    async with resources.as_system() as system:
        workspace_id, user_id = await accounts.create_workspace(
            system, resources.keys, RequestContext(new_id()), signup
        )
    async with resources.acting_in(workspace_id) as db:
        await db.create(CONFIGURATION, {"hours_before": hours})
    return Opened(workspace_id, user_id)


async def book(resources: Resources, practice: Opened, starts: Sequence[datetime]) -> list[tuple[UUID, UUID]]:
    """An appointment with a client of its own at each of these moments: their ids."""
    made = []
    async with resources.acting_in(practice.workspace_id) as db:
        for start in starts:
            email = f"{new_id()}@example.org"
            client = await db.create(CLIENT, {"first_name": "רות", "last_name": "לוי", "email": email})
            values = {"client_id": client.id, "therapist_id": practice.user_id, "scheduled_start": start}
            appointment = await db.create(APPOINTMENT, {**values, "scheduled_end": start + _AT})
            made.append((appointment.id, client.id))
    return made


@dataclass
class World:
    """A stack with workers that are not started yet."""

    stack: Stack
    environment: dict[str, str]

    @property
    def superuser(self) -> str:
        """PostgreSQL as the benchmark's referee sees it."""
        return self.stack.superuser_url.rpartition("/")[0] + "/pazpaz"

    def run(self, work: Callable[[Resources, Any], Awaitable[Result]]) -> Result:
        """Do something with what a worker holds and the referee's connection."""

        async def do() -> Result:
            values = {name.removeprefix("PAZPAZ_").lower(): value for name, value in self.environment.items()}
            referee = await asyncpg.connect(self.superuser)
            async with opened(load_settings(_env_file=None, **values), name="bench") as resources:
                found = await work(resources, referee)
            await referee.close()
            return found

        return asyncio.run(do())

    def start_workers(self) -> None:
        """Let them begin."""
        write_runtime(self.stack.data_dir, self.environment, os.getpid(), "http://127.0.0.1")
        for name in WORKERS:
            self.stack.add_program(name, ["worker"], lambda: True)
        self.stack.start_services(frozenset(WORKERS))

    def rows(self, sql: str) -> list[Any]:
        """What the referee sees."""

        async def fetch() -> list[Any]:
            connection = await asyncpg.connect(self.superuser)
            try:
                return list(await connection.fetch(sql))
            finally:
                await connection.close()

        return asyncio.run(fetch())

    def wait_until(self, sql: str, seconds: float) -> float:
        """Until the referee's question is answered with yes; the seconds it took."""
        begun = time.monotonic()
        while not self.rows(sql)[0][0]:
            if time.monotonic() - begun > seconds:
                say(f"not yet after {seconds:.0f} s")
                break
            time.sleep(0.5)
        return time.monotonic() - begun

    def copies(self) -> Counter[str]:
        """How often each Message-ID is at the mail server."""
        parser = BytesHeaderParser()
        folder = self.stack.data_dir / "mail" / "new"
        return Counter(str(parser.parsebytes(path.read_bytes())["Message-ID"]) for path in folder.iterdir())


@contextmanager
def world(**settings: str) -> Iterator[World]:
    """A fresh one with these settings, of production else."""
    with (
        tempfile.TemporaryDirectory(prefix="pazpaz-bench-") as folder,
        Stack(Path(folder) / "data", services=SERVICES) as stack,
    ):
        environment = stack.environment() | BASE | settings
        upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
        yield World(stack, environment)


async def move(referee: Any, due: str, *values: object) -> None:
    """Have the reminder of the n-th appointment, a day before it, fall due then; `due` is SQL of n."""
    await referee.execute(
        "WITH numbered AS (SELECT workspace_id, id, row_number() OVER (ORDER BY id) - 1 AS n FROM appointments)"
        " UPDATE appointments AS a SET (scheduled_start, scheduled_end) = ("
        f"SELECT at, at + interval '1 us' FROM (SELECT interval '24 hours' + {due} AS at) AS moved)"
        " FROM numbered WHERE a.workspace_id = numbered.workspace_id AND a.id = numbered.id",
        *values,
    )


async def set_up_long_ago(referee: Any, passed: timedelta) -> None:
    """As if everything had been booked days ago, and the last pass had been then."""
    await referee.execute("UPDATE appointments SET booked_at = now() - interval '9 days'")
    await referee.execute("UPDATE reminder_configurations SET active_since = now() - interval '9 days'")
    await referee.execute("UPDATE reminder_scheduler SET passed_at = now() - $1::interval", passed)


def percentiles(values: Sequence[float]) -> str:
    """Half, nearly all, all."""
    ordered = sorted(values) or [0.0]
    p50, p99 = (ordered[len(ordered) * share // 100] for share in (50, 99))
    return f"p50 {p50:.2f} s, p99 {p99:.2f} s, at most {ordered[-1]:.2f} s"


def load() -> str:
    """How busy the machine is: a figure says little without it."""
    return "load " + " ".join(f"{value:.1f}" for value in os.getloadavg())
