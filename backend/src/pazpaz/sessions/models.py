"""The sessions table (SOAP notes), its rows, and the rules of its states."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Index, Integer, Uuid, func, text

from pazpaz.core.entity import Entity, row
from pazpaz.core.errors import Problem
from pazpaz.core.phi import Sealed
from pazpaz.core.tenancy import choice, one_of, reference, scoped_table
from pazpaz.sessions.errors import (
    ONE_PER_APPOINTMENT,
    InvalidStatusTransition,
    SessionEmpty,
    SessionFinalized,
)


class SessionStatus(StrEnum):
    """draft → finalized → archived, or draft → archived."""

    DRAFT = "draft"
    FINALIZED = "finalized"
    ARCHIVED = "archived"


sessions = scoped_table(
    "sessions",
    Column("appointment_id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("client_session_id", Uuid),
    Column("session_date", DateTime(timezone=True), nullable=False),
    choice("status", SessionStatus, server_default=SessionStatus.DRAFT.value),
    Column("subjective", Sealed()),
    Column("objective", Sealed()),
    Column("assessment", Sealed()),
    Column("plan", Sealed()),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("is_synced", Boolean, nullable=False, server_default="true"),
    Column("attachment_count", Integer, nullable=False, server_default="0"),
    Column("amendment_count", Integer, nullable=False, server_default="0"),
    Column("finalized_at", DateTime(timezone=True)),
    Column("finalized_by", Uuid),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    reference("sessions", "appointment_id", "appointments"),
    reference("sessions", "client_id", "clients"),
    reference("sessions", "finalized_by", "users"),
    one_of("status", SessionStatus),
    CheckConstraint("(finalized_at IS NULL) = (finalized_by IS NULL)", name="finalized_by_someone"),
    CheckConstraint("status <> 'finalized' OR finalized_at IS NOT NULL", name="finalized_at"),
    CheckConstraint("status <> 'draft' OR finalized_at IS NULL", name="draft_not_finalized"),
)
_c = sessions.c
Index(
    ONE_PER_APPOINTMENT,
    _c.workspace_id,
    _c.appointment_id,
    unique=True,
    postgresql_where=text("status <> 'archived'"),
)
# No index holds a column that autosave changes: its updates stay heap-only.
Index("ix_sessions_session_date", _c.workspace_id, _c.session_date, _c.id)
Index(
    "ix_sessions_client_id", _c.workspace_id, _c.client_id, _c.session_date, _c.id,
    postgresql_include=["status"],  # the timeline counts in it
)  # fmt: skip
Index(
    "ix_sessions_finalized_at", _c.workspace_id, _c.client_id, _c.finalized_at, _c.id,
    postgresql_where=_c.status == SessionStatus.FINALIZED.value,
)  # fmt: skip


@row
class SessionSummary:
    """A note in a list: everything but its text."""

    id: UUID
    workspace_id: UUID
    appointment_id: UUID
    client_id: UUID
    client_session_id: UUID | None
    session_date: datetime
    status: SessionStatus
    version: int
    is_synced: bool
    attachment_count: int
    amendment_count: int
    finalized_at: datetime | None
    finalized_by: UUID | None
    created_at: datetime
    updated_at: datetime


@row
class Session:
    """A SOAP note of one appointment."""

    id: UUID
    workspace_id: UUID
    appointment_id: UUID
    client_id: UUID
    client_session_id: UUID | None
    session_date: datetime
    status: SessionStatus
    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None
    version: int
    is_synced: bool
    attachment_count: int
    amendment_count: int
    finalized_at: datetime | None
    finalized_by: UUID | None
    created_at: datetime
    updated_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether nobody has written a word yet."""
        return not any(
            (text or "").strip() for text in (self.subjective, self.objective, self.assessment, self.plan)
        )

    def not_a_draft(self) -> Problem:
        """Why this note takes no more text."""
        if self.status is SessionStatus.FINALIZED:
            return SessionFinalized()
        return InvalidStatusTransition()

    def finalize(self, user_id: UUID, at: datetime) -> dict[str, Any]:
        """The changes that make a draft final."""
        if self.status is not SessionStatus.DRAFT:
            raise self.not_a_draft()
        if self.is_empty:
            raise SessionEmpty
        return {"status": SessionStatus.FINALIZED, "finalized_at": at, "finalized_by": user_id}

    def archive(self) -> dict[str, Any]:
        """The changes that archive a note; its text stays."""
        if self.status is SessionStatus.ARCHIVED:
            raise InvalidStatusTransition
        return {"status": SessionStatus.ARCHIVED}


SESSION = Entity("session", sessions, Session)
