"""Whether checkpoints follow one another and events are as they were covered; each that is not is named."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256

from pazpaz.checkpoints import lines as events
from pazpaz.checkpoints import merkle
from pazpaz.checkpoints.checkpoint import NOTHING, Checkpoint
from pazpaz.checkpoints.lines import KEY_BYTES

# The longest that a transaction may run before its event: an event that says it is older was put in afterwards.
SLOWEST = timedelta(minutes=10)
MOST_NAMED = 100


class BrokenLogError(Exception):
    """What is wrong with the log: a line for each event or checkpoint."""


class Findings:
    """What is wrong, in the order in which it is found; of very many only how many more there are."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._more = 0

    def add(self, *lines: str) -> None:
        """Keep each as long as there is room."""
        for line in lines:
            if self.is_full:
                self._more += 1
            else:
                self._lines.append(line)

    @property
    def is_full(self) -> bool:
        """Whether another is only counted."""
        return len(self._lines) >= MOST_NAMED

    def __bool__(self) -> bool:
        return bool(self._lines)

    def end(self) -> None:
        """Raise a BrokenLogError with everything that was found, if anything was."""
        if self:
            more = [f"and {self._more} more"] if self._more else []
            raise BrokenLogError("\n".join([*self._lines, *more]))


class Chain:
    """Follows the checkpoints from the first one on."""

    def __init__(self, trusted: frozenset[bytes], findings: Findings) -> None:
        """`trusted` are the public keys whose checkpoints are believed; empty: whatever they are signed with."""
        self.last: Checkpoint | None = None
        self.keys: list[bytes] = []
        self.events = 0
        self._trusted = trusted
        self._findings = findings

    def follow(self, checkpoint: Checkpoint) -> None:
        """Check the next checkpoint; go on behind one that is wrong."""
        self._findings.add(*self._faults(checkpoint))
        self.last = checkpoint
        self.events += checkpoint.event_count

    def _faults(self, checkpoint: Checkpoint) -> Iterator[str]:
        last = self.last
        number, previous = (last.number + 1, last.hash) if last else (1, NOTHING)
        if checkpoint.number != number:
            yield f"checkpoint {number} is missing: {checkpoint.name} comes in its place"
        if not checkpoint.is_signed:
            yield f"{checkpoint.name} was changed: its signature is not its own"
        yield from self._faults_of_key(checkpoint)
        if checkpoint.number == number and checkpoint.previous != previous:
            yield f"{checkpoint.name} does not follow the checkpoint before it"
        if last is not None and checkpoint.through < last.through:
            yield f"{checkpoint.name} ends before the checkpoint before it"
        if not checkpoint.is_whole:
            yield f"{checkpoint.name} was changed: its leaves are not those of its root"

    def _faults_of_key(self, checkpoint: Checkpoint) -> Iterator[str]:
        if self._trusted and checkpoint.public_key not in self._trusted:
            yield f"{checkpoint.name} is signed with an unknown key, {checkpoint.public_key.hex()[:16]}…"
        elif checkpoint.public_key in self.keys[:-1]:
            yield f"{checkpoint.name} is signed with a key that another had replaced"
        elif checkpoint.public_key not in self.keys:
            self.keys.append(checkpoint.public_key)


def check_events(
    before: Checkpoint | None, checkpoints: Sequence[Checkpoint], lines: Sequence[bytes], findings: Findings
) -> None:
    """Compare the lines between `before` and the last of `checkpoints` with those that were covered."""
    records = [record for checkpoint in checkpoints for record in merkle.records(checkpoint.leaves)]
    owners = [checkpoint for checkpoint in checkpoints for _ in merkle.records(checkpoint.leaves)]
    differ = [sha256(line).digest() for line in lines] != [record[KEY_BYTES:] for record in records]
    if differ:
        findings.add(*_differences(owners, records, lines))
    place = {record[:KEY_BYTES]: owner.number for record, owner in zip(records, owners, strict=True)}
    begin = 0
    for checkpoint in checkpoints:
        own = lines[begin : begin + checkpoint.event_count]
        if differ:  # they are not where they were
            own = [line for line in lines if place.get(events.key(line)) == checkpoint.number]
        check_moments(before, checkpoint, own, findings)
        begin, before = begin + checkpoint.event_count, checkpoint


def check_moments(
    before: Checkpoint | None, checkpoint: Checkpoint | None, lines: Sequence[bytes], findings: Findings
) -> None:
    """No event says that it is older than what the checkpoint before it had left open.

    `checkpoint` is None for those that wait for one.
    """
    if before is None or before.complete_at is None or not lines:
        return
    complete = min(
        before.complete_at, (checkpoint and checkpoint.complete_at) or before.complete_at
    )  # a clock put back
    earliest = events.moment(complete - SLOWEST)
    if min(map(events.at, lines)) >= earliest:
        return
    for line in lines:
        if events.at(line) < earliest:
            findings.add(f"{events.named(line)} was put in afterwards: {before.name} had closed that time")


def _differences(owners: Sequence[Checkpoint], records: Sequence[bytes], lines: Sequence[bytes]) -> list[str]:
    """Each event that is not what or where it was, in their common order."""
    found: list[tuple[int, str]] = []
    covered = {record[:KEY_BYTES]: index for index, record in enumerate(records)}
    present: dict[bytes, int] = {}
    for index, line in enumerate(lines):
        key = events.key(line)
        if key in covered and key not in present:
            present[key] = index
        else:
            found.append((index, _put_in(line)))
    stayed = _in_order([covered[key] for key in present])
    for key, index in covered.items():
        by = owners[index].name
        if key not in present:
            found.append((index, f"{events.named_by(key)} is missing; it was covered by {by}"))
            continue
        line = lines[present[key]]
        if sha256(line).digest() != records[index][KEY_BYTES:]:
            found.append((index, f"{events.named(line)} is not as it was covered by {by}"))
        elif index not in stayed:
            found.append((index, f"{events.named(line)} is not where it was covered by {by}"))
    return [text for _, text in sorted(found, key=lambda one: one[0])]


def _in_order(numbers: Sequence[int]) -> set[int]:
    """Return the most of them that follow one another: the others were moved, of two the first."""
    ends: list[int] = []  # of the rows of each length, from behind and negated
    before: dict[int, int | None] = {}
    for number in reversed(numbers):
        length = bisect_left(ends, -number)
        before[-number] = ends[length - 1] if length else None
        ends[length : length + 1] = [-number]
    kept: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(-last)
        last = before[last]
    return kept


def _put_in(line: bytes) -> str:
    return f"{events.named(line)} was put in afterwards: the checkpoints of its place do not hold it"
