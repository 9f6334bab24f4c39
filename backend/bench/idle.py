"""`./dev bench idle`: what `pazpaz --version` and `--help` cost, and what an idle `pazpaz up` holds in memory."""

import argparse
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.say import say
from bench.servers import free_port

_RUNS = 9
_START_SECONDS = 180.0
_REST_SECONDS = 20.0
_GREETING = b"PazPaz runs at"
_PARTS = ("supervisor", "api", "worker")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench idle", description=__doc__)
    parser.add_argument("--before", type=Path, help="Another checkout, with its environment in .venv.")
    arguments = parser.parse_args()
    pythons = {"now": sys.executable}
    if arguments.before is not None:
        pythons = {"before": str(arguments.before / ".venv" / "bin" / "python")} | pythons
    for words in (["--version"], ["--help"]):
        _compare(
            f"pazpaz {' '.join(words)}, CPU ms",
            {name: _cpu(python, words) for name, python in pythons.items()},
        )
    held = {name: _memory(python) for name, python in pythons.items()}
    for part in _PARTS:
        _compare(f"{part}, RSS MB", {name: found[part][0] for name, found in held.items()})
    for place, unit in enumerate(("RSS", "PSS")):
        sums = {name: sum(sizes[place] for sizes in found.values()) for name, found in held.items()}
        _compare(f"the three together, {unit} MB", sums)


def _compare(what: str, figures: dict[str, float]) -> None:
    ratio = f"  ratio {figures['now'] / figures['before']:.3f}" if "before" in figures else ""
    say(f"{what:32}" + "".join(f"  {name} {figure:8.1f}" for name, figure in figures.items()) + ratio)


def _cpu(python: str, words: list[str]) -> float:
    """User and system time, the median of some runs."""
    spent = []
    for _ in range(_RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([python, "-m", "pazpaz", *words], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return 1_000 * statistics.median(spent)


def _memory(python: str) -> dict[str, tuple[float, float]]:
    """RSS and PSS of each part, some time after the start of an `up` that nobody uses."""
    with tempfile.TemporaryDirectory(prefix="pazpaz-idle-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "out"
        words = [python, "-m", "pazpaz", "up", "--port", str(free_port()), "--data-dir", f"{folder}/data"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PAZPAZ_")}
        with log.open("wb") as output:
            up = subprocess.Popen(words, cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + _START_SECONDS
            while _GREETING not in log.read_bytes():
                if up.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"up did not start:\n{log.read_text(errors='replace')}")
                time.sleep(0.1)
            time.sleep(_REST_SECONDS)
            return _parts(up.pid)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait()


def _parts(pid: int) -> dict[str, tuple[float, float]]:
    found = {"supervisor": _sizes(psutil.Process(pid))}
    for child in psutil.Process(pid).children():
        words = child.cmdline()
        for part in ("api", "worker"):
            if {"pazpaz", part} <= set(words):
                found[part] = _sizes(child)
    return found


def _sizes(process: psutil.Process) -> tuple[float, float]:
    memory = process.memory_full_info()
    return memory.rss / 2**20, memory.pss / 2**20


if __name__ == "__main__":
    main()
