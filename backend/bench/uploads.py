"""A photo's way in and out on a started stack: times, memory, and what the event loop feels of it (U5, issue 4).

The server is a real `pazpaz api`, not pinned; the figures hold for one machine that runs everything.
"""

import argparse
import asyncio
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import httpx
import orjson
import psutil
from PIL import Image

from bench.probe import PAUSE
from bench.say import say
from bench.servers import Server, machine
from pazpaz.accounts import service
from pazpaz.accounts.schemas import SignUp
from pazpaz.cli.database import upgrade
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.files.bucket import Bucket
from pazpaz.core.process.resources import opened
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings

API = "/api/v1"
LIMIT = 10_485_760
SIZE = (4000, 3000)  # twelve megapixels
UPLOADERS = 4
SERVICES = frozenset({"postgres", "valkey", "s3"})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench uploads", description=__doc__)
    parser.add_argument("--photos", type=int, default=20, help="uploads, one after the other")
    parser.add_argument("--links", type=int, default=1000, help="downloads asked for")
    parser.add_argument("--not-durable", action="store_true", help="without fsync")
    return parser.parse_args()


def photo() -> bytes:
    """A JPEG of twelve megapixels, as near to 10 MiB as its quality lets it come from below."""
    noise = [Image.effect_noise(SIZE, spread) for spread in (30, 40, 50)]
    slope = Image.linear_gradient("L").resize(SIZE)
    picture = Image.merge("RGB", [Image.blend(slope, band, 0.5) for band in noise])
    best, low, high = b"", 40, 100
    while low < high:
        middle = (low + high) // 2
        into = io.BytesIO()
        picture.save(into, "JPEG", quality=middle)
        if len(into.getvalue()) <= LIMIT - 65_536:
            best, low = into.getvalue(), middle + 1
        else:
            high = middle
    return best


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def shown(values: list[float], unit: str = "ms", factor: float = 1000) -> str:
    """The usual percentiles on one line."""
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    parts = [f"{name} {percentile(values, share) * factor:,.1f}" for name, share in shares.items()]
    return f"{', '.join(parts)}, max {max(values) * factor:,.1f} {unit} (n = {len(values):,})"


class Memory:
    """The most memory of a process, and of each of its children, while the block runs."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._ends = threading.Event()
        self.children: dict[int, int] = {}
        self.before = self.peak = 0

    def __enter__(self) -> Self:
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5", encoding="ascii")
        self.before = _status(self._process.pid, "VmRSS")
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self.peak = _status(self._process.pid, "VmHWM")

    def _watch(self) -> None:
        while not self._ends.wait(0.01):
            for child in self._process.children(recursive=True):
                with suppress(OSError, TypeError):
                    self.children[child.pid] = _status(child.pid, "VmHWM")


def _status(pid: int, name: str) -> int:
    """A line of /proc/PID/status, in bytes; TypeError when the process is a zombie."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found: Any = re.search(rf"{name}:\s+(\d+) kB", text)
    return int(found[1]) * 1024


class Person:
    """A therapist with a draft, at one server."""

    def __init__(self, token: str, port: int) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)
        self.note = ""

    def _made(self, path: str, body: dict[str, Any]) -> str:
        answer = self._http.post(f"{API}{path}", json=body)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def start_note(self, day: int) -> None:
        """A client, an appointment and its draft."""
        client = self._made("/clients", {"first_name": "רות", "last_name": "לוי"})
        start, end = f"2026-03-{day:02}T08:00:00Z", f"2026-03-{day:02}T08:50:00Z"
        body = {"client_id": client, "scheduled_start": start, "scheduled_end": end}
        self.note = self._made("/sessions", {"appointment_id": self._made("/appointments", body)})

    def upload(self, data: bytes) -> tuple[float, dict[str, Any]]:
        """Seconds from the first byte sent to the answer, and the answer."""
        began = time.perf_counter()
        files = {"file": ("photo.jpg", data, "image/jpeg")}
        answer = self._http.post(f"{API}/sessions/{self.note}/attachments", files=files)
        took = time.perf_counter() - began
        answer.raise_for_status()
        return took, answer.json()

    def link(self, attachment_id: str) -> tuple[float, str]:
        """Seconds to a download's address, and the address."""
        began = time.perf_counter()
        answer = self._http.get(f"{API}/sessions/{self.note}/attachments/{attachment_id}")
        took = time.perf_counter() - began
        return took, str(answer.raise_for_status().json()["download_url"])

    def lag(self) -> dict[str, list[float]]:
        """What the watched server has seen since it was last asked."""
        found: dict[str, list[float]] = self._http.get("/lag").raise_for_status().json()
        return found


@contextmanager
def probing(port: int) -> Iterator[list[float]]:
    """Answer times of /health/live, asked for by another process while the block runs; filled at its end."""
    took: list[float] = []
    command = [sys.executable, "-m", "bench.probe", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
            yield took
            took += orjson.loads(process.communicate(timeout=60)[0])
        finally:
            process.kill()


class Bench:
    """One run on a started stack."""

    def __init__(self, options: argparse.Namespace, stack: Stack, folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._environment = stack.environment() | {
            "PAZPAZ_PUBLIC_URL": "http://127.0.0.1",
            "PAZPAZ_SMTP_HOST": "127.0.0.1",
            "PAZPAZ_MAIL_FROM": "PazPaz <bench@example.org>",
            "PAZPAZ_RATE_LIMIT_READS_PER_MINUTE": "1000000",
            "PAZPAZ_RATE_LIMIT_WRITES_PER_MINUTE": "1000000",
        }

    def run(self) -> None:
        """Measure and say."""
        load = os.getloadavg()[0]
        upgrade(self._environment["PAZPAZ_DATABASE_OWNER_URL"])
        values = {n.removeprefix("PAZPAZ_").lower(): v for n, v in self._environment.items()}
        settings = load_settings(_env_file=None, **values)
        token, data = asyncio.run(_token(settings)), photo()
        say(f"photo: {SIZE[0]} × {SIZE[1]}, {len(data):,} bytes")
        with self._server("pazpaz", "api") as server:
            person = Person(token, server.port)
            person.start_note(1)
            made = self._one_by_one(server, person, data)
            self._side_by_side(server, token, data)
            self._links(person, made, settings)
        with self._server("bench.lag") as server:
            self._loop(server, token, data)
        say(f"load before {load:.2f}; {' '.join(['python -m bench.uploads', *sys.argv[1:]])} on {machine()}")

    def _server(self, *module: str) -> Server:
        log = self._folder / f"{module[0]}.log"
        return Server(*module, environment=self._environment, core=None, log=log)

    def _one_by_one(self, server: Server, person: Person, data: bytes) -> str:
        with Memory(server.pid) as first:  # which also makes the connections
            person.upload(data)
        took, peaks, children = [], [], []
        for _ in range(self._options.photos):
            with Memory(server.pid) as memory:
                seconds, made = person.upload(data)
            took.append(seconds)
            peaks.append(float(memory.peak))
            children.append(float(max(memory.children.values(), default=0)))
        say(f"upload, end to end: {shown(took)}; stored {made['file_size']:,} bytes")
        before, grown = first.before / 2**20, (first.peak - first.before) / 2**20
        say(f"memory of the API process: {before:,.1f} MiB before the first, which added {grown:,.1f}")
        say(f"  peak: {shown(peaks, 'MiB', 2**-20)}")
        say(f"memory of the sanitizing child, peak: {shown(children, 'MiB', 2**-20)}")
        return str(made["id"])

    def _side_by_side(self, server: Server, token: str, data: bytes) -> None:
        with probing(server.port) as quiet:
            time.sleep(5)
        with Memory(server.pid) as memory, probing(server.port) as busy:
            took = uploads(token, server.port, data, first_day=2)
        say(f"/health/live every {PAUSE * 1000:.0f} ms, nothing else: {shown(quiet)}")
        say(f"  while {UPLOADERS} people upload: {shown(busy)}")
        say(f"their uploads: {shown(took)}")
        say(f"memory of the API process with {UPLOADERS}: peak {memory.peak / 2**20:,.1f} MiB")

    def _links(self, person: Person, attachment_id: str, settings: Settings) -> None:
        took = [person.link(attachment_id)[0] for _ in range(self._options.links)]
        say(f"GET of a link, end to end with its audit row: {shown(took)}")
        say(f"  U5: p95 {percentile(took, 0.95) * 1000:.1f} ms, goal ≤ 5")
        bucket, alone = Bucket(settings), []
        for _ in range(self._options.links + 1):
            began = time.perf_counter()
            bucket.link(f"{new_id()}/{new_id()}/{new_id()}_a.jpg", "צילום.jpg", "image/jpeg", 900)
            alone.append(time.perf_counter() - began)
        bucket.close()
        say(f"  its signature alone: {shown(alone[1:])}")

    def _loop(self, server: Server, token: str, data: bytes) -> None:
        person = Person(token, server.port)
        person.start_note(10)
        person.upload(data)
        person.lag()
        time.sleep(5)
        quiet = person.lag()
        uploads(token, server.port, data, first_day=11)
        busy = person.lag()
        for name, found in (("nothing else", quiet), (f"{UPLOADERS} people upload", busy)):
            say(f"event loop, {name}: late by {shown(found['late'])}")
            say(f"  its own work in a turn: {shown(found['busy'])}")
        say(f"  goal: never over 50 ms; its own work took {max(busy['busy']) * 1000:.1f} ms at most")


def uploads(token: str, port: int, data: bytes, *, first_day: int) -> list[float]:
    """Some people send three photos each, at once."""
    people = [Person(token, port) for _ in range(UPLOADERS)]
    for day, person in enumerate(people, first_day):
        person.start_note(day)

    def three(person: Person) -> list[float]:
        return [person.upload(data)[0] for _ in range(3)]

    with ThreadPoolExecutor(UPLOADERS) as threads:
        return [seconds for took in threads.map(three, people) for seconds in took]


async def _token(settings: Settings) -> str:
    """A fresh workspace's owner."""
    async with opened(settings, name="pazpaz-bench") as resources:
        system, context = resources.system(), RequestContext(new_id())
        signup = SignUp(
            email="bench@example.org",
            full_name="Dana Cohen",
            workspace_name="Bench",
            timezone="Asia/Jerusalem",
            locale="he",  # type: ignore[arg-type]
        )
        workspace_id, user_id = await service.create_workspace(system, resources.keys, context, signup)
        token = await service.issue_token(system, context, workspace_id, user_id, "bench")
        await system.transaction.commit()
        return token


def main() -> int:
    """Run as `./dev bench uploads`."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="pazpaz-bench-"))
    try:
        with Stack(folder / "data", services=SERVICES, durable=not options.not_durable) as stack:
            Bench(options, stack, folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
