"""Searches among ten thousand clients on eight connections, and what another practice's read waits meanwhile.

With `--against CHECKOUT` (its environment made) both builds serve the same database, by turns. Limits are lifted.
"""

import argparse
import asyncio
import itertools
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
import httpx
import uvloop

from bench.data import new_workspace, on_database
from bench.load import Slice, run
from bench.say import say
from bench.servers import Server, machine
from pazpaz.accounts import service
from pazpaz.cli.database import upgrade
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.process.resources import opened
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings
from tests.support.guards_heavy import CLIENTS, fill_clients

API = "/api/v1"
WANTED = ("רות 12", "לוי", "052555", "nobody")


@dataclass(frozen=True)
class Round:
    """One build's figures of one round: searches a second, and the neighbour's p99 before and meanwhile, in ms."""

    rate: float
    quiet: float
    meanwhile: float


async def _prepared(environment: dict[str, str], superuser: str, count: int) -> list[str]:
    """Tokens of a practice with that many clients and of its neighbour."""
    settings = load_settings(
        _env_file=None, **{n.removeprefix("PAZPAZ_").lower(): v for n, v in environment.items()}
    )
    connection = await asyncpg.connect(superuser)
    tokens = []
    async with opened(settings, name="pazpaz-bench") as resources:
        for number in range(2):
            workspace, user, cipher = await new_workspace(resources, number)
            for _ in range(0, count * (number == 0), CLIENTS):
                await fill_clients(connection, cipher, workspace)
            system = resources.system()
            tokens.append(
                await service.issue_token(system, RequestContext(new_id()), workspace, user, "bench")
            )
            await system.transaction.commit()
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    return tokens


def _request(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


async def _round(server: Server, tokens: list[str], path: str, connections: int, seconds: float) -> Round:
    searches = [_request(f"{API}/clients?q={quote(q)}", tokens[0]) for q in WANTED]
    note = itertools.cycle([_request(path, tokens[1])])
    quiet = await run(server.port, note, 1, seconds)
    busy, meanwhile = await asyncio.gather(
        run(server.port, itertools.cycle(searches), connections, seconds),
        run(server.port, note, 1, seconds),
    )
    for done in (quiet, busy, meanwhile):
        if done.refused:
            say(f"refused: {len(done.refused)} of {done.count}, {done.refused[0]!r}")
    return Round(busy.count / busy.seconds, _p99(quiet), _p99(meanwhile))


def _p99(done: Slice) -> float:
    return statistics.quantiles(done.nanoseconds, n=100)[98] / 1e6


def _note_of(port: int, token: str) -> str:
    """The path of a fresh note of the neighbour's."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}{API}", headers={"Authorization": f"Bearer {token}"}
    ) as http:
        client = http.post("/clients", json={"first_name": "A", "last_name": "B"}).json()["id"]
        when = {"scheduled_start": "2026-01-01T08:00:00Z", "scheduled_end": "2026-01-01T09:00:00Z"}
        booked = http.post("/appointments", json={"client_id": client, **when}).json()["id"]
        note = http.post("/sessions", json={"appointment_id": booked, "plan": "x"}).json()["id"]
    return f"{API}/sessions/{note}"


def _measure(options: argparse.Namespace, stack: Stack, folder: Path) -> dict[str, list[Round]]:
    environment = stack.environment() | {
        "PAZPAZ_PUBLIC_URL": "http://127.0.0.1",
        "PAZPAZ_S3_ENDPOINT_URL": "http://127.0.0.1:9",
        "PAZPAZ_S3_ACCESS_KEY": "not-used",
        "PAZPAZ_S3_SECRET_KEY": "not-used",
        "PAZPAZ_SMTP_HOST": "127.0.0.1",
        "PAZPAZ_MAIL_FROM": "PazPaz <bench@example.org>",
        "PAZPAZ_RATE_LIMIT_READS_PER_MINUTE": "100000000",
        "PAZPAZ_RATE_LIMIT_WRITES_PER_MINUTE": "1000000",
    }
    upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
    tokens = uvloop.run(_prepared(environment, on_database(stack.superuser_url, "pazpaz"), options.clients))
    core = min(os.sched_getaffinity(0))
    builds: dict[str, Path | None] = {"now": None}
    if options.against:
        builds["before"] = options.against
    measured: dict[str, list[Round]] = {name: [] for name in builds}
    path = ""
    for _ in range(options.rounds):
        for name, checkout in builds.items():
            log = folder / f"{name}.log"
            with Server(
                "pazpaz", "api", environment=environment, core=core, log=log, checkout=checkout
            ) as server:
                path = path or _note_of(server.port, tokens[1])
                measured[name].append(
                    uvloop.run(_round(server, tokens, path, options.connections, options.seconds))
                )
    return measured


def main() -> int:
    """Run as `./dev bench search`."""
    parser = argparse.ArgumentParser(prog="bench search", description=__doc__)
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pazpaz-bench-"))
    stack = Stack(folder / "data", services=frozenset({"postgres", "valkey"}))
    try:
        stack.start(say)
        measured = _measure(options, stack, folder)
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for name, rounds in measured.items():
        rate, quiet, meanwhile = (
            statistics.median(getattr(item, field) for item in rounds)
            for field in ("rate", "quiet", "meanwhile")
        )
        say(
            f"{name:<7} {rate:>8.1f} searches/s; the neighbour's p99 {quiet:.2f} ms quiet, {meanwhile:.2f} ms"
            f" meanwhile ({meanwhile / quiet:.1f} ×)"
        )
    if options.against:
        rates = [statistics.median(item.rate for item in measured[name]) for name in ("now", "before")]
        say(f"{rates[0] / rates[1]:.0f} × the searches")
    say(f"medians of {options.rounds} on {machine()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
