"""What the sanitizer promises whatever happens to its children: one verdict, nothing left, nobody left running."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.turns import Turns
from pazpaz.sanitizing import process
from pazpaz.sanitizing.errors import MachineBusy, Reason, Rejected
from pazpaz.sanitizing.kinds import Kind
from pazpaz.sanitizing.sanitizer import Clean, Sanitizer, private_file
from tests.support.files_hostile_images import BOMBS
from tests.support.files_images import encoded

# It runs into its CPU limit, so it is there to be looked at for seconds.
SLOW = next(case for case in BOMBS if case.name == "PNG of the most pixels in 16 bits").make()


def _sanitizer(spool: Path, places: int = 2, **more: float) -> Sanitizer:
    return Sanitizer(spool, Turns(places, per_owner=places, **more))  # type: ignore[arg-type]


async def _sanitize(sanitizer: Sanitizer, spool: Path, content: bytes, owner: str = "one") -> Clean:
    with private_file(spool) as source:
        source.write(content)
        return await sanitizer.sanitize(source, owner)


async def _child() -> psutil.Process:
    """The child that is running, once there is one."""
    for _ in range(1000):
        for child in psutil.Process().children():
            if "pazpaz.sanitizing" in " ".join(child.cmdline()):
                return child
        await asyncio.sleep(0.01)
    raise AssertionError("no child was started")


async def test_a_killed_child_is_a_refusal(spool: Path) -> None:
    """Killed from outside, as the system does when memory is short."""
    task = asyncio.create_task(_sanitize(_sanitizer(spool), spool, SLOW))
    (await _child()).kill()
    with pytest.raises(Rejected) as caught:
        await task
    assert caught.value.reason is Reason.TOO_COSTLY


async def test_a_crashed_child_is_a_refusal(spool: Path) -> None:
    """A broken parser ends by its own signal."""
    task = asyncio.create_task(_sanitize(_sanitizer(spool), spool, SLOW))
    (await _child()).send_signal(signal.SIGSEGV)
    with pytest.raises(Rejected) as caught:
        await task
    assert caught.value.reason is Reason.DOES_NOT_DECODE


@pytest.mark.parametrize("word", ["print", "done", "x" * 500, "\xff\xfe", "Infected", ""])
async def test_a_lying_child_is_a_refusal(spool: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """It says what it likes; without a file of the right type nothing is taken."""
    program = f"import os, sys; os.write(int(sys.argv[5]), {word.encode('latin-1')!r})"
    monkeypatch.setattr(process, "_PROGRAM", program)
    with pytest.raises(Rejected):
        await _sanitize(_sanitizer(spool), spool, encoded("PNG"))


async def test_a_child_that_hangs_is_ended(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It uses no CPU, closes its end and sleeps on; it is killed, and nothing is said against the file."""
    monkeypatch.setattr(process, "_PROGRAM", "import time; time.sleep(60)")
    monkeypatch.setattr(process, "WALL_SECONDS", 0.5)
    with pytest.raises(MachineBusy):
        await _sanitize(_sanitizer(spool), spool, encoded("PNG"))
    assert psutil.Process().children() == [] or all(
        "time.sleep" not in " ".join(child.cmdline()) for child in psutil.Process().children()
    )


async def test_a_cancelled_upload_ends_its_child(spool: Path) -> None:
    """Nobody waits for it any more."""
    task = asyncio.create_task(_sanitize(_sanitizer(spool), spool, SLOW))
    child = await _child()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(child.pid)


async def test_no_more_children_than_places(spool: Path) -> None:
    """Six files at once, two children at most, and all six get a verdict."""
    shared = _sanitizer(spool)
    tasks = [asyncio.create_task(_sanitize(shared, spool, encoded("PNG", size=(900, 900)))) for _ in range(6)]
    most = 0
    while not all(task.done() for task in tasks):
        running = [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]
        most = max(most, sum("pazpaz.sanitizing" in " ".join(_words(child)) for child in running))
        await asyncio.sleep(0.005)
    for task in tasks:
        task.result().file.close()
    assert 1 <= most <= 2


def _words(child: psutil.Process) -> list[str]:
    try:
        return list(child.cmdline())
    except psutil.Error:
        return []


async def test_who_waits_too_long_is_told(spool: Path) -> None:
    """Its place is not taken by somebody who has gone."""
    one = _sanitizer(spool, 1, wait_seconds=0.05)
    first = asyncio.create_task(_sanitize(one, spool, SLOW))
    child = await _child()
    with pytest.raises(Unavailable):
        await _sanitize(one, spool, encoded("PNG"))
    child.kill()
    with pytest.raises(Rejected):
        await first
    (await _sanitize(one, spool, encoded("PNG"))).file.close()


class _Seen:
    """Places for all, and what was counted against whom."""

    def __init__(self) -> None:
        self.used: list[tuple[object, float]] = []

    async def take(self, owner: object) -> None:
        """There is one."""

    def give_back(self, owner: object, seconds: float) -> None:
        self.used.append((owner, seconds))


async def test_what_a_child_cost_is_counted_against_whose_it_was(spool: Path) -> None:
    """Its CPU seconds, also of a file that is refused; who hangs up has used the place as long as it was theirs."""
    seen = _Seen()
    one = Sanitizer(spool, seen)
    (await _sanitize(one, spool, encoded("PNG"), owner="small")).file.close()
    with pytest.raises(Rejected):
        await _sanitize(one, spool, encoded("PNG")[:-80], owner="refused")
    gone = asyncio.create_task(_sanitize(one, spool, SLOW, owner="gone"))
    await _child()
    await asyncio.sleep(0.3)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    (small, cost), (refused, cost_too), (left, waited) = seen.used
    assert (small, refused, left) == ("small", "refused", "gone")
    assert min(cost, cost_too) > 0
    assert waited >= 0.3


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_no_descriptor_is_left_open(spool: Path) -> None:
    """Neither by a file that is taken nor by one that is refused."""
    shared = _sanitizer(spool)
    (await _sanitize(shared, spool, encoded("PNG"))).file.close()
    before = _descriptors()
    for content in (encoded("PNG"), encoded("PNG")[:80]):
        try:
            (await _sanitize(shared, spool, content)).file.close()
        except Rejected:
            continue
    assert _descriptors() <= before


async def test_the_checksum_is_of_the_clean_file(spool: Path) -> None:
    """It and the size are the file's that is stored, read from its beginning."""
    import hashlib

    with await _sanitize(_sanitizer(spool), spool, encoded("JPEG")) as clean:
        content = clean.file.read()
    assert (clean.size, clean.sha256) == (len(content), hashlib.sha256(content).hexdigest())


_PARENT = """
import asyncio, sys
from pathlib import Path
from pazpaz.core.base.turns import Turns
from pazpaz.sanitizing.sanitizer import Sanitizer, private_file
async def main():
    spool = Path(sys.argv[1])
    source = private_file(spool)
    source.write(sys.stdin.buffer.read())
    sanitizer = Sanitizer(spool, Turns(1, per_owner=1))
    await sanitizer.sanitize(source, 1)
asyncio.run(main())
"""


def test_a_killed_parent_takes_its_child_along(spool: Path) -> None:
    """Kill -9 in the middle: the child is gone within moments, and no file has a name."""
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, str(spool)], stdin=subprocess.PIPE)
    assert parent.stdin is not None
    parent.stdin.write(SLOW)
    parent.stdin.close()
    children: list[psutil.Process] = []
    while not children:
        children = psutil.Process(parent.pid).children()
        time.sleep(0.01)
    time.sleep(0.5)  # past its start, into its work
    parent.kill()
    parent.wait()
    gone, alive = psutil.wait_procs(children, timeout=3)
    assert (len(gone), alive) == (1, [])


def test_kinds_are_told_by_their_first_bytes() -> None:
    """At the very beginning, not somewhere near it."""
    assert Kind.of(b"\xff\xd8\xff\xe0") is Kind.JPEG
    assert Kind.sent(b" \xff\xd8\xff\xe0") is None
    assert Kind.sent(b"\n%PDF-1.7") is Kind.PDF
    assert Kind.of(b"\n%PDF-1.7") is None  # what is written begins as it should
