"""Searches among ten thousand clients on eight connections, and what another practice's read waits meanwhile.

With `--against CHECKOUT` (its environment made) both builds serve the same database, by turns. Limits are lifted.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import uvloop

from bench.load import Slice, run
from bench.say import say
from bench.servers import Server
from bench.stage import API, UNLIMITED, Stage, account, begin_note, options, signed, stage
from pazpaz.core.process.resources import Resources
from tests.support.guards_heavy import CLIENTS, fill_clients

WANTED = ("רות 12", "לוי", "052555", "nobody")


@dataclass(frozen=True)
class Round:
    """One build's figures of one round: searches a second, and the neighbour's p99 before and meanwhile, in ms."""

    rate: float
    quiet: float
    meanwhile: float


async def _prepared(resources: Resources, referee: Any, count: int) -> list[str]:
    """Tokens of a practice with that many clients and of its neighbour."""
    searched, neighbour = [await account(resources) for _ in range(2)]
    cipher = await resources.keys.open(searched.workspace_id)
    for _ in range(0, count, CLIENTS):
        await fill_clients(referee, cipher, searched.workspace_id)
    await referee.execute("VACUUM ANALYZE")
    return [searched.token, neighbour.token]


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


async def _note_of(port: int, token: str) -> str:
    """The path of a fresh note of the neighbour's."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
        return await begin_note(http)


def _measure(said: argparse.Namespace, here: Stage) -> dict[str, list[Round]]:
    tokens = here.run(lambda resources, referee: _prepared(resources, referee, said.clients))
    core = min(os.sched_getaffinity(0))
    builds: dict[str, Path | None] = {"now": None}
    if said.against:
        builds["before"] = said.against
    measured: dict[str, list[Round]] = {name: [] for name in builds}
    path = ""
    for _ in range(said.rounds):
        for name, checkout in builds.items():
            with here.server(core=core, checkout=checkout) as server:
                path = path or uvloop.run(_note_of(server.port, tokens[1]))
                measured[name].append(
                    uvloop.run(_round(server, tokens, path, said.connections, said.seconds))
                )
    return measured


def main() -> int:
    """Run as `./dev bench search`."""
    said = options(
        "search", __doc__, against=Path, clients=10_000, connections=8, seconds=5.0, rounds=3
    )  # fmt: skip
    with stage("postgres", "valkey", settings=UNLIMITED) as here:
        measured = _measure(said, here)
    for name, rounds in measured.items():
        rate, quiet, meanwhile = (
            statistics.median(getattr(item, field) for item in rounds)
            for field in ("rate", "quiet", "meanwhile")
        )
        say(
            f"{name:<7} {rate:>8.1f} searches/s; the neighbour's p99 {quiet:.2f} ms quiet, {meanwhile:.2f} ms"
            f" meanwhile ({meanwhile / quiet:.1f} ×)"
        )
    if said.against:
        rates = [statistics.median(item.rate for item in measured[name]) for name in ("now", "before")]
        say(f"{rates[0] / rates[1]:.0f} × the searches")
    say(f"medians of {said.rounds}; {signed()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
