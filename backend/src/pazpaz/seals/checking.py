"""Whether seals follow one another and events are as they were sealed; the first that is not is named."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from pazpaz.seals import lines as events
from pazpaz.seals import merkle
from pazpaz.seals.lines import KEY_BYTES
from pazpaz.seals.seal import NOTHING, Seal

# The longest that a transaction may run before its event: an event that says it is older was put in afterwards.
SLOWEST = timedelta(minutes=10)


class BrokenLogError(Exception):
    """What is wrong with the log; one line that names the first bad event or seal."""


class Chain:
    """Follows the seals from the first one on."""

    def __init__(self, trusted: frozenset[bytes]) -> None:
        """`trusted` are the public keys whose seals are believed; empty: whatever they are signed with."""
        self.last: Seal | None = None
        self.keys: list[bytes] = []
        self.events = 0
        self._trusted = trusted

    def follow(self, seal: Seal) -> None:
        """The next seal, or a BrokenLogError."""
        number, previous = (self.last.number + 1, self.last.hash) if self.last else (1, NOTHING)
        if seal.number != number:
            raise BrokenLogError(f"seal {number} is missing: {seal.name} comes in its place")
        if not seal.is_signed:
            raise BrokenLogError(f"{seal.name} was changed: its signature is not its own")
        self._look_at_key(seal)
        if seal.previous != previous:
            raise BrokenLogError(f"{seal.name} does not follow the seal before it")
        if self.last is not None and seal.through < self.last.through:
            raise BrokenLogError(f"{seal.name} ends before the seal before it")
        if not seal.is_whole:
            raise BrokenLogError(f"{seal.name} was changed: its leaves are not those of its root")
        self.last = seal
        self.events += seal.event_count

    def _look_at_key(self, seal: Seal) -> None:
        if self._trusted and seal.public_key not in self._trusted:
            raise BrokenLogError(f"{seal.name} is signed with an unknown key, {seal.public_key.hex()[:16]}…")
        if self.keys and seal.public_key == self.keys[-1]:
            return
        if seal.public_key in self.keys:
            raise BrokenLogError(f"{seal.name} is signed with a key that another had replaced")
        self.keys.append(seal.public_key)


def check_events(before: Seal | None, seals: Sequence[Seal], lines: Sequence[bytes]) -> None:
    """The lines between `before` and the last of `seals` are those that were sealed, or a BrokenLogError."""
    records = [record for seal in seals for record in merkle.records(seal.leaves)]
    digests = [sha256(line).digest() for line in lines]
    if digests != [record[KEY_BYTES:] for record in records]:
        raise _first_difference(seals, records, lines, digests)
    begin = 0
    for seal in seals:
        check_moments(before, seal, lines[begin : begin + seal.event_count])
        begin, before = begin + seal.event_count, seal


def check_moments(before: Seal | None, seal: Seal | None, lines: Sequence[bytes]) -> None:
    """No event says that it is older than what the seal before it had left open. `seal` is None for those that wait."""
    if before is None or before.complete_at is None or not lines:
        return
    complete = min(before.complete_at, (seal and seal.complete_at) or before.complete_at)  # a clock put back
    earliest = events.moment(complete - SLOWEST)
    if min(map(events.at, lines)) >= earliest:
        return
    late = next(line for line in lines if events.at(line) < earliest)
    raise BrokenLogError(f"{events.named(late)} was put in afterwards: {before.name} had closed that time")


def _first_difference(
    seals: Sequence[Seal], records: Sequence[bytes], lines: Sequence[bytes], digests: Sequence[bytes]
) -> BrokenLogError:
    """Walk both in their common order."""
    keys = [events.key(line) for line in lines]
    present, sealed = set(keys), {record[:KEY_BYTES] for record in records}
    for index, record in enumerate(records):
        key = record[:KEY_BYTES]
        there = keys[index] if index < len(keys) else None
        if there == key and digests[index] == record[KEY_BYTES:]:
            continue
        by = _seal_of(seals, index).name
        if there == key:
            return BrokenLogError(f"{events.named(lines[index])} is not as it was sealed by {by}")
        if there is not None and (there not in sealed or there in keys[:index]):
            return _put_in(lines[index])
        if key not in present:
            return BrokenLogError(f"{events.named_by(key)} is missing; it was sealed by {by}")
        return BrokenLogError(f"{events.named(lines[keys.index(key)])} is not where it was sealed by {by}")
    return _put_in(lines[len(records)])


def _put_in(line: bytes) -> BrokenLogError:
    return BrokenLogError(
        f"{events.named(line)} was put in afterwards: the seals of its place do not hold it"
    )


def _seal_of(seals: Sequence[Seal], index: int) -> Seal:
    for seal in seals:
        if index < seal.event_count:
            return seal
        index -= seal.event_count
    raise IndexError
