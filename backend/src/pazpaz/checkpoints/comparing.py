"""The checkpoints of the database beside their copies in the file store, both in the order of their numbers."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from pazpaz.checkpoints import ledger, lines
from pazpaz.checkpoints.checking import Findings
from pazpaz.checkpoints.checkpoint import Checkpoint
from pazpaz.checkpoints.copies import Name, names
from pazpaz.core.base import clock
from pazpaz.core.files.storage import Storage

READ_COPIES = 100  # of the newest; the others are known by their names, which hold their hashes
LARGEST_COPY = 64 * 1024 * 1024
UNCOPIED = timedelta(minutes=15)  # how long a checkpoint may wait for its copy


class Copies:
    """Copies are walked once, beside the checkpoints."""

    def __init__(
        self, storage: Storage, newest: int, trusted: frozenset[bytes], findings: Findings, *, whole: bool
    ) -> None:
        """With `whole` every copy is read, not only the newest."""
        self._storage = storage
        self._read_from = 0 if whole else newest - READ_COPIES
        self._trusted = trusted
        self._findings = findings
        self._names: AsyncIterator[Name] = self._walk()
        self._next: Name | None = None
        self._begun = False
        self._unknown: list[Name] = []
        self._uncopied: list[tuple[str, datetime]] = []
        self._given_up: list[bytes] = []

    async def compare(self, checkpoints: Sequence[Checkpoint]) -> None:
        for checkpoint in checkpoints:
            if checkpoint.given_up is not None:
                self._given_up.append(checkpoint.given_up)
            if not await self._has(checkpoint):
                self._uncopied.append((checkpoint.name, checkpoint.signed_at))
                continue
            for lost, _ in self._uncopied:
                self._findings.add(f"{lost} has no copy in the file store any more")
            self._uncopied.clear()
            if checkpoint.number > self._read_from and await self._read(Name.of(checkpoint)) != checkpoint:
                self._findings.add(f"the copy of {checkpoint.name} in the file store was changed")

    async def unknown(self, connection: ledger.Connection) -> list[Name]:
        """Return the copies that no checkpoint of the database stands for, nor gives up.

        The newest may have been made meanwhile.
        """
        while (name := await self._peek()) is not None:
            self._unknown.append(name)
            await self._advance()
        unknown = {name.hash: name for name in self._unknown}
        for name in self._unknown:
            made = await ledger.checkpoint_at(connection, name.number)
            if made is not None and Name.of(made) == name:
                del unknown[name.hash]
        for given_up in self._given_up:
            await self._leave_out(given_up, unknown)
        return sorted(unknown.values())

    async def finish(self, connection: ledger.Connection) -> None:
        """All checkpoints of the database have been compared."""
        for name in await self.unknown(connection):
            self._findings.add(name.key if self._findings.is_full else await self._finding(name))
        for uncopied, signed_at in self._uncopied:
            if signed_at < clock.now() - UNCOPIED:
                self._findings.add(f"{uncopied} has no copy in the file store: does the worker run?")

    async def _walk(self) -> AsyncIterator[Name]:
        async for name in names(self._storage):
            if isinstance(name, str):
                self._findings.add(f"the file store holds {name}, which is no checkpoint")
            else:
                yield name

    async def _peek(self) -> Name | None:
        if not self._begun:
            self._begun, self._next = True, await anext(self._names, None)
        return self._next

    async def _advance(self) -> None:
        self._next = await anext(self._names, None)

    async def _has(self, checkpoint: Checkpoint) -> bool:
        """Walk on to this number's copies."""
        wanted, found = Name.of(checkpoint), False
        while (name := await self._peek()) is not None and name.number <= wanted.number:
            await self._advance()
            if name == wanted:
                found = True
            else:
                self._unknown.append(name)
        return found

    async def _read(self, name: Name) -> Checkpoint | None:
        if (content := await self._storage.find(name.key, LARGEST_COPY)) is None:
            return None
        try:
            return Checkpoint.from_json(content)
        except (ValueError, KeyError, TypeError):
            return None

    async def _leave_out(self, hash_: bytes, unknown: dict[bytes, Name]) -> None:
        """Leave out a checkpoint that was lost when the database was restored, and those before it."""
        while (name := unknown.get(hash_)) is not None and (checkpoint := await self._read(name)) is not None:
            del unknown[hash_]
            hash_ = checkpoint.previous

    async def _finding(self, name: Name) -> str:
        checkpoint = await self._read(name)
        if (
            checkpoint is None
            or Name.of(checkpoint) != name
            or not checkpoint.is_signed
            or checkpoint.public_key not in self._trusted
        ):
            return f"the file store holds {name.key}, which is no checkpoint of this PazPaz"
        first = (
            f": {lines.named_by(checkpoint.leaves)} is the first that it covered"
            if checkpoint.event_count
            else ""
        )
        return f"{checkpoint.name} is in the file store, but not in the database, which is older{first}"
