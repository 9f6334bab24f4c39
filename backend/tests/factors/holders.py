"""What a person with second factors does."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from pazpaz.accounts import notices
from pazpaz.core.base import clock
from tests.accounts.mailbox import Person
from tests.core.problem import problem_of
from tests.support.authenticator import Authenticator
from tests.support.practice import API, browser


@dataclass
class Holder(Person):
    """Someone with a browser, a mailbox, and what they set up."""

    secret: bytes = b""
    recovery_codes: list[str] = field(default_factory=list)

    async def send(self, method: str, path: str, json: object = None) -> httpx.Response:
        """Any request of this browser."""
        return await self.http.request(method, f"{API}{path}", json=json)

    async def did(self, method: str, path: str, json: object = None) -> dict[str, Any]:
        """The same, which must succeed."""
        answer = await self.send(method, path, json)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def code(self, step: int = 0, at: datetime | None = None) -> str:
        """What the app shows, so many steps from now."""
        moment = int((at or clock.now()).timestamp()) + 30 * step
        return TOTP(self.secret, 6, SHA1(), 30, enforce_key_length=False).generate(moment).decode()

    async def add_app(self) -> dict[str, Any]:
        """Set an authenticator app up; its first code is that of the step before, so that more are left."""
        made = await self.did("POST", "/auth/factors/totp", {"name": "phone"})
        self.secret = base64.b32decode(made["secret"])
        body = {"code": self.code(-1)}
        enrolled = await self.did("POST", f"/auth/factors/totp/{made['id']}/confirm", body)
        self.recovery_codes = enrolled["recovery_codes"] or self.recovery_codes
        return enrolled

    async def add_passkey(self, device: Authenticator, name: str = "laptop") -> dict[str, Any]:
        """Have the browser make a passkey."""
        asked = await self.did("POST", "/auth/factors/passkeys/options")
        body = {"challenge_id": asked["challenge_id"], "name": name}
        made = await self.did(
            "POST", "/auth/factors/passkeys", {**body, "credential": device.create(asked["public_key"])}
        )
        self.recovery_codes = made["recovery_codes"] or self.recovery_codes
        return made

    async def sign_by(self, device: Authenticator) -> dict[str, Any]:
        """The body of a proof by a passkey."""
        asked = await self.did("POST", "/auth/prove/options")
        return {"challenge_id": asked["challenge_id"], "credential": device.sign(asked["public_key"])}

    async def prove(self, **body: Any) -> httpx.Response:
        """Try to prove."""
        return await self.send("POST", "/auth/prove", body)

    async def standing(self) -> dict[str, Any]:
        """Where this sign-in stands."""
        found: dict[str, Any] = (await self.did("GET", "/auth/me"))["second_factor"]
        return found

    async def sign_in(self) -> None:
        """Come back with a new link, in this browser."""
        await self.ask()
        assert (await self.verify()).status_code == 200

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator["Holder"]:
        """The same person, signed in in another browser."""
        app = self.http._transport.app  # type: ignore[attr-defined]
        async with browser(app) as http:
            again = Holder(http, self.resources, self.referee, self.email, self.secret, self.recovery_codes)
            await again.sign_in()
            yield again

    async def grow_old(self, minutes: int = 11) -> None:
        """Let time pass since the sign-ins and proofs of this address, for every process."""
        await self.referee.execute(
            "UPDATE credentials SET created_at = created_at - $2 * interval '1 minute',"
            " factor_at = factor_at - $2 * interval '1 minute'"
            " WHERE user_id IN (SELECT id FROM users WHERE email = $1)", self.email, minutes,
        )  # fmt: skip
        app = self.http._transport.app  # type: ignore[attr-defined]
        app.state.actors._known.clear()

    async def told(self) -> list[EmailMessage]:
        """The notices by mail so far, oldest first."""
        rows = await self.referee.fetch(
            "SELECT n.id FROM account_notices AS n JOIN users AS u ON u.id = n.user_id WHERE email = $1 ORDER BY n.id",
            self.email,
        )
        for row in rows:
            await notices.send_notice(self.resources, row["id"])
        return [m.message for m in self.mails() if str(m.message["Message-ID"]).startswith("<notice-")]

    async def events(self) -> list[str]:
        """The actions that the audit log has of this person's, oldest first."""
        rows = await self.referee.fetch(
            "SELECT action FROM audit_events WHERE user_id IN (SELECT id FROM users WHERE email = $1) ORDER BY id",
            self.email,
        )
        return [row["action"] for row in rows]


def refused(answer: httpx.Response, slug: str, status: int = 403) -> None:
    """It was refused for this reason."""
    problem_of(answer, status, slug)
