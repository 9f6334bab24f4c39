"""`kill -9` of the server in the middle of uploads, again and again, then one sweep (goals, U4)."""

import asyncio
import contextlib
import hashlib
import os
import random
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import httpx
import psutil
import pytest

from pazpaz.attachments.jobs import sweep
from pazpaz.core.process.resources import Resources
from tests.e2e.running import left_after
from tests.support import stack
from tests.support.files import chunk
from tests.support.lengths import length
from tests.support.practice import API, Practice
from tests.support.served import free_port

Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
KILLS = int(os.environ.get("PAZPAZ_TEST_KILLS", length(6, slow=100)))
AT_ONCE = 6
LONGEST = 1.2  # seconds from the first upload to the kill


def noise(size: int) -> bytes:
    """A picture like no other."""
    rows = b"".join(b"\0" + os.urandom(3 * size) for _ in range(size))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


class Servers:
    """Starts `pazpaz api` on the run's stack; each is a process of its own, and soon ready."""

    def __init__(self, database: str, folder: Path) -> None:
        """Start what they are forked from."""
        self._begun: list[psutil.Process] = []
        self.spool = folder / "spool"
        self.spool.mkdir()
        self._log = folder / "api.log"
        self._environment = stack.environment(database)
        with self._log.open("wb") as log:
            self._parent = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("forking.py")), str(folder)],
                env=os.environ | self._environment | {"PAZPAZ_SPOOL_DIR": str(self.spool)},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip

    def start(self) -> tuple[psutil.Process, str]:
        """A server that answers, and its address."""
        port = free_port()
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{port}\n")
        self._parent.stdin.flush()
        process = psutil.Process(int(self._parent.stdout.readline()))
        self._begun.append(process)
        address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{address}/health/live", timeout=1).status_code == 200:
                    return process, address
            time.sleep(0.02)
        raise AssertionError(self._log.read_text()[-2000:])

    def end(self) -> None:
        """End every process begun here."""
        with self._parent:
            for process in self._begun:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            self._parent.kill()


@pytest.fixture
def servers(database: str, tmp_path: Path) -> Iterator[Servers]:
    """However the test ends, they are gone."""
    servers = Servers(database, tmp_path)
    yield servers
    servers.end()


class Uploads:
    """Uploads by one person, and what came of them."""

    def __init__(self, practice: Practice, note: str, chance: random.Random) -> None:
        """Nothing is sent yet."""
        self._headers = {"Authorization": f"Bearer {practice.token}"}
        self._path = f"{API}/sessions/{note}/attachments"
        self._chance = chance
        self.acknowledged: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.broken = 0

    async def go_on(self, address: str) -> None:
        """Send files until the server is gone."""
        async with httpx.AsyncClient(base_url=address, headers=self._headers, timeout=30) as http:
            await asyncio.gather(*(self._one_by_one(http) for _ in range(AT_ONCE)))

    async def _one_by_one(self, http: httpx.AsyncClient) -> None:
        await asyncio.sleep(self._chance.random() * 0.3)
        while True:
            file = ("photo.png", noise(self._chance.choice([8, 60, 300, 700])), "image/png")
            try:
                answer = await http.post(self._path, files={"file": file})
            except (httpx.TransportError, AttributeError):  # anyio's, of a connection that ends as it begins
                self.broken += 1
                return
            if answer.status_code != 201:
                self.refused.append(answer.text)
                return
            self.acknowledged.append(answer.json())


async def a_while(chance: random.Random) -> None:
    """Some moment."""
    await asyncio.sleep(chance.uniform(0.02, LONGEST))


async def changed(count: Callable[[], Awaitable[int]]) -> None:
    """The moment at which something is there that was not before."""
    before = await count()
    for _ in range(2000):
        if await count() != before:
            return
        await asyncio.sleep(0)


async def kill_in_the_middle(
    servers: Servers, uploads: Uploads, moment: Callable[[], Awaitable[None]]
) -> list[str]:
    """What of the server and its children is still there a while after the kill."""
    process, address = await asyncio.to_thread(servers.start)
    work = asyncio.create_task(uploads.go_on(address))
    await moment()
    children = [process, *process.children(recursive=True)]
    process.kill()
    await work
    return await asyncio.to_thread(left_after, children, 10)


async def settled(resources: Resources, superuser: Superuser, below: str) -> None:
    """Return once nobody works on what the dead had asked for."""
    seen: list[str] | None = None
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state <> 'idle' AND pid <> pg_backend_pid()"
    )
    for _ in range(60):
        now = await keys(resources, below)
        if now == seen and not await superuser.fetchval(busy):
            return
        seen = now
        await asyncio.sleep(0.5)
    raise AssertionError("the store or PostgreSQL is still at work")


async def keys(resources: Resources, below: str) -> list[str]:
    return [item.key async for page in resources.storage.pages(below) for item in page]


async def test_after_kills_and_one_sweep_store_and_rows_agree(
    practice: Practice,
    resources: Resources,
    superuser: Superuser,
    servers: Servers,
) -> None:
    """No file without a row, no row without a file, and each file that was acknowledged is there, whole."""
    note, below = (await practice.make_session())["id"], f"{practice.workspace_id}/"
    uploads = Uploads(practice, note, chance := random.Random(seed := random.randrange(2**32)))
    left: list[str] = []

    async def objects() -> int:
        return len(await keys(resources, below))

    async def rows_there() -> int:
        return int(await superuser.fetchval("SELECT count(*) FROM attachments WHERE session_id = $1", note))

    for number in range(KILLS):
        # Each start leases a tenth of the minute's requests, and the dead give none back.
        async for limit in resources.queue.redis.scan_iter("limit:*"):
            await resources.queue.redis.delete(limit)
        # Any moment, just before the row, and just before the answer: the last two are too short to be met.
        moments = (lambda: a_while(chance), lambda: changed(objects), lambda: changed(rows_there))
        left += await kill_in_the_middle(servers, uploads, moments[number % 3])
    assert (left, uploads.refused, list(servers.spool.iterdir())) == ([], [], []), f"seed {seed}"

    await settled(resources, superuser, below)
    await superuser.execute(
        "UPDATE attachments SET created_at = created_at - interval '1 hour' WHERE session_id = $1", note
    )
    orphans = len(await keys(resources, below))
    await sweep(resources, grace=timedelta(0))
    rows = await superuser.fetch("SELECT id::text, lost_at FROM attachments WHERE session_id = $1", note)
    stored = {key.rpartition("/")[2][:36] for key in await keys(resources, below)}
    assert stored == {row["id"] for row in rows}, f"seed {seed}"
    assert not any(row["lost_at"] for row in rows)
    assert {made["id"] for made in uploads.acknowledged} <= stored
    assert (await practice.get(f"/sessions/{note}")).json()["attachment_count"] == len(stored)
    for made in uploads.acknowledged:
        assert await downloaded(practice, note, made["id"]) == made["sha256"], f"seed {seed}"
    print(  # noqa: T201 (the figure of the goal)
        f"{KILLS} kills: {len(uploads.acknowledged)} acknowledged, {uploads.broken} broken off,"
        f" {len(rows) - len(uploads.acknowledged)} stored unheard, {orphans - len(stored)} orphans swept"
    )
    assert uploads.broken >= KILLS


async def downloaded(practice: Practice, note: str, attachment_id: str) -> str:
    """The hash of what the link gives."""
    found = (await practice.get(f"/sessions/{note}/attachments/{attachment_id}")).json()
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(found["download_url"])
    assert answer.status_code == 200
    return hashlib.sha256(answer.content).hexdigest()
