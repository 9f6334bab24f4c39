"""What the client does. Each step is in the file before the next begins, so it may be killed anywhere."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from uuid import uuid4

from pazpaz.syncclient.errors import SyncClientError
from pazpaz.syncclient.notes import LocalNote, dump, load
from pazpaz.syncclient.sealed import SealedFile
from pazpaz.syncclient.server import Server, TooLargeError

MOST_ITEMS = 100
MOST_BYTES = 4_000_000


class Client:
    """Notes in a sealed file."""

    def __init__(self, file: SealedFile) -> None:
        self._file = file

    def notes(self) -> list[LocalNote]:
        """All of them, in the order they were begun."""
        with self._file.alone():
            return load(self._file.read())

    def write(self, appointment_id: str, texts: Mapping[str, str | None]) -> LocalNote:
        """Begin the appointment's note or go on with it; when this returns, it is on the disk."""
        now = datetime.now(UTC).isoformat()
        with self._file.alone():
            notes = load(self._file.read())
            known = [note for note in notes if note.appointment_id == appointment_id]
            if not known:
                known = [LocalNote(str(uuid4()), appointment_id, now, now)]
                notes += known
            known[0].write(texts, now)
            self._file.write(dump(notes))
        return known[0]

    def send(self, server: Server) -> dict[str, int]:
        """Send what waits; how many became what. What was answered is on the disk before more is sent."""
        counts: dict[str, int] = {}
        with self._file.alone():
            notes = load(self._file.read())
            for batch in _batches([note for note in notes if note.is_waiting and note.error is None]):
                for status in self._send(server, notes, batch):
                    counts[status] = counts.get(status, 0) + 1
        return counts

    def _send(self, server: Server, notes: list[LocalNote], batch: list[LocalNote]) -> list[str]:
        try:
            results = server.sync([note.item() for note in batch])
        except TooLargeError:
            if len(batch) == 1:
                raise SyncClientError("the server takes no batch of even one note: ask who runs it") from None
            half = len(batch) // 2
            return [*self._send(server, notes, batch[:half]), *self._send(server, notes, batch[half:])]
        for note, result in zip(batch, results, strict=True):
            note.take(result)
        self._file.write(dump(notes))
        return [result["status"] for result in results]


def _batches(notes: list[LocalNote]) -> Iterator[list[LocalNote]]:
    batch: list[LocalNote] = []
    size = 0
    for note in notes:
        length = len(json.dumps(note.item()))
        if batch and (len(batch) == MOST_ITEMS or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(note)
        size += length
    if batch:
        yield batch
