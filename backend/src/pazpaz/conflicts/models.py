"""The session_conflicts table and its rows."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import choice, moment, one_of, reference, scoped_table
from pazpaz.sessions.models import SOAP, SessionStatus, same_text


class Reason(StrEnum):
    """Why a device's text was not applied."""

    APPOINTMENT_MISSING = "appointment-missing"
    SESSION_EXISTS = "session-exists"
    SESSION_FINALIZED = "session-finalized"
    EDITED_ELSEWHERE = "edited-elsewhere"
    TOO_OLD = "too-old"


class Resolution(StrEnum):
    """What somebody decided."""

    KEEP_SERVER = "keep_server"
    KEEP_CLIENT = "keep_client"
    MERGE = "merge"
    ATTACH = "attach"
    DISCARD = "discard"


class ConflictStatus(StrEnum):
    """Whether somebody has decided."""

    OPEN = "open"
    RESOLVED = "resolved"


session_conflicts = scoped_table(
    "session_conflicts",
    Column("session_id", Uuid),
    Column("appointment_id", Uuid, nullable=False),  # as sent: it may be nobody's
    Column("client_id", Uuid),
    Column("client_session_id", Uuid, nullable=False),
    choice("reason", Reason),
    Column("fields", ARRAY(Text), nullable=False),
    Column("subjective", Sealed()),
    Column("objective", Sealed()),
    Column("assessment", Sealed()),
    Column("plan", Sealed()),
    Column("base_version", Integer),
    Column("server_version", Integer),
    Column("sent_by", Uuid, nullable=False),
    Column("sent_with", Uuid, nullable=False),
    moment("created_at_client", nullable=False),
    moment("updated_at_client", nullable=False),
    moment("created_at", now=True),
    moment("resolved_at"),
    Column("resolved_by", Uuid),
    choice("resolution", Resolution, nullable=True),
    Column("applied_to", Uuid),
    reference("session_conflicts", "session_id", "sessions"),
    reference("session_conflicts", "client_id", "clients"),
    reference("session_conflicts", "sent_by", "users"),
    reference("session_conflicts", "resolved_by", "users"),
    reference("session_conflicts", "applied_to", "sessions"),
    one_of("reason", Reason),
    one_of("resolution", Resolution),
    CheckConstraint("num_nulls(resolved_at, resolved_by, resolution) IN (0, 3)", name="resolved_by_someone"),
)
_conflict = session_conflicts.c
Index("ix_session_conflicts_created_at", _conflict.workspace_id, _conflict.created_at, _conflict.id)
Index("ix_session_conflicts_session_id", _conflict.workspace_id, _conflict.session_id)
Index("ix_session_conflicts_client_id", _conflict.workspace_id, _conflict.client_id)

Index(
    "ix_session_conflicts_client_session_id",
    _conflict.workspace_id,
    _conflict.client_session_id,
    postgresql_where=text("resolution = 'attach'"),
)


@row
class ConflictSummary:
    """A conflict in a list: what it is about, without its text.

    `appointment_id` and `client_session_id` are as the device sent them, `session_id` is the note in
    the way, if any, and `fields` are those whose text was not applied. `applied_to` is the note that
    took text of it when it was resolved.
    """

    id: UUID
    workspace_id: UUID
    session_id: UUID | None
    appointment_id: UUID
    client_id: UUID | None
    client_session_id: UUID
    reason: Reason
    fields: list[str]
    base_version: int | None
    server_version: int | None
    sent_by: UUID
    created_at_client: datetime
    updated_at_client: datetime
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: UUID | None
    resolution: Resolution | None
    applied_to: UUID | None


@row
class Conflict(ConflictSummary):
    """A conflict with the text that the device sent; it never changes."""

    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None

    def kept(self) -> dict[str, str | None]:
        """Return the text that was not applied, by field."""
        return {name: getattr(self, name) for name in SOAP if name in self.fields}


@row
class Attached:
    """A device's text that somebody attached to a note: the text, and where the device and the note have it."""

    id: UUID
    client_session_id: UUID
    appointment_id: UUID
    note_id: UUID
    note_appointment_id: UUID
    fields: list[str]
    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None
    sent_by: UUID
    sent_with: UUID
    updated_at_client: datetime

    def texts(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in SOAP}

    def has_all(self, sent: Mapping[str, str | None], note: Mapping[str, str | None]) -> bool:
        """Whether each field that was sent was attached just so, or is the note's."""
        mine = self.texts()
        return all(
            same_text(text, note[name]) or (name in self.fields and same_text(text, mine[name]))
            for name, text in sent.items()
        )


@row
class ServerText:
    """The note as it is now; `saved_by` wrote its text, if that is known."""

    appointment_id: UUID
    status: SessionStatus
    version: int
    saved_by: UUID | None
    updated_at: datetime
    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None


@row
class ConflictView(Conflict):
    """Both texts side by side: the device's in the conflict's own fields, the note's in `server`.

    `differing` are the fields in which they differ now.
    """

    server: ServerText | None
    differing: list[str]


CONFLICT = Entity("conflict", session_conflicts, Conflict)
