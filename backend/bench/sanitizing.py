"""`./dev bench sanitizing`: what hostile files and a 10 MB photo cost, and the event loop during four bombs."""

import asyncio
import io
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvloop
from PIL import Image

from bench.say import say
from bench.servers import machine
from pazpaz.core.base.turns import Turns
from pazpaz.sanitizing import process
from pazpaz.sanitizing.errors import Rejected
from pazpaz.sanitizing.kinds import HEAD_BYTES, Kind
from pazpaz.sanitizing.sanitizer import Sanitizer, private_file
from tests.support import files_benign, files_benign_pdfs, files_hostile_images, files_hostile_pdfs
from tests.support.files_case import Case

_TICK_SECONDS = 0.001
_LIMITS = "limits: 5 s CPU, 512 MiB, 8 s"


@dataclass(frozen=True, slots=True)
class Cost:
    """One file."""

    name: str
    cpu: float
    wall: float
    megabytes: float
    word: str


async def _cost(folder: Path, name: str, content: bytes) -> Cost:
    kind = Kind.sent(content[:HEAD_BYTES])
    assert kind is not None, name
    with private_file(folder) as source, private_file(folder) as output, private_file(folder) as small:
        source.write(content)
        start = time.monotonic()
        ended = await process.run(kind, source.fileno(), output.fileno(), small.fileno())
        wall = time.monotonic() - start
    usage = ended.usage
    word = "late" if ended.is_late else "stopped" if ended.was_stopped else ended.words[0]
    return Cost(name, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, word)


async def _costs(folder: Path, cases: list[Case]) -> None:
    found = [await _cost(folder, case.name, case.make()) for case in cases]
    for what, key in (("CPU s", "cpu"), ("wall s", "wall"), ("MiB", "megabytes")):
        worst: list[Cost] = sorted(found, key=lambda one: getattr(one, key), reverse=True)[:3]
        line = ", ".join(f"{getattr(one, key):.2f} ({one.name}: {one.word})" for one in worst)
        say(f"  most {what:<7} {line}")
    middle = sorted(one.cpu for one in found)[len(found) // 2]
    say(f"  {len(found)} files, median CPU {middle:.3f} s; {_LIMITS}")


def _photo(megabytes: float) -> bytes:
    """A 12-megapixel photo, its grain turned up until it is that large."""
    size = (4000, 3000)
    grain = Image.effect_noise(size, 30)
    photo = Image.merge("RGB", [grain, grain.rotate(180), Image.linear_gradient("L").resize(size)])
    for quality in range(60, 100, 2):
        out = io.BytesIO()
        photo.save(out, "JPEG", quality=quality, subsampling=0)
        if out.tell() >= megabytes * 1_000_000 * 0.9:
            break
    return out.getvalue()


async def _lag(during: Callable[[], asyncio.Future[list[None]]]) -> list[float]:
    """How late a millisecond's sleep comes back while something runs."""
    lags: list[float] = []
    running = during()
    while not running.done():
        before = time.perf_counter()
        await asyncio.sleep(_TICK_SECONDS)
        lags.append((time.perf_counter() - before - _TICK_SECONDS) * 1000)
    await running
    return sorted(lags)


async def _sanitize(sanitizer: Sanitizer, folder: Path, content: bytes) -> None:
    with private_file(folder) as source:
        await asyncio.to_thread(source.write, content)
        try:
            clean = await sanitizer.sanitize(source, 1)
        except Rejected:
            return
        clean.file.close()


async def _loop_during(folder: Path, name: str, files: list[bytes]) -> None:
    sanitizer = Sanitizer(folder, Turns(4, per_owner=4))
    lags = await _lag(lambda: asyncio.gather(*(_sanitize(sanitizer, folder, content) for content in files)))
    p99 = lags[int(len(lags) * 0.99)]
    say(
        f"  {name:<24} {len(lags):>6} ticks, p50 {lags[len(lags) // 2]:.2f}, p99 {p99:.2f}, worst {lags[-1]:.2f} ms"
    )


def _bombs() -> list[bytes]:
    cases = {case.name: case for case in [*files_hostile_images.BOMBS, *files_hostile_pdfs.CASES]}
    names = (
        "PNG of the most pixels in 16 bits",
        "PDF of a million objects",
        "PDF with streams of 1.4 gigabytes",
        "PDF packed twice",
    )
    return [cases[name].make() for name in names]


async def _main(folder: Path) -> None:
    say(f"{machine()}, load {os.getloadavg()[0]:.1f}")
    images = files_hostile_images
    say("Hostile files:")
    await _costs(folder, [*images.HIDING, *images.BROKEN, *images.BOMBS, *files_hostile_pdfs.CASES])
    say("Benign files:")
    await _costs(folder, [*files_benign.CASES, *files_benign_pdfs.CASES])
    photo = _photo(10)
    costs = [await _cost(folder, "photo", photo) for _ in range(5)]
    best, worst = min(one.wall for one in costs), max(one.wall for one in costs)
    say(f"A photo of {len(photo) / 1e6:.1f} MB, 12 megapixels: {best:.2f} to {worst:.2f} s wall,")
    say(f"  {costs[0].cpu:.2f} s CPU, {costs[0].megabytes:.0f} MiB in the child ({costs[0].word})")
    say("Event loop (goal: worst below 50 ms):")
    bombs = _bombs()
    await _loop_during(folder, "four bombs", bombs)
    await _loop_during(folder, "four photos of 10 MB", [photo] * 4)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(_main(Path(folder)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
