"""A photo's way in and out on a started stack: times, memory, and what the event loop feels of it (U5, issue 4).

The server is a real `pazpaz api`, not pinned; the figures hold for one machine that runs everything.
"""

import argparse
import io
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, Self

import httpx
import psutil
from PIL import Image

from bench.neighbour import waiting
from bench.say import say
from bench.servers import Server
from bench.stage import API, UNLIMITED, Stage, account, options, percentile, shown, signed, stage
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.files.bucket import Bucket
from pazpaz.core.process.resources import Resources

LIMIT = 10_485_760
SIZE = (4000, 3000)  # twelve megapixels
UPLOADERS = 4
PAUSE = 0.005


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


class Bench:
    """One run on a started stack."""

    def __init__(self, said: argparse.Namespace, here: Stage) -> None:
        self._options = said
        self._here = here

    def run(self) -> None:
        """Measure and say."""
        token, data = self._here.run(_token), photo()
        say(f"photo: {SIZE[0]} × {SIZE[1]}, {len(data):,} bytes")
        with self._here.server() as server:
            person = Person(token, server.port)
            person.start_note(1)
            made = self._one_by_one(server, person, data)
            self._side_by_side(server, token, data)
            self._links(person, made, self._here.settings)
        with self._here.server("bench.lag") as server:
            self._loop(server, token, data)
        say(signed())

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
        with _live(server) as quiet:
            time.sleep(5)
        with Memory(server.pid) as memory, _live(server) as busy:
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


def _live(server: Server) -> AbstractContextManager[list[float]]:
    return waiting(f"http://127.0.0.1:{server.port}/health/live", every=PAUSE)


async def _token(resources: Resources, _referee: Any) -> str:
    return (await account(resources)).token


def main() -> None:
    """Run as `./dev bench uploads`."""
    said = options("uploads", __doc__, photos=20, links=1000, not_durable=False)
    with stage("postgres", "valkey", "s3", durable=not said.not_durable, settings=UNLIMITED) as here:
        Bench(said, here).run()


if __name__ == "__main__":
    main()
