"""A long history printed many times at once: how long another practice waits for a small read, and memory.

5,000 appointments with the longest notes; all documents are asked for by one account.
"""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from bench.data import on_database
from bench.say import say
from bench.servers import Server, machine
from bench.uploads import API, Memory, shown
from pazpaz.accounts import service
from pazpaz.accounts.schemas import SignUp
from pazpaz.cli.database import upgrade
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.process.resources import opened
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings

SERVICES = frozenset({"postgres", "valkey", "s3"})
TEXT = "המטופלת מדווחת על הקלה. " * 833  # 19,992 characters
_COLUMNS = (
    "workspace_id", "id", "client_id", "therapist_id", "scheduled_start", "scheduled_end", "status", "notes",
)  # fmt: skip
_FIRST = datetime(2010, 1, 3, 8, tzinfo=UTC)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench printing", description=__doc__)
    parser.add_argument("--appointments", type=int, default=5_000)
    parser.add_argument("--at-once", type=int, default=12)
    return parser.parse_args()


class Account:
    """A fresh practice, and a client of it."""

    def __init__(self, workspace_id: UUID, user_id: UUID, token: str, cipher: Any) -> None:
        self.workspace_id, self.user_id, self.token, self.cipher = workspace_id, user_id, token, cipher
        self.client = ""

    def http(self, port: int) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{port}{API}", headers=headers, timeout=120)

    async def book(self, connection: Any, count: int) -> None:
        """So many past appointments, written with COPY."""
        place = b"appointments.notes"
        for at in range(0, count, 100):
            rows = []
            for n in range(at, min(at + 100, count)):
                row, start = new_id(), _FIRST + timedelta(hours=n)
                notes = self.cipher.seal(TEXT, "text", place, row)
                end = start + timedelta(minutes=50)
                client = UUID(self.client)
                rows.append((self.workspace_id, row, client, self.user_id, start, end, "completed", notes))
            await connection.copy_records_to_table("appointments", columns=_COLUMNS, records=rows)


async def _account(settings: Settings, email: str) -> Account:
    async with opened(settings, name="pazpaz-bench") as resources:
        system, context = resources.system(), RequestContext(new_id())
        signup = SignUp(
            email=email, full_name="Dana Cohen", workspace_name="Bench", timezone="Asia/Jerusalem",
            locale="he",  # type: ignore[arg-type]
        )  # fmt: skip
        workspace_id, user_id = await service.create_workspace(system, resources.keys, context, signup)
        token = await service.issue_token(system, context, workspace_id, user_id, "bench")
        await system.transaction.commit()
        return Account(workspace_id, user_id, token, await resources.keys.open(workspace_id))


def _waits(http: httpx.Client, path: str, ends: threading.Event) -> list[float]:
    took = []
    while not ends.wait(0.02):
        began = time.perf_counter()
        http.get(path).raise_for_status()
        took.append(time.perf_counter() - began)
    return took


def _measure(server: Server, busy: Account, calm: Account, at_once: int) -> None:
    with busy.http(server.port) as http, calm.http(server.port) as neighbour:
        path, mine = f"/clients/{calm.client}", f"/clients/{busy.client}/timeline.pdf"
        quiet_ends, ends = threading.Event(), threading.Event()
        with ThreadPoolExecutor(at_once + 1) as threads:
            quiet = threads.submit(_waits, neighbour, path, quiet_ends)
            time.sleep(3)
            quiet_ends.set()
            say(f"a neighbour's read, quiet: {shown(quiet.result())}")
            with Memory(server.pid) as memory:
                probe = threads.submit(_waits, neighbour, path, ends)
                began = time.perf_counter()
                asked = [threads.submit(http.get, mine) for _ in range(at_once)]
                answers = Counter(one.result().status_code for one in asked)
                took = time.perf_counter() - began
                ends.set()
                waits = probe.result()
    say(f"  while {at_once} documents are printed: {shown(waits)}; goal ≤ 250 ms")
    say(f"the documents: {dict(answers)} in {took:.1f} s")
    say(f"memory of the API process: {memory.before / 2**20:.0f} MiB before, peak {memory.peak / 2**20:.0f}")


def _run(options: argparse.Namespace, stack: Stack, folder: Path) -> None:
    environment = stack.environment() | {
        "PAZPAZ_PUBLIC_URL": "http://127.0.0.1", "PAZPAZ_SMTP_HOST": "127.0.0.1",
        "PAZPAZ_MAIL_FROM": "PazPaz <bench@example.org>", "PAZPAZ_RATE_LIMIT_READS_PER_MINUTE": "1000000",
    }  # fmt: skip
    upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
    values = {n.removeprefix("PAZPAZ_").lower(): v for n, v in environment.items()}
    settings = load_settings(_env_file=None, **values)
    busy, calm = (asyncio.run(_account(settings, f"{name}@example.org")) for name in ("busy", "calm"))
    with Server("pazpaz", "api", environment=environment, core=None, log=folder / "api.log") as server:
        for account in (busy, calm):
            with account.http(server.port) as http:
                made = http.post(
                    "/clients", json={"first_name": "רות", "last_name": "לוי"}
                ).raise_for_status()
                account.client = made.json()["id"]
        asyncio.run(_book(on_database(stack.superuser_url, "pazpaz"), busy, options.appointments))
        _measure(server, busy, calm, options.at_once)
    say(f"{' '.join(['python -m bench.printing', *sys.argv[1:]])} on {machine()}")


async def _book(url: str, account: Account, count: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica")
    await account.book(connection, count)
    await connection.execute("ANALYZE appointments")
    await connection.close()


def main() -> int:
    """Run as `./dev bench printing`."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="pazpaz-bench-"))
    try:
        with Stack(folder / "data", services=SERVICES, durable=False) as stack:
            _run(options, stack, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
