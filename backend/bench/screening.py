"""`./dev bench screening FOLDER`: what the sanitiser says of every file in a folder; nothing of them is kept.

Meant for what people really have: scans, forms, letters, photos, however their makers wrote them.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.say import say
from pazpaz.core.base.turns import Turns
from pazpaz.sanitizing.errors import MachineBusy, Rejected, WrongType
from pazpaz.sanitizing.kinds import HEAD_BYTES, Kind
from pazpaz.sanitizing.sanitizer import Sanitizer, private_file

_AT_ONCE = max(1, len(os.sched_getaffinity(0)))
_MOST_BYTES = 10_485_760  # what an attachment may have
_WRONG, _BUSY = "wrong-type", "machine-busy"


@dataclass(slots=True)
class Screened:
    """What became of the files of one type."""

    taken: int = 0
    removed: Counter[str] = field(default_factory=Counter[str])
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def refusals(self) -> int:
        return sum(map(len, self.refused.values()))


class Screening:
    """All files of a folder, a few at a time."""

    def __init__(self, folder: Path, spool: Path) -> None:
        self._folder = folder
        self._spool = spool
        self._sanitizer = Sanitizer(spool, Turns(_AT_ONCE, per_owner=_AT_ONCE, wait_seconds=3600))
        self.found: dict[str, Screened] = defaultdict(Screened)
        self.too_large = 0

    async def run(self) -> None:
        """Look at each; the order is that of their names."""
        files = sorted(path for path in self._folder.rglob("*") if path.is_file())
        waiting = iter(files)
        await asyncio.gather(*(self._look_at(waiting) for _ in range(_AT_ONCE)))

    async def _look_at(self, waiting: Iterator[Path]) -> None:
        for path in waiting:
            if path.stat().st_size > _MOST_BYTES:
                self.too_large += 1
            elif path.stat().st_size:
                await self._one(path)

    async def _one(self, path: Path) -> None:
        content = await asyncio.to_thread(path.read_bytes)
        kind = Kind.sent(content[:HEAD_BYTES])
        of_kind = self.found[kind.name if kind else "OTHER"]
        with private_file(self._spool) as source:
            source.write(content)
            try:
                with await self._sanitizer.sanitize(source, 1) as clean:
                    of_kind.removed.update(clean.removed)
                    of_kind.taken += 1
                    return
            except Rejected as refusal:
                word = refusal.reason.value
            except WrongType:
                word = _WRONG
            except MachineBusy:
                word = _BUSY
        of_kind.refused[word].append(str(path.relative_to(self._folder)))


def _report(screening: Screening, *, names: bool) -> None:
    for kind, screened in sorted(screening.found.items()):
        total = screened.taken + screened.refusals
        say(f"{kind}: {total} files, {screened.refusals} refused ({100 * screened.refusals / total:.1f} %)")
        for reason, paths in sorted(screened.refused.items(), key=lambda one: -len(one[1])):
            say(f"  {len(paths):>5}  {reason}")
            for path in paths if names else ():
                say(f"           {path}")
        for word, count in screened.removed.most_common():
            say(f"  {count:>5}  taken without: {word}")
    if screening.too_large:
        say(f"{screening.too_large} files of more than {_MOST_BYTES} bytes were not looked at")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench screening", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--names", action="store_true", help="name every file that is refused")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as spool:
        screening = Screening(options.folder.resolve(), Path(spool))
        uvloop.run(screening.run())
    _report(screening, names=options.names)
    say(f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
