"""Deleting files that are not wanted any more, and the sweep that brings store and rows together."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from pazpaz.attachments import queries
from pazpaz.attachments.models import REMOVE_ATTACHMENT, Place, key_prefix
from pazpaz.core import clock, metrics
from pazpaz.core.bucket import Stored
from pazpaz.core.engine import Record
from pazpaz.core.resources import Resources
from pazpaz.core.storage import Storage, StorageUnavailable
from pazpaz.core.work import Handler, Sweep

_START = Place(UUID(int=0), UUID(int=0), UUID(int=0))
_END = Place(UUID(int=2**128 - 1), UUID(int=2**128 - 1), UUID(int=2**128 - 1))
_BEHIND = "g"  # the keys of files begin with a hexadecimal digit; what comes later is the seals'
_SETTLED = timedelta(minutes=1)  # what the clocks of PostgreSQL and this process may differ by
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found and did."""

    removed: int  # files without a row, or whose row is deleted
    lost: int  # rows whose file is gone
    found_again: int


async def sweep(resources: Resources, *, grace: timedelta) -> Swept:
    """Walk store and rows side by side, in the order of the keys, a page at a time.

    A file without a row is deleted once it is older than `grace`: its upload may still be under way.
    """
    removed = lost = found_again = 0
    async for window in _windows(resources.storage):
        rows = await resources.system(together=False).run(queries.BETWEEN, **window.bounds())
        unwanted = window.unwanted(rows, grace)
        await resources.storage.remove(*unwanted)
        gone, back = window.lost(rows), window.found_again(rows)
        await _mark(resources, gone, is_lost=True)
        await _mark(resources, back, is_lost=False)
        removed, lost, found_again = removed + len(unwanted), lost + len(gone), found_again + len(back)
    return Swept(removed, lost, found_again)


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of the store's list: what it holds after one place, up to and with another."""

    after: Place
    last: Place
    stored: dict[Place, Stored]
    listed_at: datetime  # before the store was asked

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

    def unwanted(self, rows: list[Record], grace: timedelta) -> list[str]:
        kept = {_place(row) for row in rows if not row["is_deleted"]}
        oldest = self.listed_at - grace
        return [
            item.key for place, item in self.stored.items() if place not in kept and item.modified <= oldest
        ]

    def lost(self, rows: list[Record]) -> list[Record]:
        return [
            row
            for row in rows
            if row["is_settled"]
            and not row["is_deleted"]
            and not row["is_lost"]
            and _place(row) not in self.stored
        ]

    def found_again(self, rows: list[Record]) -> list[Record]:
        return [row for row in rows if row["is_lost"] and _place(row) in self.stored]


async def _windows(storage: Storage) -> AsyncIterator[_Window]:
    after, listed_at = _START, clock.now()
    async for page in storage.pages():
        if page and page[0].key > _BEHIND:
            break
        stored = {place: item for item in page if (place := Place.of(item.key)) is not None}
        if stored:
            last = max(stored)
            yield _Window(after, last, stored, listed_at)
            after = last
        listed_at = clock.now()
    yield _Window(after, _END, {}, listed_at)


def _place(row: Record) -> Place:
    return Place(row["workspace_id"], row["session_id"], row["id"])


async def _mark(resources: Resources, rows: list[Record], *, is_lost: bool) -> None:
    if not rows:
        return
    workspaces, ids = [row["workspace_id"] for row in rows], [row["id"] for row in rows]
    await resources.system(together=False).run(
        queries.MARK_LOST, workspaces=workspaces, ids=ids, is_lost=is_lost
    )
    if is_lost:
        metrics.ATTACHMENTS_LOST.inc(len(rows))
        log.error("attachments are not in the file store any more", count=len(rows))


async def sweep_storage(resources: Resources) -> None:
    """The sweep as the worker runs it."""
    try:
        await sweep(resources, grace=timedelta(minutes=resources.settings.s3_orphan_minutes))
    except StorageUnavailable:
        return  # it has been logged; the next pass does all of it


async def remove_attachment(resources: Resources, attachment_id: UUID) -> None:
    """Delete the file of a deleted attachment; its name is not needed for that."""
    for found in await resources.system(together=False).run(queries.DELETED, id=attachment_id):
        prefix = key_prefix(found["workspace_id"], found["session_id"], attachment_id)
        with contextlib.suppress(StorageUnavailable):  # the sweep deletes it when the store is back
            await resources.storage.remove_below(prefix)


HANDLERS = (Handler(REMOVE_ATTACHMENT, remove_attachment),)
SWEEPS = (Sweep("sweep_storage", sweep_storage, every_seconds=1800),)
