"""`pazpaz up` and other commands as subprocesses, in an environment that knows nothing of the test's own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import psutil

START_SECONDS = 60.0
GREETING = "PazPaz runs at"


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a person's shell has, without any PAZPAZ_* but those given."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        **settings,
    }


def pazpaz(folder: Path, *words: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in `folder`; `given` is its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "pazpaz", *words],
        cwd=folder,
        env=environment(folder, **settings),
        input=given,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def alive(processes: Iterable[psutil.Process]) -> list[str]:
    """Those that still run, by name; one that waits to be reaped does not."""
    names = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                names.append(f"{process.pid} {process.name()}")
        except psutil.NoSuchProcess:
            continue
    return names


def left_after(processes: list[psutil.Process], seconds: float) -> list[str]:
    """Those that still run when they have had this long to end."""
    deadline = time.monotonic() + seconds
    while (left := alive(processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


class Up:
    """A running `pazpaz up --no-demo`; a test that fails leaves none behind."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Start it with its data dir in `folder` and these PAZPAZ_*, and wait for its greeting."""
        self.folder = folder
        self.data_dir = folder / "data"
        self.base = f"http://127.0.0.1:{(port := free_port())}"
        self._log = folder / "up.log"
        words = ["up", "--no-demo", "--port", str(port), "--data-dir", str(self.data_dir)]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pazpaz", *words],
                cwd=folder,
                env=environment(folder, **settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait()
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while GREETING not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        """What it has printed."""
        return self._log.read_text()

    def settings(self) -> dict[str, str]:
        """The settings that it gives its own programs."""
        note = json.loads((self.data_dir / "runtime.json").read_text())
        found: dict[str, str] = note["environment"]
        return found

    def descendants(self) -> list[psutil.Process]:
        """Every process below it, now."""
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def stop(self, number: signal.Signals, seconds: float) -> int:
        """Signal it and wait; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def end(self) -> None:
        """Stop it, if a test has not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
