"""HTTP of attachments."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from pazpaz.accounts.models import CLINICIANS
from pazpaz.attachments import service
from pazpaz.attachments.errors import (
    AttachmentRemoved,
    ClientAttachmentIdTaken,
    FileLost,
    FileRejected,
    NoPreview,
    ScannerUnavailable,
    WorkspaceFull,
    WrongFileType,
)
from pazpaz.attachments.models import Attachment, ContentType, Download, Variant
from pazpaz.attachments.settings import AttachmentSettings
from pazpaz.core.base import clock
from pazpaz.core.db.pagination import Page
from pazpaz.core.files.bucket import content_disposition
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
    audit=("attachment.create", "attachment.read"),
    problems=(
        ClientAttachmentIdTaken,
        AttachmentRemoved,
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
    client_attachment_id: Annotated[
        UUID | None,
        Query(
            description="The id a device gives the file, so that it is attached once, however often it is sent."
        ),
    ] = None,
) -> Attachment:
    """Attach a JPEG, PNG or PDF file to a draft.

    What it is, its content says, whatever it is called; the name it is kept by ends accordingly. Images are stored
    without metadata and PDFs without document information, so size and hash are those of the stored file; what else
    was taken from a PDF, `removed` says.

    With a `client_attachment_id` that the same file of the same note has, whenever it came: the first answer again.
    """
    quota = AttachmentSettings.of(settings).attachment_quota_bytes
    place = service.Place(session_id, client_attachment_id, quota)
    return await service.add(db, place, upload, sanitizer, storage)


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


_TYPES = {kind.value: {"schema": {"type": "string", "format": "binary"}} for kind in ContentType}


class FileResponse(StreamingResponse):
    """A file of a note: shown by our own pages, run or framed by nobody's, and kept nowhere."""

    def __init__(
        self, pieces: AsyncIterator[bytes], stored: service.StoredBytes, status_code: int = 200
    ) -> None:
        """FastAPI reads the status off this signature."""
        headers = {
            "Content-Length": str(stored.size),
            "Content-Disposition": content_disposition(stored.filename),
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        super().__init__(pieces, status_code, headers, media_type=stored.content_type)


@router.get(
    "/sessions/{session_id}/attachments/{attachment_id}/content",
    response_model=None,
    response_class=FileResponse,
    responses={200: {"content": _TYPES}},
)
@policy(
    roles=CLINICIANS,
    audit=("attachment.download", "attachment.read"),
    hands_out=True,
    problems=(FileLost, NoPreview, StorageUnavailable),
)
async def read_content(
    session_id: UUID,
    attachment_id: UUID,
    db: CurrentDb,
    storage: CurrentStorage,
    variant: Variant = Variant.ORIGINAL,
) -> Response:
    """The file itself, or its preview: a JPEG of at most 512 pixels a side, of pictures only.

    An answer that breaks off is not the file: its bytes are compared with `sha256` before they are sent, and again to
    the last.
    """
    stored = await service.content(db, session_id, attachment_id, variant, storage)
    return FileResponse(service.pieces(storage, stored), stored)


@router.delete("/sessions/{session_id}/attachments/{attachment_id}", status_code=204)
@policy(roles=CLINICIANS, audit=("attachment.delete",), problems=(SessionFinalized, InvalidStatusTransition))
async def remove_attachment(session_id: UUID, attachment_id: UUID, db: CurrentDb) -> None:
    """Take a file off a draft; it is deleted from the store."""
    await service.remove(db, session_id, attachment_id)
