"""The worker's process: it ends well whenever it is stopped, needs few rights of the queue, and fails in one line."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from pazpaz.core.config import Settings
from pazpaz.core.resources import Resources
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


async def test_a_worker_without_the_right_to_info_works_and_ends_well(
    limited: str, quiet: str, tmp_path: Path
) -> None:
    """Stopped in its first sweeps it ends with 0 and without a traceback."""
    settings = stack.environment(quiet) | {"PAZPAZ_ARQ_REDIS_URL": limited}
    with started(tmp_path, **settings) as (worker, log):
        deadline = time.monotonic() + SECONDS
        while "→" not in log.read_text():
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            await asyncio.sleep(0.01)
        worker.terminate()
        assert await ended(worker) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


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
