"""The tables of SOAP notes and of their earlier texts, their rows, and the rules of a note's states."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    UniqueConstraint,
    Uuid,
    text,
)

from pazpaz.core.base.errors import Problem
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import choice, moment, one_of, reference, scoped_table
from pazpaz.sessions.errors import (
    ONE_PER_APPOINTMENT,
    ONE_PER_DEVICE_ID,
    InvalidStatusTransition,
    SessionEmpty,
    SessionFinalized,
)

SOAP = ("subjective", "objective", "assessment", "plan")


def says_nothing(texts: Iterable[str | None]) -> bool:
    """Whether there is not a word in them."""
    return not any((text or "").strip() for text in texts)


def same_text(one: str | None, other: str | None) -> bool:
    """Whether they say the same; no text and an empty one do."""
    return (one or "") == (other or "")


class SessionStatus(StrEnum):
    """draft → finalized → archived, or draft → archived; restored, it is again what it was."""

    DRAFT = "draft"
    FINALIZED = "finalized"
    ARCHIVED = "archived"


sessions = scoped_table(
    "sessions",
    Column("appointment_id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("client_session_id", Uuid),
    moment("session_date", nullable=False),
    choice("status", SessionStatus, server_default=SessionStatus.DRAFT.value),
    Column("subjective", Sealed()),
    Column("objective", Sealed()),
    Column("assessment", Sealed()),
    Column("plan", Sealed()),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("is_synced", Boolean, nullable=False, server_default="true"),
    Column("attachment_count", Integer, nullable=False, server_default="0"),
    Column("amendment_count", Integer, nullable=False, server_default="0"),
    moment("finalized_at"),
    Column("finalized_by", Uuid),
    # Whose text it is, by which sign-in or token, and since when their saves fold into one.
    Column("saved_by", Uuid),
    Column("saved_with", Uuid),
    moment("saved_since"),
    moment("created_at", now=True),
    moment("updated_at", now=True),
    reference("sessions", "appointment_id", "appointments"),
    reference("sessions", "client_id", "clients"),
    reference("sessions", "finalized_by", "users"),
    reference("sessions", "saved_by", "users"),
    one_of("status", SessionStatus),
    CheckConstraint("(finalized_at IS NULL) = (finalized_by IS NULL)", name="finalized_by_someone"),
    CheckConstraint("status <> 'finalized' OR finalized_at IS NOT NULL", name="finalized_at"),
    CheckConstraint("status <> 'draft' OR finalized_at IS NULL", name="draft_not_finalized"),
)
_note = sessions.c
Index(
    ONE_PER_APPOINTMENT,
    _note.workspace_id,
    _note.appointment_id,
    unique=True,
    postgresql_where=text("status <> 'archived'"),
)
Index(
    ONE_PER_DEVICE_ID,
    _note.workspace_id,
    _note.client_session_id,
    unique=True,
    postgresql_where=text("client_session_id IS NOT NULL"),
)
Index("ix_sessions_appointment_id", _note.workspace_id, _note.appointment_id)
# No index holds a column that autosave changes: its updates stay heap-only.
Index("ix_sessions_session_date", _note.workspace_id, _note.session_date, _note.id)
Index(
    "ix_sessions_client_id", _note.workspace_id, _note.client_id, _note.session_date, _note.id,
    postgresql_include=["status"],  # the timeline counts in it
)  # fmt: skip
Index(
    "ix_sessions_finalized_at", _note.workspace_id, _note.client_id, _note.finalized_at, _note.id,
    postgresql_where=_note.status == SessionStatus.FINALIZED.value,
)  # fmt: skip


session_revisions = scoped_table(
    "session_revisions",
    Column("session_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("subjective", Sealed()),
    Column("objective", Sealed()),
    Column("assessment", Sealed()),
    Column("plan", Sealed()),
    Column("author_id", Uuid),
    moment("saved_at", nullable=False),
    moment("created_at", now=True),
    reference("session_revisions", "session_id", "sessions"),
    reference("session_revisions", "author_id", "users"),
    UniqueConstraint("workspace_id", "session_id", "version", name="uq_session_revisions_version"),
)
Index("ix_session_revisions_created_at", session_revisions.c.created_at)


def not_a_draft(status: SessionStatus) -> Problem:
    """Why a note in this state takes no more text."""
    return SessionFinalized() if status is SessionStatus.FINALIZED else InvalidStatusTransition()


@row
class SessionSummary:
    """A note in a list: everything but its text; `saved_by` wrote that, if it is known."""

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
    saved_by: UUID | None
    created_at: datetime
    updated_at: datetime


@row
class ListedSession(SessionSummary):
    """A note in a list; its text is there with `include=text`."""

    subjective: str | None = None
    objective: str | None = None
    assessment: str | None = None
    plan: str | None = None


@row
class Session(SessionSummary):
    """A SOAP note of one appointment."""

    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None

    @property
    def is_empty(self) -> bool:
        """Whether nobody has written a word yet."""
        return says_nothing((self.subjective, self.objective, self.assessment, self.plan))

    def not_a_draft(self) -> Problem:
        """Why this note takes no more text."""
        return not_a_draft(self.status)

    def finalize(self, user_id: UUID, at: datetime) -> dict[str, Any]:
        """Return the changes that make a draft final."""
        if self.status is not SessionStatus.DRAFT:
            raise self.not_a_draft()
        if self.is_empty:
            raise SessionEmpty
        return {"status": SessionStatus.FINALIZED, "finalized_at": at, "finalized_by": user_id}

    def archive(self) -> dict[str, Any]:
        """Return the changes that archive a note; its text stays."""
        if self.status is SessionStatus.ARCHIVED:
            raise InvalidStatusTransition
        return {"status": SessionStatus.ARCHIVED}

    def restore(self) -> dict[str, Any]:
        """Return the changes that take it out of the archive: final again if it was."""
        was_final = self.finalized_at is not None
        return {"status": SessionStatus.FINALIZED if was_final else SessionStatus.DRAFT}


@row
class HeldSession:
    """A note that is about to be written: its text, and whose it is."""

    id: UUID
    appointment_id: UUID
    client_id: UUID
    client_session_id: UUID | None
    status: SessionStatus
    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None
    version: int
    saved_by: UUID | None
    updated_at: datetime

    @classmethod
    def of(cls, note: Session, saved_by: UUID) -> "HeldSession":
        """Return a note that its holder has just written."""
        return cls(
            **{item.name: getattr(note, item.name) for item in fields(cls) if item.name != "saved_by"},
            saved_by=saved_by,
        )

    def texts(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in SOAP}

    def differs(self, changes: Mapping[str, Any]) -> bool:
        return any(getattr(self, name) != changes[name] for name in SOAP if name in changes)

    def not_a_draft(self) -> Problem:
        """Why this note takes no more text."""
        return not_a_draft(self.status)

    def as_revision(self) -> dict[str, Any]:
        """Return what stays of it when other text is written over it."""
        return self.texts() | {
            "session_id": self.id,
            "version": self.version,
            "author_id": self.saved_by,
            "saved_at": self.updated_at,
        }


@row
class Revision:
    """An earlier text of a note: the version it had, who saved it when, and when it was overwritten."""

    id: UUID
    workspace_id: UUID
    session_id: UUID
    version: int
    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None
    author_id: UUID | None
    saved_at: datetime
    created_at: datetime

    def texts(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in SOAP}


SESSION = Entity("session", sessions, Session)
HELD_SESSION = Entity("session", sessions, HeldSession)
REVISION = Entity("revision", session_revisions, Revision)
