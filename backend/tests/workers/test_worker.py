"""The worker's process: it ends well whenever it is stopped, needs few rights of the queue, and fails in one line."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil
import pytest

from pazpaz.core.base.config import Settings
from pazpaz.core.process.resources import Resources
from pazpaz.embedded.stack import Stack
from tests.e2e.running import environment
from tests.support import stack

SECONDS = 20
USER, PASSWORD = "pazpaz-worker", "a-password-of-the-tests"


@pytest.fixture
async def limited(resources: Resources) -> AsyncIterator[str]:
    """Valkey's address as a user who may not ask for INFO; it has a queue that nobody else reads."""
    rights = ("on", f">{PASSWORD}", "~*", "&*", "+@all", "-info")
    valkey: Any = resources.queue.redis
    await valkey.execute_command("ACL", "SETUSER", USER, *rights)
    yield _as(resources.settings, USER, PASSWORD)
    await valkey.execute_command("ACL", "DELUSER", USER)


def _as(settings: Settings, user: str, password: str) -> str:
    url = urlsplit(settings.arq_redis_url.get_secret_value())
    return urlunsplit(url._replace(netloc=f"{user}:{password}@{url.hostname}:{url.port}"))


@pytest.fixture(scope="module")
async def quiet(database: str) -> str:
    """A database in which the worker's sweeps find nothing."""
    name = f"{database}_quiet"
    await stack.create_database(name)
    return name


@contextmanager
def started(folder: Path, **settings: str) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    """A worker's process, and what it says."""
    log = folder / "worker.log"
    with log.open("w") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "pazpaz", "worker"],
            cwd=folder, env=environment(folder, **settings), stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield worker, log
    finally:
        worker.kill()
        worker.wait()


async def ended(worker: "subprocess.Popen[bytes]") -> int:
    return await asyncio.to_thread(worker.wait, SECONDS)


@asynccontextmanager
async def held_sweeps(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Nobody gets at the workspaces, so that a sweep goes on for as long as this does."""
    owner = await asyncpg.connect(stack.superuser_url(database))
    try:
        async with owner.transaction():
            await owner.execute("LOCK TABLE workspaces IN ACCESS EXCLUSIVE MODE")
            yield owner
    finally:
        await owner.close()


async def in_a_sweep(
    owner: "asyncpg.Connection[asyncpg.Record]", worker: "subprocess.Popen[bytes]", log: Path
) -> None:
    """Until a sweep of the worker waits in PostgreSQL."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'workspaces'::regclass"
    deadline = time.monotonic() + SECONDS
    while not await owner.fetchval(waiting):
        assert worker.poll() is None, said(log)
        assert time.monotonic() < deadline, said(log)
        await asyncio.sleep(0.01)


def said(log: Path) -> str:
    return log.read_text()


async def test_a_worker_without_the_right_to_info_works_and_ends_well(
    limited: str, quiet: str, tmp_path: Path
) -> None:
    """Stopped in the midst of its first sweeps it ends with 0 and without a traceback."""
    settings = stack.environment(quiet) | {"PAZPAZ_ARQ_REDIS_URL": limited}
    async with held_sweeps(quiet) as owner:
        with started(tmp_path, **settings) as (worker, log):
            await in_a_sweep(owner, worker, log)
            worker.terminate()
            assert await ended(worker) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[Stack]:
    """A queue of its own, which a test may kill."""
    own = Stack(tmp_path / "data", services=frozenset({"valkey"}), durable=False)
    await asyncio.to_thread(own.start)
    yield own
    if psutil.pid_exists(pid := own.pids()["valkey"]):
        os.kill(pid, signal.SIGCONT)
    await asyncio.to_thread(own.stop)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_worker_ends_well_also_when_valkey_is_away(
    valkey: Stack, quiet: str, tmp_path: Path, how: signal.Signals
) -> None:
    """Valkey is dead, or hangs, in the midst of a sweep: the worker ends with 0 before anybody would kill it."""
    settings = stack.environment(quiet) | {
        "PAZPAZ_ARQ_REDIS_URL": valkey.environment()["PAZPAZ_ARQ_REDIS_URL"]
    }
    async with held_sweeps(quiet) as owner:
        with started(tmp_path, **settings) as (worker, log):
            await in_a_sweep(owner, worker, log)
            os.kill(valkey.pids()["valkey"], how)
            worker.terminate()
            assert await ended(worker) == 0, log.read_text()
    assert "Traceback" not in log.read_text()
    assert "Task was destroyed" not in log.read_text()


@pytest.mark.parametrize("away", ["PAZPAZ_DATABASE_URL", "PAZPAZ_ARQ_REDIS_URL"])
async def test_a_worker_that_cannot_start_says_so_in_one_line(
    settings: Settings, quiet: str, tmp_path: Path, away: str
) -> None:
    """PostgreSQL is not there; Valkey does not know the user."""
    wrong = {
        "PAZPAZ_DATABASE_URL": "postgresql://pazpaz_app:secret@127.0.0.1:1/pazpaz",
        "PAZPAZ_ARQ_REDIS_URL": _as(settings, "nobody", "secret"),
    }
    with started(tmp_path, **stack.environment(quiet) | {away: wrong[away]}) as (worker, log):
        assert await ended(worker) == 1, log.read_text()
    said = [line for line in log.read_text().splitlines() if not line.startswith("{")]
    assert len(said) == 1, said
    assert said[0].startswith("pazpaz: the worker cannot start: ")
    assert "secret" not in log.read_text()
