"""The API against a bare server (design/goals.md, "Speed"), interleaved in one run.

Both are one uvicorn process on the first core; PostgreSQL, durable and not pinned, is the same for
both, and the load generator has the last core.
"""

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import Any

import orjson
import uvloop

from bench import report
from bench.cases import Case, Requests, Side
from bench.data import Dataset, prepare
from bench.figures import Figures
from bench.load import once, run
from bench.say import say
from bench.servers import Server, machine, postgres_cpu
from bench.stage import UNLIMITED, Stage, options, stage
from pazpaz.core.process.resources import Resources

_CHANGES = frozenset({"version", "updated_at", "next_cursor", "next_before"})
Measured = dict[str, dict[str, list[Figures]]]


BARE = ("bench.bare:served", "--factory", "--loop", "uvloop", "--http", "httptools", "--no-access-log")


class Bench:
    """One run on a started stack."""

    def __init__(self, said: argparse.Namespace, here: Stage) -> None:
        self._options = said
        self._here = here
        self._postmaster = here.stack.pids()["postgres"]
        self._refused: list[str] = []

    def run(self) -> int:
        """Seed, measure, report; 1 when any answer was not a 200."""
        load_before = os.getloadavg()
        data = self._here.run(lambda resources, referee: prepare(resources, referee, self._options.notes))
        say(f"{data.note_count:,} notes in {len(data.practices)} workspaces")
        measured = self._measure(data)
        report.show(measured)
        about = report.About(
            " ".join(["python -m bench.http", *sys.argv[1:]]),
            machine(),
            self._here.run(_database),
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
        bare = {"PAZPAZ_BENCH_DSN": self._here.superuser} | self._here.environment
        bare_log = self._here.folder / "bare.log"
        with (
            self._here.server(core=cores[0]) as a,
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


async def _database(_resources: Resources, referee: Any) -> str:
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    values = [f"{name} {await referee.fetchval(f'SHOW {name}')}" for name in names]
    return f"PostgreSQL {', '.join(values)}"


def main() -> int:
    """Run as `./dev bench http`; slices of so many seconds, P6's second half on `--many` connections."""
    said = options(
        "http", __doc__, notes=100_000, seconds=2.0, rounds=6, connections=8, many=32, only="",
        data_dir=Path, not_durable=False, json=Path,
    )  # fmt: skip
    durable = not said.not_durable
    with stage("postgres", "valkey", data_dir=said.data_dir, durable=durable, settings=UNLIMITED) as here:
        return Bench(said, here).run()


if __name__ == "__main__":
    sys.exit(main())
