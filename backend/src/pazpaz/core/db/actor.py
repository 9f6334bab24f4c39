"""Who acts on the data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

SYSTEM_ROLE = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user of a workspace, in a role, through one sign-in or token; or a job, as nobody.

    `lacks_factor`: a second factor is due that was not proved. `proved_at`: when they last proved who they are.
    `is_locked`: a sign-in that was idle for too long, or locked by its holder, and not proved since.
    """

    workspace_id: UUID
    user_id: UUID | None
    credential_id: UUID | None
    role: str
    lacks_factor: bool = True
    proved_at: datetime | None = None
    is_locked: bool = True


def somebody(found: UUID | None) -> UUID:
    """Return an actor's id of a request, which always has one."""
    if found is None:
        raise RuntimeError("a job acts as nobody")
    return found
