"""Starts and stops the services' processes so that none outlives this one."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pazpaz.embedded import launch
from pazpaz.embedded.errors import EmbeddedError

# Linux ties a child to the thread that forked it: one thread that lives as long as the interpreter forks them all.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pazpaz-spawner")

_LOG_LIMIT_BYTES = 10 * 1024 * 1024
_POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Command:
    """A service's process; `{name}` in argv and cwd stands for the folder of that name in `roots`."""

    name: str
    argv: list[str]
    cwd: str
    death_signal: signal.Signals
    stop_steps: tuple[tuple[signal.Signals, float], ...]
    user: str | None = None
    roots: Mapping[str, Path] = field(default_factory=dict[str, Path])


class Child:
    """One running process of a service."""

    def __init__(self, command: Command, process: subprocess.Popen[bytes], log: Path) -> None:
        self._command = command
        self._process = process
        self._log = log
        self._stopping = threading.Lock()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait(self, seconds: float) -> int | None:
        """Return the exit code, or None when it still runs after that time."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def wait_long(self) -> int:
        """Return the exit code, however long it takes."""
        return self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        if self.is_alive():
            self._process.send_signal(number)

    def begin_stop(self) -> None:
        self.signal(self._command.stop_steps[0][0])

    def stop(self) -> None:
        """Escalate through the command's signals until the process is gone."""
        with self._stopping:
            for number, seconds in self._command.stop_steps:
                self.signal(number)
                if self.wait(seconds) is not None:
                    return
            self.signal(signal.SIGKILL)
            self.wait(10)

    def until(self, is_ready: Callable[[], bool], seconds: float) -> None:
        """Wait until the service answers; raise when it dies or the time is over."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not self.is_alive():
                raise self.failure("ended while starting")
            if time.monotonic() > deadline:
                raise self.failure(f"did not answer within {seconds:.0f} s")
            time.sleep(_POLL_SECONDS)

    def failure(self, what: str) -> EmbeddedError:
        return EmbeddedError(f"{self._command.name} {what}: {_last_line(self._log)} (log: {self._log})")


class Spawner:
    """All children of one stack; once closed it starts no more."""

    def __init__(self, log_dir: Path, lock_descriptor: int) -> None:
        self._log_dir = log_dir
        self._lock_descriptor = lock_descriptor
        self._children: list[Child] = []
        self._is_closed = False

    def spawn(self, command: Command) -> Child:
        """Start the command; returns once it has been executed."""
        return _spawner.submit(self._spawn, command).result()

    def run(self, command: Command, *, wants_output: bool = False) -> str:
        """Run the command to its end; EmbeddedError when it fails. What it says is in its log, or is returned."""
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb") as output:
            try:
                child = _spawner.submit(self._spawn, command, writer if wants_output else None).result()
            finally:
                os.close(writer)
            said = output.read().decode()
        if child.wait_long() != 0:
            raise child.failure("failed")
        return said

    def tidy_logs(self) -> None:
        """Keep each log below its limit; who writes to it goes on at its new beginning."""
        for log in self._log_dir.glob("*.log"):
            if log.stat().st_size > _LOG_LIMIT_BYTES:
                _turn_over(log)

    def close(self) -> None:
        """Stop every child that still runs; all get their first signal at once."""
        self._is_closed = True
        children = _spawner.submit(self._living).result()
        for child in children:
            child.begin_stop()
        for child in children:
            child.stop()

    def _living(self) -> list[Child]:
        self._children = [child for child in self._children if child.is_alive()]
        return list(self._children)

    def _spawn(self, command: Command, output: int | None = None) -> Child:
        if self._is_closed:
            raise EmbeddedError(f"{command.name} was not started: the stack is stopping")
        log = _open_log(self._log_dir / f"{command.name}.log")
        reader, writer = os.pipe()
        try:
            process = _fork(
                command, log, output=output, status=writer, inherited=(writer, self._lock_descriptor)
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
            os.close(log)
        child = Child(command, process, self._log_dir / f"{command.name}.log")
        self._children = [*self._living(), child]
        with os.fdopen(reader, "rb") as status:
            problem = status.read().decode()
        if problem:
            child.wait(5)
            raise EmbeddedError(problem)
        return child


def minimal_environment() -> dict[str, str]:
    """Return what a service sees of our environment: nothing of ours."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "TZ": "UTC"}


def _fork(
    command: Command, log: int, *, output: int | None, status: int, inherited: tuple[int, ...]
) -> subprocess.Popen[bytes]:
    spec: launch.Spec = {
        "argv": command.argv,
        "cwd": command.cwd,
        "roots": {name: str(folder) for name, folder in command.roots.items()},
        "user": command.user,
        "death_signal": int(command.death_signal),
        "parent_pid": os.getpid(),
        "status_descriptor": status,
    }
    return subprocess.Popen(  # noqa: S603 (our own launcher, no shell)
        [sys.executable, "-I", "-S", launch.__file__, json.dumps(spec)],
        stdin=subprocess.DEVNULL,
        stdout=log if output is None else output,
        stderr=log,
        env=minimal_environment(),
        pass_fds=inherited,
        # Ctrl-C in the terminal reaches only the parent, which stops its services in order.
        start_new_session=True,
    )


def _open_log(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _turn_over(log: Path) -> None:
    """Keep the text as `.log.1` and empty the log: its writers hold it open, and each write goes to its end."""
    with contextlib.suppress(OSError):  # without room for the copy, the log is emptied all the same
        shutil.copyfile(log, log.with_suffix(".log.1"))
    os.truncate(log, 0)


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 4096))
            lines = stream.read().decode(errors="replace").split("\n")
    except OSError:
        return "no log"
    return next((line.strip() for line in reversed(lines) if line.strip()), "no output")
