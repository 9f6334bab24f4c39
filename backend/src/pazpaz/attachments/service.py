"""Use cases of attachments."""

import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID, uuid5

import structlog

from pazpaz.attachments import metrics, queries
from pazpaz.attachments.errors import (
    AttachmentRemoved,
    ClientAttachmentIdTaken,
    FileLost,
    FileRejected,
    NoPreview,
    NotADraft,
    ScannerUnavailable,
    WorkspaceFull,
    WrongFileType,
)
from pazpaz.attachments.models import (
    ATTACHMENT,
    KNOWN_ATTACHMENT,
    PRESENT,
    PREVIEW_NAME,
    REMOVE_ATTACHMENT,
    Attachment,
    ContentType,
    KnownAttachment,
    Variant,
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
from pazpaz.sanitizing.errors import NoVerdict, Rejected, WrongType
from pazpaz.sanitizing.sanitizer import Clean, Sanitizer
from pazpaz.sessions import service as sessions

PIECE_BYTES = 262_144
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file belongs: its note, the id a device gave it, and what its practice may hold."""

    session_id: UUID
    client_attachment_id: UUID | None
    quota: int


async def add(db: Db, place: Place, upload: Upload, sanitizer: Sanitizer, storage: Storage) -> Attachment:
    """Take a file in: look at the note, then at the file, store it, and only then write its row.

    No connection to PostgreSQL is held while the file arrives, is looked at, or is stored. What a device has sent
    before, however long ago, is answered as it was then.
    """
    if (known := await _known(db, place.client_attachment_id)) is not None:
        return await _again(db, place, known, upload)
    await sessions.require_draft(db, place.session_id)
    await _require_space(db, place.quota, 1)
    await db.release()
    received = await upload.receive()
    with await _sanitized(sanitizer, db.actor.workspace_id, received) as clean:
        attachment_id = new_id()
        values = await _values(db, place, received, clean)
        keys = await _store(db, storage, attachment_id, values, clean)
    known = await _held(db, place)
    if known is None:
        return await _record(db, attachment_id, values, place.quota)
    await _take_back(storage, keys)
    return await _again(db, place, known, upload)


async def _known(db: Db, client_attachment_id: UUID | None) -> KnownAttachment | None:
    """Return the file that a device gave this id, also one that was removed."""
    if client_attachment_id is None:
        return None
    found = await db.read(queries.OF_DEVICE, client_attachment_id=client_attachment_id)
    return found[0] if found else None


async def _again(db: Db, place: Place, known: KnownAttachment, upload: Upload) -> Attachment:
    """Answer a repeat by what became of the first; the same id for anything else is refused, not taken for it."""
    if known.session_id != place.session_id:
        await sessions.peek(db, place.session_id)
        raise ClientAttachmentIdTaken
    if known.deleted_at is not None:
        raise AttachmentRemoved
    await db.release()
    received = await upload.receive()
    if known.sent_as not in await db.fingerprints(received.content):
        raise ClientAttachmentIdTaken
    return await db.get(ATTACHMENT, known.id, where=PRESENT)


async def _values(db: Db, place: Place, received: Received, clean: Clean) -> dict[str, object]:
    """Return what the file's row says."""
    content_type, by_device = ContentType(clean.content_type), place.client_attachment_id is not None
    return {
        "session_id": place.session_id,
        "client_attachment_id": place.client_attachment_id,
        "sent_as": (await db.fingerprints(received.content))[0] if by_device else None,
        "filename": display_name(received.filename, content_type),
        "content_type": content_type,
        "removed": list(clean.removed),
        "file_size": clean.size,
        "sha256": clean.sha256,
        "preview_size": clean.preview and len(clean.preview.content),
        "preview_sha256": clean.preview and clean.preview.sha256,
        "created_by": db.user_id,
    }


async def _store(
    db: Db, storage: Storage, attachment_id: UUID, values: dict[str, object], clean: Clean
) -> list[str]:
    """Store the file, and beside it what it is known by; they are taken back if no row comes of it."""
    prefix = key_prefix(db.actor.workspace_id, UUID(str(values["session_id"])), attachment_id)
    keys = [prefix + key_name(str(values["filename"]), ContentType(clean.content_type))]
    db.on_rollback(lambda: _take_back(storage, keys))
    await storage.put(keys[0], clean.file, clean.size, clean.content_type)
    if clean.preview is not None:
        keys.append(prefix + PREVIEW_NAME)
        content = clean.preview.content
        await storage.put(keys[1], BytesIO(content), len(content), ContentType.JPEG)
    return keys


async def _take_back(storage: Storage, keys: list[str]) -> None:
    """Delete a file that got no row; if that fails, the sweep does it."""
    with contextlib.suppress(StorageUnavailable):
        await storage.remove(*keys)


async def _held(db: Db, place: Place) -> KnownAttachment | None:
    """Let uploads of one workspace stand in line from here on, so that none slips past the quota, or its own twin."""
    await db.advisory_lock(uuid5(db.actor.workspace_id, "attachments"), wait=True)
    return await _known(db, place.client_attachment_id)


async def _record(db: Db, attachment_id: UUID, values: dict[str, object], quota: int) -> Attachment:
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
    try:
        return await sanitizer.sanitize(received.file, workspace_id)
    except WrongType:
        raise WrongFileType from None
    except Rejected as error:
        raise FileRejected(reason=error.reason) from None
    except NoVerdict:
        raise ScannerUnavailable from None


async def list_page(db: Db, session_id: UUID, paging: Paging) -> Page[Attachment]:
    """Return the files of a note, in the order of their upload."""
    await sessions.peek(db, session_id)
    filters = {"session_id": session_id}
    return await db.page(queries.OF_SESSION, filters, paging, about=session_id)


async def download(db: Db, session_id: UUID, attachment_id: UUID, storage: Storage) -> Attachment:
    """Return a file about to be downloaded: its row, once the store is seen to hold the bytes that the row names."""
    stored = await _stored(db, session_id, attachment_id, Variant.ORIGINAL)
    await _require_held(db, storage, stored)
    return await db.get(ATTACHMENT, attachment_id, where=_of(session_id), action="download")


async def content(
    db: Db, session_id: UUID, attachment_id: UUID, variant: Variant, storage: Storage
) -> "StoredBytes":
    """Return a file, or its preview, about to be shown, once the store is seen to hold the right bytes."""
    stored = await _stored(db, session_id, attachment_id, variant)
    await _require_held(db, storage, stored)
    action = "read" if variant is Variant.PREVIEW else "download"
    await db.get(ATTACHMENT, attachment_id, where=_of(session_id), action=action)
    return stored


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """What the store should hold of an attachment, and what it is called."""

    owner: UUID
    key: str
    size: int
    sha256: str
    content_type: ContentType
    filename: str


def _of(session_id: UUID) -> dict[str, object]:
    return {**PRESENT, "session_id": session_id}


async def _stored(db: Db, session_id: UUID, attachment_id: UUID, variant: Variant) -> StoredBytes:
    found = await db.get(KNOWN_ATTACHMENT, attachment_id, where=_of(session_id), recorded=False)
    owner = found.workspace_id
    if variant is Variant.ORIGINAL:
        if found.lost_at is not None:
            raise FileLost
        return StoredBytes(
            owner, found.key, found.file_size, found.sha256, found.content_type, found.filename
        )
    if found.preview_size is None or found.preview_sha256 is None:
        raise NoPreview
    key, name = found.prefix + PREVIEW_NAME, f"{found.filename.rpartition('.')[0]}.jpg"
    return StoredBytes(owner, key, found.preview_size, found.preview_sha256, ContentType.JPEG, name)


async def _require_held(db: Db, storage: Storage, stored: StoredBytes) -> None:
    await db.release()
    held = await storage.holds(stored.owner, stored.key, stored.size, stored.sha256)
    if held is False:
        _note_foreign()
    if not held:
        raise FileLost


def _note_foreign() -> None:
    metrics.ATTACHMENTS_FOREIGN.inc()
    log.error("the file store holds other bytes than an attachment's row names")


async def pieces(storage: Storage, stored: StoredBytes) -> AsyncIterator[bytes]:
    """Yield a file piece by piece, and no last piece of one that was swapped since it was looked at.

    Between two pieces nothing is held, so that the reader may be slow.
    """
    digest = hashlib.sha256()
    for start in range(0, stored.size, PIECE_BYTES):
        end = min(start + PIECE_BYTES, stored.size)
        piece = await storage.piece(stored.owner, stored.key, start, end)
        digest.update(piece)
        is_last = end == stored.size
        if len(piece) != end - start or (is_last and digest.hexdigest() != stored.sha256):
            _note_foreign()
            raise FileLost  # what was promised is longer: the client sees that it breaks off
        yield piece


async def remove(db: Db, session_id: UUID, attachment_id: UUID) -> None:
    """Take a file off a draft; the store's copy goes once this is durable."""
    where = _of(session_id)
    await db.get(ATTACHMENT, attachment_id, where=where, recorded=False)
    await sessions.require_draft(db, session_id)
    try:
        await db.change(ATTACHMENT, attachment_id, {"deleted_at": clock.now()}, where=where, action="delete")
    except NotADraft:
        await sessions.require_draft(db, session_id)
        raise
    db.enqueue(REMOVE_ATTACHMENT, attachment_id)
