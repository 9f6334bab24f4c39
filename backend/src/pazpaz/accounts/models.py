"""Tables and rows of workspaces, users, their credentials, and magic links."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from pazpaz.core.db.audit import audit_events
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import (
    METADATA,
    Forgotten,
    choice,
    moment,
    one_of,
    reference,
    scoped_table,
    versioned,
)
from pazpaz.core.queue.jobs import Job

LINK_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
LINK = "magic-link"
CODE = "magic-link-code"
SEND_MAGIC_LINK = Job("send_magic_link")
SEND_INVITATION = Job("send_invitation")
SEND_NOTICE = Job("send_notice")
ANNOUNCE_DELETION = Job("announce_deletion")


class Locale(StrEnum):
    """Languages PazPaz speaks."""

    EN = "en"
    HE = "he"


class Role(StrEnum):
    """What a user may do in a workspace."""

    OWNER = "owner"
    THERAPIST = "therapist"
    ASSISTANT = "assistant"


OWNERS = (Role.OWNER,)
CLINICIANS = (Role.OWNER, Role.THERAPIST)
STAFF = tuple(Role)


class UserStatus(StrEnum):
    """Whether a user may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"
    REMOVED = "removed"


class CredentialKind(StrEnum):
    """How a user proves who they are."""

    SIGN_IN = "sign-in"
    TOKEN = "token"  # noqa: S105 (a word, not a secret)


class NoticeEvent(StrEnum):
    """What a user is told by mail, so that nobody changes their sign-in unnoticed."""

    FACTOR_ADDED = "factor-added"
    FACTOR_REMOVED = "factor-removed"
    RECOVERY_USED = "recovery-used"
    RECOVERY_RENEWED = "recovery-renewed"
    FACTORS_RESET = "factors-reset"
    NEW_DEVICE = "new-device"


class LinkPurpose(StrEnum):
    """What a magic link does."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"


workspaces = scoped_table(
    "workspaces",
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    choice("locale", Locale),
    Column("reply_to", Text),
    Column("reminder_sender_name", Text),
    Column("requires_second_factor", Boolean),  # null: as the deployment does
    *versioned(),
    moment("deletion_due_at"),
    moment("announced_due_at"),  # the deletion that its members were last told of
    moment("closed_at"),
    moment("erased_at"),
    UniqueConstraint("workspace_id", name="uq_workspaces_workspace_id"),
    CheckConstraint("id = workspace_id", name="own_workspace"),
    one_of("locale", Locale),
    Index(
        "ix_workspaces_deletion_due_at",
        "deletion_due_at",
        postgresql_where=text("deletion_due_at IS NOT NULL"),
    ),
    owned=False,
)

users = scoped_table(
    "users",
    Column("email", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    choice("role", Role),
    choice("status", UserStatus, server_default=UserStatus.ACTIVE.value),
    moment("invited_at"),
    moment("invitation_sent_at"),
    Column("has_second_factor", Boolean, nullable=False, server_default="false"),  # kept by a trigger
    moment("factors_reset_at"),
    *versioned(),
    UniqueConstraint("workspace_id", "email", name="uq_users_email"),
    CheckConstraint("email = lower(email)", name="email_lower"),
    one_of("role", Role),
    one_of("status", UserStatus),
    Index("ix_users_email", "email"),
    Index("ix_users_id", "id"),
    forgotten=Forgotten({"email": "id || '@deleted.invalid'", "full_name": "''", "invited_at": "NULL"}),
)

credentials = scoped_table(
    "credentials",
    Column("user_id", Uuid, nullable=False),
    choice("kind", CredentialKind),
    Column("role", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("name", Text),
    moment("created_at", now=True),
    moment("expires_at"),
    moment("idle_until"),
    moment("revoked_at"),
    moment("factor_at"),
    moment("locked_at"),
    reference("credentials", "user_id", "users"),
    one_of("kind", CredentialKind),
    CheckConstraint("kind <> 'sign-in' OR expires_at IS NOT NULL", name="sign_in_expires"),
    CheckConstraint("kind = 'sign-in' OR locked_at IS NULL", name="sign_in_locks"),
    Index("ix_credentials_hash", "hash"),
    Index("ix_credentials_user_id", "workspace_id", "user_id"),
    forgotten=Forgotten({"revoked_at": "coalesce(revoked_at, now())", "name": "NULL"}),
)

account_notices = scoped_table(
    "account_notices",
    Column("user_id", Uuid, nullable=False),
    choice("event", NoticeEvent),
    moment("created_at", now=True),
    moment("sent_at"),
    reference("account_notices", "user_id", "users"),
    one_of("event", NoticeEvent),
    Index("ix_account_notices_created_at", "created_at", postgresql_where=text("sent_at IS NULL")),
    Index("ix_account_notices_id", "id"),
)

known_devices = scoped_table(
    "known_devices",
    Column("user_id", Uuid, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    moment("seen_at", now=True),
    reference("known_devices", "user_id", "users"),
    UniqueConstraint("workspace_id", "user_id", "hash", name="uq_known_devices_hash"),
)

magic_links = Table(
    "magic_links",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    choice("purpose", LinkPurpose),
    Column("signup", JSONB),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("code_tries", Integer, nullable=False, server_default="0"),
    moment("created_at", now=True),
    moment("expires_at", nullable=False),
    moment("sent_at"),
    moment("used_at"),
    one_of("purpose", LinkPurpose),
    CheckConstraint("(purpose = 'sign_up') = (signup IS NOT NULL)", name="signup"),
    Index("ix_magic_links_expires_at", "expires_at"),
)


@row
class Workspace:
    """A practice: the home of its data; `deletion_due_at` says when it will be deleted, if nobody restores it."""

    id: UUID
    name: str
    timezone: str
    locale: Locale
    reply_to: str | None
    reminder_sender_name: str | None
    requires_second_factor: bool | None
    version: int
    created_at: datetime
    updated_at: datetime
    deletion_due_at: datetime | None

    def asks_for_factor(self, by_default: bool) -> bool:
        """Whether everybody here needs a second factor; one that has not decided does as the deployment does."""
        return by_default if self.requires_second_factor is None else self.requires_second_factor


@row
class User:
    """A person who signs in to a workspace."""

    id: UUID
    workspace_id: UUID
    email: str
    full_name: str
    role: Role
    status: UserStatus
    has_second_factor: bool
    version: int
    created_at: datetime
    updated_at: datetime


@row
class Credential:
    """A sign-in or an API token; the secret itself is not kept."""

    id: UUID
    user_id: UUID
    kind: CredentialKind
    name: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    factor_at: datetime | None


@row
class SignIn:
    """A sign-in as it stands, or an API token, which has neither an idle end nor a lock."""

    id: UUID
    kind: CredentialKind
    expires_at: datetime | None
    idle_until: datetime | None
    locked_at: datetime | None
    factor_at: datetime | None

    def is_locked(self, now: datetime) -> bool:
        """Whether it opens nothing until a second factor is proved."""
        return self.locked_at is not None or (self.idle_until is not None and self.idle_until <= now)


@row
class Notice:
    """Something a user is told by mail."""

    id: UUID
    user_id: UUID
    event: NoticeEvent


@row
class AuditEvent:
    """Who did what, when, to which row."""

    id: UUID
    workspace_id: UUID
    user_id: UUID | None
    action: str
    entity_type: str
    entity_id: UUID | None
    at: datetime
    request_id: UUID | None
    ip_prefix: str | None


WORKSPACE = Entity("workspace", workspaces, Workspace)
USER = Entity("user", users, User)
CREDENTIAL = Entity("credential", credentials, Credential)
SIGN_IN = Entity("credential", credentials, SignIn)
NOTICE = Entity("account_notice", account_notices, Notice)
AUDIT_EVENT = Entity("audit_event", audit_events, AuditEvent)
