"""HTTP of attachments."""

from dataclasses import fields
from datetime import timedelta
from uuid import UUID

from pazpaz.accounts.models import CLINICIANS
from pazpaz.attachments import service
from pazpaz.attachments.errors import (
    FileLost,
    FileRejected,
    ScannerUnavailable,
    WorkspaceFull,
    WrongFileType,
)
from pazpaz.attachments.models import Attachment, Download
from pazpaz.attachments.settings import AttachmentSettings
from pazpaz.core.base import clock
from pazpaz.core.db.pagination import Page
from pazpaz.core.files.storage import LINK_SECONDS, StorageUnavailable
from pazpaz.core.http.deps import CurrentDb, CurrentPaging, CurrentSanitizer, CurrentSettings, CurrentStorage
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.http.uploads import REQUEST_BODY, FormRequired, LengthRequired, UploadedFile
from pazpaz.sessions.errors import InvalidStatusTransition, SessionFinalized

router = feature_router("attachments")


_SHOWN = tuple(item.name for item in fields(Download) if item.name not in {"download_url", "expires_at"})


@router.post(
    "/sessions/{session_id}/attachments", status_code=201, openapi_extra={"requestBody": REQUEST_BODY}
)
@policy(
    roles=CLINICIANS,
    audit=("attachment.create",),
    problems=(
        SessionFinalized,
        InvalidStatusTransition,
        LengthRequired,
        FormRequired,
        WrongFileType,
        FileRejected,
        WorkspaceFull,
        StorageUnavailable,
        ScannerUnavailable,
    ),
)
async def add_attachment(
    session_id: UUID,
    db: CurrentDb,
    upload: UploadedFile,
    sanitizer: CurrentSanitizer,
    storage: CurrentStorage,
    settings: CurrentSettings,
) -> Attachment:
    """Attach a JPEG, PNG or PDF file to a draft.

    What it is, its content says; the name and type it comes with must agree. Images are stored without
    metadata and PDFs without document information, so size and hash are those of the stored file.
    """
    quota = AttachmentSettings.of(settings).attachment_quota_bytes
    return await service.add(db, session_id, upload, sanitizer, storage, quota=quota)


@router.get("/sessions/{session_id}/attachments")
@policy(roles=CLINICIANS, audit=("attachment.list",))
async def list_attachments(session_id: UUID, db: CurrentDb, paging: CurrentPaging) -> Page[Attachment]:
    """The files of a note, in the order of their upload."""
    return await service.list_page(db, session_id, paging)


@router.get("/sessions/{session_id}/attachments/{attachment_id}")
@policy(
    roles=CLINICIANS, audit=("attachment.download",), hands_out=True, problems=(FileLost, StorageUnavailable)
)
async def download_attachment(
    session_id: UUID, attachment_id: UUID, db: CurrentDb, storage: CurrentStorage
) -> Download:
    """A link that downloads the file, for a quarter of an hour, without further sign-in.

    The store's bytes have just been compared with `sha256`; who downloads later can compare them again.
    """
    found = await service.download(db, session_id, attachment_id, storage)
    expires_at = clock.now().replace(microsecond=0) + timedelta(seconds=LINK_SECONDS)
    url = storage.link(found.key, found.filename, found.content_type)
    shown = {name: getattr(found, name) for name in _SHOWN}
    return Download(**shown, download_url=url, expires_at=expires_at)


@router.delete("/sessions/{session_id}/attachments/{attachment_id}", status_code=204)
@policy(roles=CLINICIANS, audit=("attachment.delete",), problems=(SessionFinalized, InvalidStatusTransition))
async def remove_attachment(session_id: UUID, attachment_id: UUID, db: CurrentDb) -> None:
    """Take a file off a draft; it is deleted from the store."""
    await service.remove(db, session_id, attachment_id)
