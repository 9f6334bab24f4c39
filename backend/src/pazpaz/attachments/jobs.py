"""Deleting files that are not wanted any more, and the sweep that brings store and rows together."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from pazpaz.attachments import metrics, queries
from pazpaz.attachments.models import REMOVE_ATTACHMENT, ObjectKey, is_file, key_prefix
from pazpaz.attachments.settings import AttachmentSettings
from pazpaz.core.base import clock
from pazpaz.core.db.engine import Record
from pazpaz.core.files.bucket import Stored
from pazpaz.core.files.storage import Storage, StorageUnavailable
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Handler, Sweep

_START = ObjectKey(UUID(int=0), UUID(int=0), UUID(int=0))
_END = ObjectKey(UUID(int=2**128 - 1), UUID(int=2**128 - 1), UUID(int=2**128 - 1))
_BEHIND = "g"  # the keys of files begin with a hexadecimal digit; what comes later is the checkpoints'
_SETTLED = timedelta(minutes=1)  # what the clocks of PostgreSQL and this process may differ by
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found and did."""

    removed: int  # files without a row, or whose row is deleted
    lost: int  # rows whose file is gone
    found_again: int


class DisorderedListError(Exception):
    """The store does not list in the order of the keys, so nothing can be told from what a page lacks."""


async def sweep(resources: Resources, *, grace: timedelta) -> Swept:
    """Walk the store a page at a time, and beside it the rows in the order of the keys.

    A file without a row is deleted once it is older than `grace`: its upload may still be under way.
    """
    removed = lost = found_again = 0
    async for window in _windows(resources.storage):
        rows = await resources.run(queries.OF_OBJECTS, **window.ids())
        unwanted = window.unwanted(rows, grace)
        await resources.storage.remove(*unwanted)
        there = {place.attachment_id for place in window.stored if window.has(place)}
        back = [row for row in rows if row["is_lost"] and row["id"] in there]
        await _mark(resources, back, is_lost=False)
        gone = await _gone(resources, window)
        await _mark(resources, gone, is_lost=True)
        removed, lost, found_again = removed + len(unwanted), lost + len(gone), found_again + len(back)
    return Swept(removed, lost, found_again)


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of the store's list: what it holds after one place, up to and with another."""

    after: ObjectKey
    last: ObjectKey
    stored: dict[ObjectKey, list[Stored]]  # of each attachment, its file and its preview
    listed_at: datetime  # before the store was asked

    def ids(self) -> dict[str, object]:
        return {
            "workspaces": [place.workspace_id for place in self.stored],
            "ids": [place.attachment_id for place in self.stored],
        }

    def bounds(self) -> dict[str, object]:
        first, last = self.after, self.last
        return {
            "workspace": first.workspace_id,
            "session": first.session_id,
            "after": first.attachment_id,
            "last_workspace": last.workspace_id,
            "last_session": last.session_id,
            "last": last.attachment_id,
            "settled_at": self.listed_at - _SETTLED,
        }

    def has(self, place: ObjectKey) -> bool:
        """Whether the file itself is among them, and not only its preview."""
        return any(is_file(item.key) for item in self.stored.get(place, ()))

    def unwanted(self, rows: list[Record], grace: timedelta) -> list[str]:
        kept = {(row["workspace_id"], row["id"]) for row in rows if not row["is_deleted"]}
        oldest = self.listed_at - grace
        return [
            item.key
            for place, items in self.stored.items()
            if (place.workspace_id, place.attachment_id) not in kept
            for item in items
            if item.modified <= oldest
        ]


async def _windows(storage: Storage) -> AsyncIterator[_Window]:
    after, listed_at = _START, clock.now()
    async for page in storage.pages():
        if page and page[0].key > _BEHIND:
            break
        stored: dict[ObjectKey, list[Stored]] = {}
        for item in page:
            if (place := ObjectKey.of(item.key)) is not None:
                stored.setdefault(place, []).append(item)
        if stored:
            if [after, *stored] != sorted([after, *stored]):
                raise DisorderedListError
            last = max(stored)
            yield _Window(after, last, stored, listed_at)
            after = last
        listed_at = clock.now()
    yield _Window(after, _END, {}, listed_at)


async def _gone(resources: Resources, window: _Window) -> list[Record]:
    """Return the rows of this stretch whose objects the store does not have, asked note by note for exactly those."""
    rows = await resources.run(queries.EXPECTED, **window.bounds())
    missing = [row for row in rows if not window.has(_place(row))]
    notes = {(row["workspace_id"], row["session_id"]) for row in missing}
    there: set[ObjectKey | None] = set()
    for workspace_id, session_id in notes:
        async for page in resources.storage.pages(f"{workspace_id}/{session_id}/"):
            there.update(ObjectKey.of(item.key) for item in page if is_file(item.key))
    return [row for row in missing if _place(row) not in there]


def _place(row: Record) -> ObjectKey:
    return ObjectKey(row["workspace_id"], row["session_id"], row["id"])


async def _mark(resources: Resources, rows: list[Record], *, is_lost: bool) -> None:
    if not rows:
        return
    workspaces, ids = [row["workspace_id"] for row in rows], [row["id"] for row in rows]
    await resources.run(queries.MARK_LOST, workspaces=workspaces, ids=ids, is_lost=is_lost)
    if is_lost:
        metrics.ATTACHMENTS_LOST.inc(len(rows))
        log.error("attachments are not in the file store any more", count=len(rows))


async def sweep_storage(resources: Resources) -> None:
    try:
        await sweep(
            resources, grace=timedelta(minutes=AttachmentSettings.of(resources.settings).s3_orphan_minutes)
        )
    except DisorderedListError:
        metrics.SWEEPS_STOPPED.inc()
        log.error("the sweep stopped: the file store does not list in the order of its keys")  # noqa: TRY400
    except StorageUnavailable:
        return  # it has been logged; the next pass does all of it


async def remove_attachment(resources: Resources, attachment_id: UUID) -> None:
    """Delete the file of a deleted attachment; its name is not needed for that."""
    for found in await resources.run(queries.DELETED, id=attachment_id):
        prefix = key_prefix(found["workspace_id"], found["session_id"], attachment_id)
        with contextlib.suppress(StorageUnavailable):  # the sweep deletes it when the store is back
            await resources.storage.remove_below(prefix)


HANDLERS = (Handler(REMOVE_ATTACHMENT, remove_attachment),)
SWEEPS = (Sweep("sweep_storage", sweep_storage, every_seconds=1800),)
