"""The real `pazpaz api` in a process of its own, on a database of the run's stack."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support import stack

START_SECONDS = 90.0


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(database: str, log: Path, **settings: str) -> Iterator[str]:
    """The address of a server that answers, with these settings besides; it is stopped in the end."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | stack.environment(database) | {"PAZPAZ_PUBLIC_URL": address} | settings
    environment.pop("PAZPAZ_DATA_DIR", None)
    command = [sys.executable, "-m", "pazpaz", "api", "--port", str(port), "--data-dir", str(log.parent)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        _wait(process, address, log)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/health/live", timeout=1).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace")[-2000:])
