"""The session_sync_receipts table, and what sync answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, Integer, Uuid

from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import moment, reference, scoped_table

# One row for each item that was ever carried out. Its id is a fingerprint of the item.
session_sync_receipts = scoped_table(
    "session_sync_receipts",
    Column("client_session_id", Uuid, nullable=False),
    Column("session_id", Uuid),
    Column("conflict_id", Uuid),
    Column("version", Integer),  # whose text is the item's, field for field
    Column("sent_with", Uuid, nullable=False),
    moment("updated_at_client", nullable=False),
    moment("created_at", now=True),
    reference("session_sync_receipts", "session_id", "sessions"),
    reference("session_sync_receipts", "conflict_id", "session_conflicts"),
)
_receipt = session_sync_receipts.c
Index("ix_session_sync_receipts_client_session_id", _receipt.workspace_id, _receipt.client_session_id)


@row
class Receipt:
    """What became of an item."""

    id: UUID
    client_session_id: UUID
    session_id: UUID | None
    conflict_id: UUID | None
    version: int | None
    sent_with: UUID
    updated_at_client: datetime


RECEIPT = Entity("sync_receipt", session_sync_receipts, Receipt)


class SyncStatus(StrEnum):
    """What became of an item."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@row
class SyncFieldError:
    """A field of an item, by a JSON Pointer into the request."""

    pointer: str
    detail: str


@row
class SyncError:
    """Why an item was rejected."""

    type: str
    errors: list[SyncFieldError]


@row
class SyncText:
    """The note's text, where it is not what the device sent."""

    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None


@row
class SyncResult:
    """What became of an item.

    `version` is the base of what the device writes next; none is given for a conflict. With `text`, the
    note says something else than the device: the device takes it over before it uses the version.
    """

    client_session_id: UUID | None
    server_session_id: UUID | None
    status: SyncStatus
    version: int | None
    conflict_id: UUID | None
    text: SyncText | None
    error: SyncError | None


@row
class SyncAnswer:
    """One result for each item, in the order of the request."""

    synced_count: int
    conflict_count: int
    rejected_count: int
    results: list[SyncResult]
