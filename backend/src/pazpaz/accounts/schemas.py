"""What accounts take in and show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from pazpaz.accounts.models import Credential, Locale, Role, User, UserStatus, Workspace
from pazpaz.core.http.schemas import Body, Email, Name, TimeZone, unset

Token = Annotated[str, StringConstraints(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class SignUp(Body):
    """A new practice."""

    email: Email
    full_name: Name
    workspace_name: Name
    timezone: TimeZone
    locale: Locale


class MagicLink(Body):
    """Who wants to sign in."""

    email: Email


class Verify(Body):
    """A link's token, and what another browser than the asking one must add."""

    token: Token
    code: Code | None = Field(default=None, description="The digits the asking browser shows.")
    workspace_id: UUID | None = Field(
        default=None, description="Which practice, for an address that belongs to several."
    )


class MemberCreate(Body):
    """Somebody to invite."""

    email: Email
    full_name: Name
    role: Role


class MemberUpdate(Body):
    """Changes of a member; who is disabled is signed out everywhere at once."""

    full_name: Name = unset()
    role: Role = unset()
    status: Literal[UserStatus.ACTIVE, UserStatus.DISABLED] = unset()


class TokenCreate(Body):
    """A name to tell API tokens apart."""

    name: Name


class WorkspaceUpdate(Body):
    """The practice's settings."""

    name: Name = unset()
    timezone: TimeZone = unset()
    locale: Locale = unset()
    reply_to: Email | None = None
    reminder_sender_name: Name | None = None


@dataclass(frozen=True, slots=True)
class LinkSent:
    """The same answer for every address."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Whether the practice asks for one, whether the user has one, and when this sign-in proved it."""

    is_required: bool
    is_enrolled: bool
    proved_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and where."""

    user: User
    workspace: Workspace
    second_factor: SecondFactor


@dataclass(frozen=True, slots=True)
class TokenCreated:
    """A new API token; `token` is shown this once."""

    id: UUID
    name: str | None
    token: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CredentialList:
    """All of the user's API tokens, or sign-ins, that still work."""

    items: list[Credential]
    total: int
    next_cursor: str | None
