"""Offline sync: histories of three devices against the law (Y1, Y2), and batches over HTTP (Y3).

`./dev bench sync` lives 10,000 random histories, half of them on each of two processes, and prints how many
words were lost or doubled; then it times batches of 100 notes on one server process with a durable PostgreSQL.
"""

import argparse
import multiprocessing
import sys
import time

import hypothesis.core
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bench import batches
from bench.say import say
from bench.stage import options, signed
from tests.support.stack import RunStack
from tests.sync.asgi import Harness
from tests.sync.attaching import Attaching as Practice

CHUNK = 50
SAY_SECONDS = 15.0
STEPS = 20


def _live(number: int, seeds: list[int], told: "multiprocessing.Queue[tuple[int, int, str]]") -> None:
    """Some chunks of histories; tells of each its seed, its requests and what broke."""
    harness = Harness(f"pazpaz_bench_{number}")
    Practice.harness = harness
    for seed in seeds:
        hypothesis.core.global_force_seed = seed  # type: ignore[assignment]
        before, broken = Practice.requests, ""
        try:
            run_state_machine_as_test(Practice, settings=_settings())
        except (AssertionError, ExceptionGroup) as error:
            broken = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
        told.put((seed, Practice.requests - before, broken))
    harness.close()


def _settings() -> settings:
    return settings(
        max_examples=CHUNK, stateful_step_count=STEPS, deadline=None, database=None,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def _histories(options: argparse.Namespace) -> bool:
    """Y1 and Y2; whether the law held."""
    chunks = -(-options.histories // CHUNK)
    first = options.seed or int(time.time())
    seeds = list(range(first, first + chunks))
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    workers = [
        context.Process(target=_live, args=(n, seeds[n :: options.processes], told), daemon=True)
        for n in range(options.processes)
    ]
    started, requests, broken = time.perf_counter(), 0, list[str]()
    said = started
    for worker in workers:
        worker.start()
    for done in range(1, chunks + 1):
        seed, count, what = told.get(timeout=600)
        requests += count
        if what:
            broken.append(f"seed {seed}: {what}")
            say(broken[-1])
        if (now := time.perf_counter()) - said > SAY_SECONDS:
            said, rate = now, done * CHUNK / (now - started)
            say(f"{done * CHUNK:,} histories, {len(broken)} broken chunks, {rate:.1f} a second")
    for worker in workers:
        worker.join(30)
    seconds = time.perf_counter() - started
    lost = sum("lost:" in what for what in broken)
    doubled = sum("current more than once" in what for what in broken)
    say(
        f"Y1, Y2: {chunks * CHUNK:,} histories, {requests:,} requests in {seconds:.0f} s"
        f" ({chunks * CHUNK / seconds:.1f} a second): chunks that lost a word {lost}, doubled one {doubled},"
        f" broke otherwise {len(broken) - lost - doubled}; first seed {first}"
    )
    return not broken


def main() -> int:
    """Run as `./dev bench sync`."""
    said = options("sync", __doc__, histories=10_000, processes=2, seed=0, rounds=20)
    held = True
    if said.histories:
        stack = RunStack()
        try:
            held = _histories(said)
        finally:
            stack.stop()
    batches.measure(said.rounds)
    say(signed())
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
