"""Signing in by a passkey, without a mail: the key says who it is of, and in which practice."""

import asyncio
import secrets
from dataclasses import dataclass
from uuid import UUID

from pazpaz.accounts import queries as accounts
from pazpaz.accounts import service
from pazpaz.accounts.schemas import SignedIn
from pazpaz.accounts.service import Browser
from pazpaz.core.base import clock
from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import hashed
from pazpaz.core.base.turns import Threads
from pazpaz.core.db import audit
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.engine import Record
from pazpaz.core.db.system import System
from pazpaz.factors import models, passkeys, queries
from pazpaz.factors.errors import ChallengeOver, PasskeyNotValid
from pazpaz.factors.passkeys import Passkey, RefusedError, Site
from pazpaz.factors.schemas import Asked, PasskeySignIn, ProvedCredential


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose passkey signed, and its count before and after."""

    workspace_id: UUID
    user_id: UUID
    factor_id: UUID
    counted: int
    count: int


async def ask(system: System, site: Site, browser: str) -> Asked:
    """Return what this browser needs to find a passkey of anybody's; nothing is looked up."""
    challenge_id, challenge = new_id(), secrets.token_bytes(passkeys.CHALLENGE_BYTES)
    await system.run(
        queries.ASK_PASSKEY,
        id=challenge_id,
        challenge=challenge,
        browser_hash=hashed(browser),
        expires_at=clock.now() + models.CHALLENGE_LIFETIME,
    )
    return Asked(challenge_id, passkeys.request_options(site, challenge, []))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of a browser; each statement commits by itself, so that a challenge is used up whatever comes."""

    trial: System
    site: Site
    context: RequestContext
    threads: Threads

    async def signer(self, body: PasskeySignIn, browser: str | None) -> Signer:
        """Whose passkey signed what this browser was asked; ChallengeOver, PasskeyNotValid.

        One that nobody has takes the same way, with a key that nothing is signed by.
        """
        used = browser and await self.trial.run(
            queries.USE_PASSKEY_CHALLENGE, id=body.challenge_id, browser_hash=hashed(browser)
        )
        if not used:
            raise ChallengeOver
        found = await self._held(body.credential)
        known = passkeys.NOBODYS
        if found is not None:
            known = Passkey(found["passkey_id"], found["public_key"], found["sign_count"])
        try:
            count = await self._verified(bytes(used[0]["challenge"]), body.credential, known)
        except RefusedError:
            if found is not None:
                await self._failed(found["workspace_id"], found["user_id"])
            raise PasskeyNotValid from None
        if found is None:
            raise PasskeyNotValid
        return Signer(found["workspace_id"], found["user_id"], found["id"], found["sign_count"], count)

    async def _held(self, credential: ProvedCredential) -> Record | None:
        answer = credential.answer()
        try:
            ids = {"passkey_id": passkeys.answering(answer), "user": passkeys.holder(answer)}
        except RefusedError:
            return None
        rows = await self.trial.run(queries.PASSKEY_OF, **ids)
        return rows[0] if rows else None

    async def _verified(self, challenge: bytes, credential: ProvedCredential, known: Passkey) -> int:
        network = str(self.context.ip_prefix)  # nobody is known yet: networks take their turns
        try:
            async with asyncio.timeout(passkeys.VERIFY_SECONDS):
                return await self.threads.run(
                    network, passkeys.proved, self.site, challenge, credential.answer(), known
                )
        except TimeoutError:
            raise Unavailable from None

    async def _failed(self, workspace_id: UUID, user_id: UUID) -> None:
        await self.trial.run(
            accounts.RECORD,
            entity_id=user_id,
            workspace=workspace_id,
            user=user_id,
            **audit.parameters(self.context, "sign-in-failed", "user"),
        )


async def sign_in(
    system: System, settings: Settings, context: RequestContext, signer: Signer, browser: Browser
) -> tuple[SignedIn, str]:
    """Note the use and start a sign-in that has proved a second factor: the key has verified its holder."""
    held = await system.run(
        queries.COUNT_SIGNATURE,
        workspace=signer.workspace_id,
        user=signer.user_id,
        id=signer.factor_id,
        counted=signer.counted,
        count=signer.count,
    )
    if not held:  # of twins one; or the key or its holder has gone meanwhile
        raise PasskeyNotValid
    who = signer.workspace_id, signer.user_id
    return await service.enter(system, settings, context, who, browser, clock.now())
