"""The attachments table, its rows, and how a file is named in the store."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from pazpaz.attachments.errors import ONE_PER_DEVICE_ID
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import choice, moment, one_of, reference, scoped_table
from pazpaz.core.queue.jobs import Job
from pazpaz.sanitizing.errors import Removed

REMOVE_ATTACHMENT = Job("remove_attachment")
FILENAME_CHARACTERS = 255
KEY_NAME_CHARACTERS = 100
PREVIEW_NAME = "_preview.jpg"  # `key_name` begins with no underscore, so no file is called so
_unsafe = re.compile(r"[^A-Za-z0-9._-]+")
_uuid = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_key = re.compile(rf"{_uuid}/{_uuid}/{_uuid}_[A-Za-z0-9._-]+")
# What is an ending and no part of the name, and gives way to the right one; anything else is kept before it.
_ENDINGS = frozenset(
    {"jpg", "jpeg", "jpe", "jfif", "pjpeg", "png", "apng", "pdf", "heic", "heif", "hif", "avif", "webp"}
    | {"gif", "bmp", "tif", "tiff", "dng", "bin", "dat", "tmp", "part"}
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class ContentType(StrEnum):
    """What may be attached."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"

    @property
    def extension(self) -> str:
        """How a file of this type ends."""
        return self.endings[0]

    @property
    def endings(self) -> tuple[str, ...]:
        """How files of this type may end."""
        return {"image/jpeg": ("jpg", "jpeg", "jfif"), "image/png": ("png",), "application/pdf": ("pdf",)}[
            self.value
        ]


class Variant(StrEnum):
    """What is shown of a file."""

    PREVIEW = "preview"
    ORIGINAL = "original"


_listed = ", ".join(f"'{word}'" for word in Removed)
attachments = scoped_table(
    "attachments",
    Column("session_id", Uuid, nullable=False),
    Column("client_attachment_id", Uuid),
    Column(
        "sent_as", Uuid
    ),  # a fingerprint of the bytes as the device sent them: `sha256` is of what is stored
    Column("filename", Sealed(), nullable=False),
    choice("content_type", ContentType),
    Column("removed", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("file_size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("preview_size", Integer),
    Column("preview_sha256", Text),
    Column("created_by", Uuid, nullable=False),
    moment("created_at", now=True),
    moment("deleted_at"),
    moment("lost_at"),
    reference("attachments", "session_id", "sessions"),
    reference("attachments", "created_by", "users"),
    one_of("content_type", ContentType),
    CheckConstraint(f"removed <@ ARRAY[{_listed}]::text[]", name="removed"),
    CheckConstraint("file_size > 0", name="file_size"),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    CheckConstraint("num_nulls(preview_size, preview_sha256) IN (0, 2)", name="preview"),
    CheckConstraint("num_nulls(client_attachment_id, sent_as) IN (0, 2)", name="sent_as"),
)
_file = attachments.c
Index(
    ONE_PER_DEVICE_ID,
    _file.workspace_id,
    _file.client_attachment_id,
    unique=True,
    postgresql_where=text("client_attachment_id IS NOT NULL"),
)
# In the order of the store's keys, which the sweep walks; ids rise with time, so also in the order of upload.
Index("ix_attachments_session_id", _file.workspace_id, _file.session_id, _file.id)
Index(
    "ix_attachments_file_size",
    _file.workspace_id,
    postgresql_include=["file_size"],
    postgresql_where=text("deleted_at IS NULL"),
)


@row
class Attachment:
    """A file of a note; `lost_at` says since when the store is known not to hold it.

    `preview_size` is null where there is no preview: of PDFs, and of what was attached before there were any.
    `removed` names what the file that was sent had, and this one has no longer.
    """

    id: UUID
    workspace_id: UUID
    session_id: UUID
    client_attachment_id: UUID | None
    filename: str
    content_type: ContentType
    removed: list[Removed]
    file_size: int
    sha256: str
    preview_size: int | None
    created_by: UUID
    created_at: datetime
    lost_at: datetime | None

    @property
    def key(self) -> str:
        """Where the store holds it."""
        return f"{self.prefix}{key_name(self.filename, self.content_type)}"

    @property
    def prefix(self) -> str:
        """How the keys of all that the store holds of it begin."""
        return key_prefix(self.workspace_id, self.session_id, self.id)


@row
class KnownAttachment(Attachment):
    """A file with what tells it from others, and its preview from other bytes."""

    sent_as: UUID | None
    preview_sha256: str | None
    deleted_at: datetime | None


@row
class Download:
    """A file of a note, and the link that saves it; the link works for a quarter of an hour."""

    id: UUID
    session_id: UUID
    filename: str
    content_type: ContentType
    file_size: int
    sha256: str
    created_by: UUID
    created_at: datetime
    download_url: str
    expires_at: datetime


ATTACHMENT = Entity("attachment", attachments, Attachment)
KNOWN_ATTACHMENT = Entity("attachment", attachments, KnownAttachment)
PRESENT = {"deleted_at": None}


@dataclass(frozen=True, slots=True, order=True)
class ObjectKey:
    """What a key in the store says, in the order of the keys."""

    workspace_id: UUID
    session_id: UUID
    attachment_id: UUID

    @classmethod
    def of(cls, key: str) -> "ObjectKey | None":
        """Return the place a key names, or None if it is none of ours."""
        match = _key.fullmatch(key)
        return None if match is None else cls(*(UUID(part) for part in match.groups()))


def key_prefix(workspace_id: UUID, session_id: UUID, attachment_id: UUID) -> str:
    """How the key of an attachment begins."""
    return f"{workspace_id}/{session_id}/{attachment_id}_"


def is_file(key: str) -> bool:
    """Whether a key is that of an attachment's file, and not of its preview."""
    return not key.endswith(f"_{PREVIEW_NAME}")


def key_name(filename: str, content_type: ContentType) -> str:
    """How the key ends: what is left of the name in letters, digits, dots and hyphens of ASCII."""
    stem = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode().rpartition(".")
    plain = _unsafe.sub("_", stem[0]).strip("._-")[:KEY_NAME_CHARACTERS].rstrip("._-")
    return f"{plain or 'file'}.{content_type.extension}"


def display_name(sent: str, content_type: ContentType) -> str:
    """Return the name people see: without folders, line breaks, and marks that turn the direction of text.

    It ends as the content says: an iPhone hands over a JPEG under the name of the HEIC it was.

    Those could make `photo_gpj.exe` look like an image (Unicode TR 36, 3.3).
    """
    base = sent.replace("\\", "/").rpartition("/")[2]
    visible = "".join(c for c in base if unicodedata.category(c) not in _UNSEEN).strip()
    stem, dot, ending = visible.rpartition(".")
    if not dot or ending.lower() not in _ENDINGS:
        stem, ending = visible, ""
    if ending.lower() not in content_type.endings:
        ending = content_type.extension
    return f"{stem[: FILENAME_CHARACTERS - 1 - len(ending)].strip() or 'file'}.{ending}"
