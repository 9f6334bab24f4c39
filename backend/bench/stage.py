"""One harness for every benchmark: services, the settings of what runs on them, practices, and what came of it."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import httpx
import uvloop

from bench.say import say
from bench.servers import Server, machine
from pazpaz.accounts import service
from pazpaz.accounts.schemas import SignUp
from pazpaz.cli.database import upgrade
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.process.resources import Resources, opened
from pazpaz.embedded.runtime import write_runtime
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings

API = "/api/v1"
Result = TypeVar("Result")
_NOT_USED = {
    "PAZPAZ_PUBLIC_URL": "http://127.0.0.1",
    "PAZPAZ_S3_ENDPOINT_URL": "http://127.0.0.1:9",
    "PAZPAZ_S3_ACCESS_KEY": "not-used",
    "PAZPAZ_S3_SECRET_KEY": "not-used",
    "PAZPAZ_SMTP_HOST": "127.0.0.1",
    "PAZPAZ_MAIL_FROM": "PazPaz <bench@example.org>",
}
# Counted like any others, but so many that none is refused.
UNLIMITED = {
    f"PAZPAZ_RATE_LIMIT_{name}": "1000000000"
    for name in (
        *("READS_PER_MINUTE", "WRITES_PER_MINUTE", "PUBLIC_PER_MINUTE"),
        *("LINKS_PER_MINUTE", "LINKS_PER_DAY", "SIGN_UPS_PER_DAY"),
    )
}


@dataclass(frozen=True)
class Account:
    """A fresh practice's owner."""

    workspace_id: UUID
    user_id: UUID
    token: str

    def http(self, port: int) -> httpx.Client:
        """A client of a server of ours."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{port}{API}", headers=headers, timeout=120)


@dataclass(frozen=True)
class Stage:
    """A started stack, its tables made."""

    stack: Stack
    environment: dict[str, str]
    folder: Path

    @cached_property
    def settings(self) -> Settings:
        """What a process here would read."""
        values = {name.removeprefix("PAZPAZ_").lower(): value for name, value in self.environment.items()}
        return load_settings(_env_file=None, **values)

    @property
    def superuser(self) -> str:
        """PostgreSQL as the benchmark's referee sees it: past row-level security."""
        return self.stack.superuser_url.rpartition("/")[0] + "/pazpaz"

    def run(self, work: Callable[[Resources, Any], Awaitable[Result]]) -> Result:
        """Do something with what a process holds and the referee's connection."""

        async def do() -> Result:
            referee = await asyncpg.connect(self.superuser, command_timeout=600)
            try:
                async with opened(self.settings, name="pazpaz-bench") as resources:
                    return await work(resources, referee)
            finally:
                await referee.close()

        return uvloop.run(do())

    def server(self, *module: str, core: int | None = None, checkout: Path | None = None) -> Server:
        """A process of its own; `pazpaz api` unless said otherwise."""
        log = self.folder / f"{(module or ('api',))[0]}.log"
        module = module or ("pazpaz", "api")
        return Server(*module, environment=self.environment, core=core, log=log, checkout=checkout)

    def start_workers(self, *names: str) -> None:
        """Let them begin."""
        write_runtime(self.stack.data_dir, self.environment, os.getpid(), "http://127.0.0.1")
        for name in names:
            self.stack.add_program(name, ["worker"], lambda: True)
        self.stack.start_services(frozenset(names))

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


@contextmanager
def stage(
    *services: str, data_dir: Path | None = None, durable: bool = True, settings: dict[str, str] | None = None
) -> Iterator[Stage]:
    """Start these services, with the settings of production and those given; afterwards nothing is left."""
    with tempfile.TemporaryDirectory(prefix="pazpaz-bench-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        with Stack(data_dir or folder / "data", services=frozenset(services), durable=durable) as stack:
            environment = _NOT_USED | stack.environment() | (settings or {})
            upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
            yield Stage(stack, environment, folder)


def options(name: str, description: str | None, **defaults: Any) -> argparse.Namespace:
    """What the command line says: an option for each default, of its type."""
    # A polite kill runs the clean-up, like Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog=f"./dev bench {name}", description=description)
    for option, default in defaults.items():
        words = "--" + option.replace("_", "-")
        if isinstance(default, bool):
            parser.add_argument(words, action="store_true")
        elif isinstance(default, list):
            parser.add_argument(words, type=type(default[0]), nargs="+", default=default)
        else:
            kind = default if isinstance(default, type) else type(default)
            parser.add_argument(words, type=kind, default=None if kind is default else default)
    return parser.parse_args()


async def account(resources: Resources, email: str | None = None) -> Account:
    """A fresh practice with its owner's API token."""
    said = {"email": email or f"{new_id()}@example.org", "full_name": "Dana Cohen", "workspace_name": "Bench"}
    signup = SignUp.model_validate(said | {"timezone": "Asia/Jerusalem", "locale": "he"})
    context = RequestContext(new_id())
    async with resources.as_system() as system:
        workspace_id, user_id = await service.create_workspace(system, resources.keys, context, signup)
        token = await service.issue_token(system, context, workspace_id, user_id, "bench")
    return Account(workspace_id, user_id, token)


async def begin_note(http: httpx.AsyncClient, headers: dict[str, str] | None = None) -> str:
    """A client, an appointment and its draft: the note's path."""

    async def made(path: str, body: dict[str, str]) -> str:
        answer = (await http.post(f"{API}{path}", json=body, headers=headers)).raise_for_status()
        return str(answer.json()["id"])

    client = await made("/clients", {"first_name": "רות", "last_name": "לוי"})
    when = {"scheduled_start": "2026-03-01T08:00:00Z", "scheduled_end": "2026-03-01T08:50:00Z"}
    appointment = await made("/appointments", {"client_id": client, **when})
    return f"{API}/sessions/{await made('/sessions', {'appointment_id': appointment, 'plan': 'x'})}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values) or [0.0]
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def shown(values: Sequence[float], unit: str = "ms", factor: float = 1000) -> str:
    """The usual percentiles on one line."""
    parts = [f"p{share} {percentile(values, share / 100) * factor:,.1f}" for share in (50, 95, 99)]
    return f"{', '.join(parts)}, max {percentile(values, 1) * factor:,.1f} {unit} (n = {len(values):,})"


def signed() -> str:
    """The command, the machine and how busy it is: a figure says little without them."""
    command = " ".join([Path(sys.argv[0]).stem, *sys.argv[1:]])
    return f"{command} on {machine()}; load {' '.join(f'{value:.1f}' for value in os.getloadavg())}"
