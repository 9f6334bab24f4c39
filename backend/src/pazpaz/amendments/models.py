"""The session_amendments table and its row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Uuid

from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import moment, reference, scoped_table

session_amendments = scoped_table(
    "session_amendments",
    Column("session_id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("author_id", Uuid, nullable=False),
    Column("reason", Sealed(), nullable=False),
    Column("subjective", Sealed()),
    Column("objective", Sealed()),
    Column("assessment", Sealed()),
    Column("plan", Sealed()),
    moment("created_at", now=True),
    reference("session_amendments", "session_id", "sessions"),
    reference("session_amendments", "client_id", "clients"),
    reference("session_amendments", "author_id", "users"),
    CheckConstraint("num_nonnulls(subjective, objective, assessment, plan) > 0", name="says_something"),
)
_amendment = session_amendments.c
Index(
    "ix_session_amendments_session_id",
    _amendment.workspace_id,
    _amendment.session_id,
    _amendment.created_at,
    _amendment.id,
)
Index(
    "ix_session_amendments_client_id",
    _amendment.workspace_id,
    _amendment.client_id,
    _amendment.created_at,
    _amendment.id,
)


@row
class Amendment:
    """What its author added to a finalized note, when, and why. It never changes."""

    id: UUID
    workspace_id: UUID
    session_id: UUID
    client_id: UUID
    author_id: UUID
    reason: str
    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None
    created_at: datetime


AMENDMENT = Entity("amendment", session_amendments, Amendment)
