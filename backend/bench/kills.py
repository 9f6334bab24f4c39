"""`./dev bench kills [N]`: `kill -9` of `pazpaz up` at random moments on a busy machine, and what outlives it."""

import argparse
import ctypes
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.say import say
from bench.servers import free_port

SECONDS = 15.0  # how long what `up` started may take to end
_START_SECONDS = 120.0
_FRESH_EVERY = 8  # a data dir of its own, so that the first start is hit too
_GREETING = b"PazPaz runs at"
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: when, how many processes there were, how long they took to end, and those that did not."""

    after: float
    processes: int
    seconds: float
    left: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench kills", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--python", default=sys.executable, help="Of another checkout's environment.")
    parser.add_argument("--busy", type=int, default=1, help="Processes that keep a core busy.")
    arguments = parser.parse_args()
    # What loses its parent becomes a child of this process: none can be overlooked.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(arguments.busy)]
    try:
        with tempfile.TemporaryDirectory(prefix="pazpaz-kills-", ignore_cleanup_errors=True) as folder:
            kills = _all(arguments.kills, arguments.python, Path(folder), {one.pid for one in busy})
    finally:
        for one in busy:
            one.kill()
            one.wait()
    raise SystemExit(_said(kills))


def _all(number: int, python: str, folder: Path, busy: set[int]) -> list[Kill]:
    full = _kill(python, folder / "data", None, busy)
    say(f"a whole first start takes {full.after:.1f} s")
    kills = [full, _kill(python, folder / "data", None, busy)]
    span = kills[1].after * 1.25
    while len(kills) < number:
        data_dir = folder / (f"fresh{len(kills)}" if len(kills) % _FRESH_EVERY == 0 else "data")
        kill = _kill(python, data_dir, random.uniform(0, span), busy)
        kills.append(kill)
        if kill.left:
            say(f"after {kill.after:.2f} s: {', '.join(kill.left)}")
        elif len(kills) % 20 == 0:
            say(f"{len(kills)} kills")
    return kills


def _kill(python: str, data_dir: Path, after: float | None, busy: set[int]) -> Kill:
    """Start it, kill it at that moment (or when it has started), and see what is left."""
    log = data_dir.with_suffix(".out")
    words = [python, "-m", "pazpaz", "up", "--port", str(free_port()), "--data-dir", str(data_dir)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAZPAZ_")}
    begun = time.monotonic()
    with log.open("wb") as output:
        up = subprocess.Popen(
            words, cwd=log.parent, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _wait(up, log, begun, after)
    except BaseException:
        up.kill()
        raise
    processes = len(_children(busy))
    up.kill()
    killed = time.monotonic()
    up.wait()
    while (left := _children(busy)) and time.monotonic() - killed < SECONDS:
        time.sleep(0.02)
    names = [_name(process) for process in left]
    seconds = time.monotonic() - killed
    for process in left:
        process.kill()
        process.wait()
    return Kill(killed - begun, processes, seconds, names)


def _wait(up: subprocess.Popen[bytes], log: Path, begun: float, after: float | None) -> None:
    while not (_GREETING in log.read_bytes() if after is None else time.monotonic() - begun >= after):
        if up.poll() is not None or time.monotonic() - begun > _START_SECONDS:
            raise SystemExit(f"up did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.01)


def _children(busy: set[int]) -> list[psutil.Process]:
    """All that runs below this process; the orphans that have ended are taken off the process table."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.pid in busy:
                continue
            if process.status() == psutil.STATUS_ZOMBIE:
                if process.ppid() == os.getpid():
                    os.waitpid(process.pid, os.WNOHANG)
                continue
            found.append(process)
        except (psutil.NoSuchProcess, ChildProcessError):
            continue
    return found


def _name(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())[:160]}"
    except psutil.NoSuchProcess:
        return f"{process.pid} (ended just then)"


def _said(kills: list[Kill]) -> int:
    """Prints the figures; returns the exit code."""
    left = [kill for kill in kills if kill.left]
    seconds = sorted(kill.seconds for kill in kills)
    sizes = Counter(kill.processes for kill in kills)
    say(
        f"{len(kills)} kills, {min(k.after for k in kills):.2f} to {max(k.after for k in kills):.2f} s after the start"
    )
    say(f"processes at the kill: {', '.join(f'{n} ({sizes[n]}x)' for n in sorted(sizes))}")
    say(f"until all had ended: median {seconds[len(seconds) // 2]:.2f} s, longest {seconds[-1]:.2f} s")
    say(f"something left after {SECONDS:.0f} s: {len(left)}")
    return 1 if left else 0


if __name__ == "__main__":
    main()
