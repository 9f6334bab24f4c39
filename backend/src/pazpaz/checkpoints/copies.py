"""The checkpoints' copies in the file store, under keys that are written once."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from pazpaz.checkpoints import ledger
from pazpaz.checkpoints.checkpoint import Checkpoint
from pazpaz.core.files.storage import Storage

PREFIX = "checkpoints/"  # behind the keys of every workspace
_AT_ONCE = 200  # copies of a pass; the next one goes on
LOOKED_AT = 10  # older copies of a pass, in turn: what the store lost is found by and by
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """What a copy's key says."""

    number: int
    hash: bytes

    @property
    def key(self) -> str:
        """In the store's order, which is that of the numbers."""
        return f"{PREFIX}{self.number:015d}-{self.hash.hex()}.json"

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "Name":
        return cls(checkpoint.number, checkpoint.hash)

    @classmethod
    def read(cls, key: str) -> "Name | None":
        """From a key; None when it is no checkpoint's."""
        number, _, rest = key.removeprefix(PREFIX).removesuffix(".json").partition("-")
        try:
            found = cls(int(number), bytes.fromhex(rest))
        except ValueError:
            return None
        return found if found.key == key else None


async def bring(connection: ledger.Connection, storage: Storage) -> int:
    """Copy checkpoints that the store does not have yet, the oldest first; how many are left.

    They are copied in their order, so one look tells of all before it.
    """
    last = await ledger.last_checkpoint(connection)
    if last is None:
        return 0
    first = await _first_missing(connection, storage, last.number)
    for number in range(first, min(first + _AT_ONCE, last.number + 1)):
        if (checkpoint := await ledger.checkpoint_at(connection, number)) is not None:
            await storage.keep(Name.of(checkpoint).key, checkpoint.to_json())
    return max(0, last.number + 1 - first - _AT_ONCE)


class Round:
    """Looks at the copies in turn, some in each pass, and puts back those that the store has lost."""

    def __init__(self) -> None:
        """Begin anywhere: a process that is started often would see the oldest only."""
        self._last = secrets.randbelow(2**31)

    async def mend(
        self, connection: ledger.Connection, storage: Storage, trusted: frozenset[bytes], *, waiting: int
    ) -> int:
        """How many were put back; the newest, which are `waiting` for their first copy, are not lost.

        Only a checkpoint that is believed: the copies are what a changed row is compared with.
        """
        last = await ledger.last_checkpoint(connection)
        copied = last.number - waiting if last else 0
        put_back = 0
        for _ in range(min(LOOKED_AT, copied)):
            self._last = self._last % copied + 1
            checkpoint = await ledger.checkpoint_at(connection, self._last)
            if (
                checkpoint is None
                or checkpoint.public_key not in trusted
                or not (checkpoint.is_signed and checkpoint.is_whole)
            ):
                continue  # verification names it
            if not await storage.has(Name.of(checkpoint).key):
                await storage.keep(Name.of(checkpoint).key, checkpoint.to_json())
                put_back += 1
                log.warning("lost copy of a checkpoint put back", number=checkpoint.number)
        return put_back


async def _first_missing(connection: ledger.Connection, storage: Storage, last: int) -> int:
    """Return the lowest number without a copy: back in growing steps, then by halves."""
    missing, step = last + 1, 1
    there = last
    while there > 0 and not await _is_copied(connection, storage, there):
        missing, there, step = there, max(0, there - step), step * 2
    while missing - there > 1:
        middle = (there + missing) // 2
        if await _is_copied(connection, storage, middle):
            there = middle
        else:
            missing = middle
    return missing


async def _is_copied(connection: ledger.Connection, storage: Storage, number: int) -> bool:
    checkpoint = await ledger.checkpoint_at(connection, number)
    return checkpoint is None or await storage.has(Name.of(checkpoint).key)


async def names(storage: Storage) -> AsyncIterator[Name | str]:
    """Of all copies in the order of their numbers; a key that is no checkpoint's as it is."""
    async for page in storage.pages(PREFIX):
        for stored in page:
            yield Name.read(stored.key) or stored.key
