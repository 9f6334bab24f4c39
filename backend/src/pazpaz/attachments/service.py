"""Use cases of attachments."""

import contextlib
from uuid import UUID, uuid5

import structlog

from pazpaz.attachments import metrics, queries
from pazpaz.attachments.errors import (
    FileLost,
    FileRejected,
    NotADraft,
    ScannerUnavailable,
    WorkspaceFull,
    WrongFileType,
)
from pazpaz.attachments.models import (
    ATTACHMENT,
    PRESENT,
    REMOVE_ATTACHMENT,
    Attachment,
    ContentType,
    display_name,
    key_name,
    key_prefix,
)
from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.core.files.storage import Storage, StorageUnavailable
from pazpaz.core.http.uploads import Received, Upload
from pazpaz.sanitizing.errors import Rejected, ScannerDown, WrongType
from pazpaz.sanitizing.sanitizer import Clean, Sanitizer
from pazpaz.sessions import service as sessions

log = structlog.get_logger(__name__)


async def add(
    db: Db, session_id: UUID, upload: Upload, sanitizer: Sanitizer, storage: Storage, *, quota: int
) -> Attachment:
    """Take a file in: look at the note, then at the file, store it, and only then write its row.

    No connection to PostgreSQL is held while the file arrives, is looked at, or is stored.
    """
    await sessions.require_draft(db, session_id)
    await _require_space(db, quota, 1)
    await db.release()
    received = await upload.receive()
    with await _sanitized(sanitizer, db.actor.workspace_id, received) as clean:
        attachment_id, content_type = new_id(), ContentType(clean.content_type)
        filename = display_name(received.filename, content_type)
        prefix = key_prefix(db.actor.workspace_id, session_id, attachment_id)
        key = prefix + key_name(filename, content_type)
        await storage.put(key, clean.file, clean.size, clean.content_type)
        db.on_rollback(lambda: _take_back(storage, key))
    values = {
        "session_id": session_id,
        "filename": filename,
        "content_type": content_type,
        "file_size": clean.size,
        "sha256": clean.sha256,
        "created_by": db.user_id,
    }
    return await _record(db, attachment_id, values, quota)


async def _take_back(storage: Storage, key: str) -> None:
    """Delete a file that got no row; if that fails, the sweep does it."""
    with contextlib.suppress(StorageUnavailable):
        await storage.remove(key)


async def _record(db: Db, attachment_id: UUID, values: dict[str, object], quota: int) -> Attachment:
    """Return the file's row. Uploads of one workspace stand in line here, so that none slips past the quota."""
    await db.advisory_lock(uuid5(db.actor.workspace_id, "attachments"), wait=True)
    await _require_space(db, quota, int(str(values["file_size"])))
    try:
        return await db.create(ATTACHMENT, values, attachment_id)
    except NotADraft:
        await sessions.require_draft(db, UUID(str(values["session_id"])))
        raise


async def _require_space(db: Db, quota: int, size: int) -> None:
    used = (await db.read(queries.USED))[0].size
    if used + size > quota:
        raise WorkspaceFull(quota=quota, used=used)


async def _sanitized(sanitizer: Sanitizer, workspace_id: UUID, received: Received) -> Clean:
    """Return the file as it may be stored; the practice waits for its turn."""
    extension = received.filename.rpartition(".")[2]
    try:
        return await sanitizer.sanitize(
            received.file, workspace_id, claimed_type=received.content_type, extension=extension
        )
    except WrongType:
        raise WrongFileType from None
    except Rejected as error:
        raise FileRejected(reason=error.reason) from None
    except ScannerDown:
        raise ScannerUnavailable from None


async def list_page(db: Db, session_id: UUID, paging: Paging) -> Page[Attachment]:
    """Return the files of a note, in the order of their upload."""
    await sessions.peek(db, session_id)
    filters = {"session_id": session_id}
    return await db.page(queries.OF_SESSION, filters, paging, about=session_id)


async def download(db: Db, session_id: UUID, attachment_id: UUID, storage: Storage) -> Attachment:
    """Return a file about to be downloaded: its row, once the store is seen to hold the bytes that the row names."""
    where = {**PRESENT, "session_id": session_id}
    found = await db.get(ATTACHMENT, attachment_id, where=where, recorded=False)
    if found.lost_at is not None:
        raise FileLost
    await db.release()
    held = await storage.holds(found.workspace_id, found.key, found.file_size, found.sha256)
    if held is False:
        metrics.ATTACHMENTS_FOREIGN.inc()
        log.error("the file store holds other bytes than an attachment's row names")
    if not held:
        raise FileLost
    return await db.get(ATTACHMENT, attachment_id, where=where, action="download")


async def remove(db: Db, session_id: UUID, attachment_id: UUID) -> None:
    """Take a file off a draft; the store's copy goes once this is durable."""
    where = {**PRESENT, "session_id": session_id}
    await db.get(ATTACHMENT, attachment_id, where=where, recorded=False)
    await sessions.require_draft(db, session_id)
    try:
        await db.change(ATTACHMENT, attachment_id, {"deleted_at": clock.now()}, where=where, action="delete")
    except NotADraft:
        await sessions.require_draft(db, session_id)
        raise
    db.enqueue(REMOVE_ATTACHMENT, attachment_id)
