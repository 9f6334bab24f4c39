"""What an attempt at proving leaves behind whatever becomes of it: a try that counts, a challenge that is used up."""

from dataclasses import dataclass
from uuid import UUID

from pazpaz.accounts import queries as accounts
from pazpaz.core.db import audit
from pazpaz.core.db.actor import Actor
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.system import System
from pazpaz.factors import models, queries
from pazpaz.factors.errors import ChallengeOver, TooManyTries
from pazpaz.factors.models import Purpose


@dataclass(frozen=True, slots=True)
class Trial:
    """An attempt of an actor; each statement commits by itself."""

    system: System
    actor: Actor
    context: RequestContext

    async def count(self) -> None:
        """Count a try to guess a code; TooManyTries."""
        counted = await self.system.run(
            queries.COUNT_TRY,
            workspace=self.actor.workspace_id,
            user=self.actor.user_id,
            tries=models.TRIES,
            lifetime=models.TRIES_LIFETIME,
        )
        if not counted:
            raise TooManyTries

    async def challenge(self, challenge_id: UUID, purpose: Purpose) -> bytes:
        """Return what this sign-in's browser was asked to sign; the second time, and of twins to one, ChallengeOver."""
        used = await self.system.run(
            queries.USE_CHALLENGE,
            workspace=self.actor.workspace_id,
            user=self.actor.user_id,
            credential=self.actor.credential_id,
            id=challenge_id,
            purpose=purpose,
        )
        if not used:
            raise ChallengeOver
        return bytes(used[0]["challenge"])

    async def failed(self) -> None:
        """Record that it proved nothing."""
        await self.system.run(
            accounts.RECORD,
            entity_id=self.actor.user_id,
            workspace=self.actor.workspace_id,
            user=self.actor.user_id,
            **audit.parameters(self.context, "prove-failed", "user"),
        )
