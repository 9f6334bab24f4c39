"""The servers under measurement: one process each, on one core, and what CPU time they and PostgreSQL take."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_BACKEND = Path(__file__).resolve().parents[1]
_START_SECONDS = 120.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded here: nothing may be loaded between fork and exec


class Server:
    """A server started as a Python module, of this checkout or another, pinned to a core or not; it dies with us."""

    def __init__(
        self,
        *module: str,
        environment: dict[str, str],
        core: int | None,
        log: Path,
        checkout: Path | None = None,
    ) -> None:
        self._python = str(checkout / ".venv" / "bin" / "python") if checkout else sys.executable
        self._folder = checkout / "backend" if checkout else _BACKEND
        self._module = module
        self._environment = os.environ | environment
        self._core = core
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    def __enter__(self) -> Self:
        address = ("--host", "127.0.0.1", "--port", str(self.port))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._python, "-m", *self._module, *address],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=self._become,  # noqa: PLW1509 (two system calls; no thread holds a lock yet)
            )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _become(self) -> None:
        if self._core is not None:
            os.sched_setaffinity(0, {self._core})
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(
            f"{self._module[0]} did not start:\n{self._log.read_text(errors='replace')[-2000:]}"
        )

    def _stop(self) -> None:
        if self._process is None:
            return
        for number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            self._process.send_signal(number)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return

    def cpu(self) -> float:
        """CPU seconds of the process so far."""
        return _seconds(psutil.Process(self.pid))

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None
        return self._process.pid

    def memory(self) -> int:
        """Bytes of the process that are in memory."""
        assert self._process is not None
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def peak(self) -> int:
        """The most it has had so far, as the kernel counts it."""
        return peak_of(self.pid)


def peak_of(pid: int) -> int:
    """The most bytes of a process that were in memory, as the kernel counts it."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def postgres_cpu(postmaster: int, roles: str) -> float:
    """CPU seconds so far of the client backends whose role begins with `roles`."""
    total = 0.0
    for child in psutil.Process(postmaster).children(recursive=True):
        try:
            title = "".join(child.cmdline()[:1])
            if title.startswith(f"postgres: {roles}"):
                total += _seconds(child)
        except psutil.NoSuchProcess:
            continue
    return total


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def machine() -> str:
    """Cores and model of this machine."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores, {model}, Python {sys.version.split()[0]}"
