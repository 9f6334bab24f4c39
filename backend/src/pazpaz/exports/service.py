"""Use cases of exports."""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from pazpaz.accounts.models import WORKSPACE, Workspace
from pazpaz.attachments import metrics
from pazpaz.attachments.models import ContentType, key_name, key_prefix
from pazpaz.core.base import clock
from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.turns import Threads
from pazpaz.core.db.handle import Db
from pazpaz.core.files.storage import Storage
from pazpaz.core.http.answers import to_json
from pazpaz.core.http.feature import Exported
from pazpaz.exports.archive import File, Run, Sum, zipped
from pazpaz.exports.cells import BOM
from pazpaz.exports.errors import ExportInProgress
from pazpaz.exports.queries import pages
from pazpaz.exports.tables import Here, Names, columns_of, head
from pazpaz.exports.tables import written as as_csv
from pazpaz.exports.words import readme

FORMAT_VERSION = 2  # 1 had no columns of local times and names
AT_ONCE = 4  # exports of one process, each of another practice
_running: set[UUID] = set()


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An attachment's file, as the export names and checks it."""

    attachment_id: UUID
    key: str
    name: str
    size: int
    sha256: str


@dataclass
class Contents:
    """What an export turned out to hold."""

    started_at: datetime
    sums: dict[str, Sum] = field(default_factory=dict)
    stored: list[StoredFile] = field(default_factory=list)
    missing: list[UUID] = field(default_factory=list)
    damaged: list[UUID] = field(default_factory=list)

    def manifest(self, workspace: Workspace) -> bytes:
        return to_json(
            {
                "format_version": FORMAT_VERSION,
                "workspace_id": workspace.id,
                "started_at": self.started_at,
                "finished_at": clock.now(),
                "files": {name: sum_.shown() for name, sum_ in self.sums.items()},
                "attachments": len(self.stored),
                "missing_attachments": self.missing,
                "damaged_attachments": self.damaged,
            }
        )


@dataclass(frozen=True, slots=True)
class Source:
    """What an export is of: where its rows and files come from, and what does the work with them."""

    nouns: Sequence[Exported]
    db: Db
    storage: Storage
    run: Run
    here: Here
    names: Names


@contextmanager
def turn(workspace_id: UUID) -> Iterator[None]:
    """While a practice is exported; ExportInProgress or Unavailable when it is, or when too many are."""
    if workspace_id in _running:
        raise ExportInProgress
    if len(_running) >= AT_ONCE:
        raise Unavailable
    _running.add(workspace_id)
    try:
        yield
    finally:
        _running.discard(workspace_id)


async def begin(db: Db) -> Workspace:
    """Whose export it is; recorded here, once."""
    return await db.get(WORKSPACE, db.actor.workspace_id, action="export")


def written(
    nouns: Sequence[Exported], db: Db, storage: Storage, threads: Threads, workspace: Workspace
) -> AsyncIterator[bytes]:
    """Yield the ZIP in pieces. Between two of them nothing is held, so that the reader may be slow.

    What is done with texts and files is done in the threads, one of which a practice has.
    """
    contents = Contents(clock.now())
    run = partial(threads.run, workspace.id)
    source = Source(nouns, db, storage, run, Here.of(workspace), Names(db))
    return zipped(_files(source, workspace, contents), contents.started_at, run)


async def _files(source: Source, workspace: Workspace, contents: Contents) -> AsyncIterator[File]:
    yield File("README.txt", _one(BOM + readme(workspace.timezone).encode()))
    for noun in source.nouns:
        for form, ending in ((_json_lines, "jsonl"), (_csv, "csv")):
            name = f"{noun.name}.{ending}"
            total = contents.sums[name] = Sum()
            yield File(name, form(noun, source, total, contents))
    for stored in contents.stored:
        if (data := await source.storage.find(stored.key, stored.size)) is None:
            contents.missing.append(stored.attachment_id)
            continue
        if await source.run(_sha256, data) != stored.sha256:  # perhaps another's file: it stays outside
            metrics.ATTACHMENTS_FOREIGN.inc()
            contents.damaged.append(stored.attachment_id)
            continue
        yield File(f"files/{stored.name}", _one(data))
    yield File("manifest.json", _one(contents.manifest(workspace)))


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _json_lines(noun: Exported, source: Source, total: Sum, contents: Contents) -> AsyncIterator[bytes]:
    """Each row as the API would answer it; of attachments, the files are noted."""
    async for rows in pages(source.db, noun):
        yield await source.run(_summed, total, _as_json, rows)
        if noun.name == "attachments":
            contents.stored += [_stored(row) for row in rows if row.deleted_at is None]


async def _csv(noun: Exported, source: Source, total: Sum, _: Contents) -> AsyncIterator[bytes]:
    columns = columns_of(noun)
    yield total.add(BOM + head(columns), 0)
    async for rows in pages(source.db, noun):
        names = await source.names.of(columns, rows)
        yield await source.run(_summed, total, partial(as_csv, columns, names, source.here), rows)


def _summed(total: Sum, written_as: Callable[[Sequence[Any]], bytes], rows: Sequence[Any]) -> bytes:
    return total.add(written_as(rows), len(rows))


def _as_json(rows: Sequence[Any]) -> bytes:
    return b"".join(to_json(row) + b"\n" for row in rows)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _stored(row: Any) -> StoredFile:
    kind = ContentType(row.content_type)
    name = key_name(row.filename, kind)
    prefix = key_prefix(row.workspace_id, row.session_id, row.id)
    return StoredFile(row.id, prefix + name, f"{row.id}_{name}", row.file_size, row.sha256)
