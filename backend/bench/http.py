"""The API against a bare server (design/goals.md, "Speed"), interleaved in one run.

Both are one uvicorn process on the first core; PostgreSQL, durable and not pinned, is the same for
both, and the load generator has the last core.
"""

import argparse
import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import asyncpg
import orjson
import uvloop

from bench import report
from bench.cases import Case, Requests, Side
from bench.data import Dataset, on_database, prepare
from bench.figures import Figures
from bench.load import once, run
from bench.say import say
from bench.servers import Server, machine, postgres_cpu
from pazpaz.cli.database import upgrade
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings

_CHANGES = frozenset({"version", "updated_at", "next_cursor", "next_before"})
Measured = dict[str, dict[str, list[Figures]]]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench http", description=__doc__)
    parser.add_argument("--notes", type=int, default=100_000, help="how many to seed at least")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a slice")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--many", type=int, default=32, help="connections of P6's second half")
    parser.add_argument("--only", default="", help="cases, such as P1,P4")
    parser.add_argument("--data-dir", type=Path, help="kept, and used again when it holds notes")
    parser.add_argument("--not-durable", action="store_true", help="without fsync")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


BARE = ("bench.bare:served", "--factory", "--loop", "uvloop", "--http", "httptools", "--no-access-log")


class Bench:
    """One run on a started stack."""

    def __init__(self, options: argparse.Namespace, stack: Stack, folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._environment = stack.environment() | {
            "PAZPAZ_PUBLIC_URL": "http://127.0.0.1",
            "PAZPAZ_S3_ENDPOINT_URL": "http://127.0.0.1:9",
            "PAZPAZ_S3_ACCESS_KEY": "not-used",
            "PAZPAZ_S3_SECRET_KEY": "not-used",
            "PAZPAZ_SMTP_HOST": "127.0.0.1",
            "PAZPAZ_MAIL_FROM": "PazPaz <bench@example.org>",
            # Counted like any others, but so many that none is refused.
            "PAZPAZ_RATE_LIMIT_READS_PER_MINUTE": "1000000",
            "PAZPAZ_RATE_LIMIT_WRITES_PER_MINUTE": "1000000",
        }
        self._superuser = on_database(stack.superuser_url, "pazpaz")
        self._postmaster = stack.pids()["postgres"]
        self._refused: list[str] = []

    def run(self) -> int:
        """Seed, measure, report; 1 when any answer was not a 200."""
        load_before = os.getloadavg()
        settings = load_settings(
            _env_file=None,
            **{n.removeprefix("PAZPAZ_").lower(): v for n, v in self._environment.items()},
        )
        upgrade(self._environment["PAZPAZ_DATABASE_OWNER_URL"])
        data = uvloop.run(prepare(settings, self._superuser, self._options.notes))
        say(f"{data.note_count:,} notes in {len(data.practices)} workspaces")
        measured = self._measure(data)
        report.show(measured)
        about = report.About(
            " ".join(["python -m bench.http", *sys.argv[1:]]),
            machine(),
            uvloop.run(_database(self._superuser)),
            load_before,
            data.note_count,
            self._options.seconds,
            self._options.rounds,
        )
        if self._options.json:
            report.write(self._options.json, about, measured)
        say(f"{about.database}; {data.note_count:,} notes; load before {load_before[0]:.2f}")
        for line in self._refused[:5]:
            say(f"refused: {line}")
        say(f"{about.command} on {about.machine}")
        return 1 if self._refused else 0

    def _measure(self, data: Dataset) -> Measured:
        cores = sorted(os.sched_getaffinity(0))
        bare = {"PAZPAZ_BENCH_DSN": self._superuser} | self._environment
        ours_log, bare_log = self._folder / "ours.log", self._folder / "bare.log"
        with (
            Server("pazpaz", "api", environment=self._environment, core=cores[0], log=ours_log) as a,
            Server("uvicorn", *BARE, environment=bare, core=cores[0], log=bare_log) as b,
        ):
            cases = Requests(data, a, b).cases(self._options.connections, self._options.many)
            wanted = set(filter(None, self._options.only.split(","))) or {c.name for c in cases}
            os.sched_setaffinity(0, {cores[-1]})
            try:
                return uvloop.run(self._rounds([case for case in cases if case.name in wanted]))
            finally:
                os.sched_setaffinity(0, set(cores))

    async def _rounds(self, cases: list[Case]) -> Measured:
        gc.collect()
        gc.freeze()
        measured: Measured = {case.name: {side: [] for side in case.sides} for case in cases}
        for case in cases:
            await self._compare(case)
            for side in case.sides.values():
                await self._slice(case, side)
        # All cases in every round: what the machine does meanwhile meets each of them alike.
        for number in range(self._options.rounds):
            for case in cases:
                names = list(case.sides)
                turn = number % len(names)
                for name in names[turn:] + names[:turn]:
                    measured[case.name][name].append(await self._slice(case, case.sides[name]))
            rates = (f"{c} {s['ours'][-1].rate / s['bare'][-1].rate:.2f}" for c, s in measured.items())
            say(f"round {number + 1} of {self._options.rounds}: {', '.join(rates)}")
        return measured

    async def _slice(self, case: Case, side: Side) -> Figures:
        server, postgres = side.server.cpu(), postgres_cpu(self._postmaster, side.roles)
        done = await run(side.server.port, side.requests, case.connections, self._options.seconds)
        server = side.server.cpu() - server
        postgres = postgres_cpu(self._postmaster, side.roles) - postgres
        self._refused += [f"{case.name}: {text!r}" for text in done.refused]
        return Figures.of(done, server, postgres)

    async def _compare(self, case: Case) -> None:
        """Say so when the sides do not do the same work: their answers differ."""
        answers = {}
        for name, side in case.sides.items():
            body, done = await once(side.server.port, next(side.requests))
            self._refused += [f"{case.name}: {text!r}" for text in done.refused]
            answers[name] = _comparable(orjson.loads(body))
        first, *others = answers.values()
        if any(other != first for other in others):
            say(f"WARNING: {case.name}: the answers of the sides differ")


def _comparable(answer: object) -> object:
    if isinstance(answer, list):
        return [_comparable(item) for item in answer]
    if isinstance(answer, dict):
        return {key: _comparable(item) for key, item in answer.items() if key not in _CHANGES}
    return answer


async def _database(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        values = [f"{name} {await connection.fetchval(f'SHOW {name}')}" for name in names]
    finally:
        await connection.close()
    return f"PostgreSQL {', '.join(values)}"


def main() -> int:
    """Run as `./dev bench http`."""
    options = _options()
    # A polite kill runs the clean-up, like Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="pazpaz-bench-"))
    try:
        stack = Stack(
            options.data_dir or folder / "data",
            services=frozenset({"postgres", "valkey"}),
            durable=not options.not_durable,
        )
        stack.start(say)
        try:
            return Bench(options, stack, folder).run()
        finally:
            stack.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
