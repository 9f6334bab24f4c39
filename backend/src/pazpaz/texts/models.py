"""The note_templates and snippets tables, and their rows."""

import unicodedata
from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Column, Index, Uuid, text

from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import moment, reference, scoped_table, versioned
from pazpaz.texts.errors import ONE_NAME, ONE_TITLE

MOST = 200  # of a kind that are a practice's, and as many that are one person's own
_STANDING = text("deleted_at IS NULL")

# `called` is a fingerprint of whose it is and what it is called: names are sealed, and yet each stands for one.
note_templates = scoped_table(
    "note_templates",
    Column("user_id", Uuid, nullable=False),
    Column("is_shared", Boolean, nullable=False),
    Column("called", Uuid, nullable=False),
    Column("title", Sealed(), nullable=False),
    Column("subjective", Sealed()),
    Column("objective", Sealed()),
    Column("assessment", Sealed()),
    Column("plan", Sealed()),
    moment("deleted_at"),
    *versioned(),
    reference("note_templates", "user_id", "users"),
)
Index(
    ONE_TITLE, note_templates.c.workspace_id, note_templates.c.called, unique=True, postgresql_where=_STANDING
)

snippets = scoped_table(
    "snippets",
    Column("user_id", Uuid, nullable=False),
    Column("is_shared", Boolean, nullable=False),
    Column("called", Uuid, nullable=False),
    Column("name", Sealed(), nullable=False),
    Column("text", Sealed(), nullable=False),
    moment("deleted_at"),
    *versioned(),
    reference("snippets", "user_id", "users"),
)
Index(ONE_NAME, snippets.c.workspace_id, snippets.c.called, unique=True, postgresql_where=_STANDING)


@row
class NoteTemplate:
    """What a note can begin with. It is the practice's when it is shared, else nobody sees it but its user."""

    id: UUID
    workspace_id: UUID
    user_id: UUID
    is_shared: bool
    title: str
    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None
    version: int
    created_at: datetime
    updated_at: datetime


@row
class Snippet:
    """A text that a note takes in by its name. It is the practice's when it is shared, else its user's alone."""

    id: UUID
    workspace_id: UUID
    user_id: UUID
    is_shared: bool
    name: str
    text: str
    version: int
    created_at: datetime
    updated_at: datetime


NOTE_TEMPLATE = Entity("note_template", note_templates, NoteTemplate)
SNIPPET = Entity("snippet", snippets, Snippet)


def alike(name: str) -> str:
    """Return a name as it is told from others: however it was typed, in whatever letter case."""
    return unicodedata.normalize("NFKC", name).casefold().strip()
