"""What accounts tell the guards."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from fastapi import FastAPI

from pazpaz.accounts import service
from pazpaz.accounts.models import LINK
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import derived_token, hashed
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.statements import Statement
from pazpaz.core.process.ratelimit import Limit
from pazpaz.core.process.resources import Resources
from tests.support import stack
from tests.support.case import EVERYONE, NOBODY, OWNER, Call, Case, Ids, Shelf, Step, Try
from tests.support.practice import Practice

_LINK_OF = Statement.of("SELECT id FROM magic_links WHERE email = %(email)s::text ORDER BY id DESC LIMIT 1")
DEVICE = {"pazpaz_device": "d" * 43}  # one that is not new the second time
MEMBER = "member, user, removed member"
VOLATILE = ("id", "email", "created_at", "updated_at")
_LINKED = ("code", "expires_at")


def invitation(email: str) -> dict[str, object]:
    """The body of an invitation."""
    return {"email": email, "full_name": "Noa Mizrahi", "role": "assistant"}


def _sign_up(email: str) -> dict[str, object]:
    names = {"email": email, "full_name": "N", "workspace_name": "W"}
    return {**names, "timezone": "Asia/Jerusalem", "locale": "he"}


def _verify(ids: Ids) -> Iterator[Try]:
    body = {"token": ids["own link"], "workspace_id": ids["workspace"]}
    yield Try(Call("POST", "/auth/verify", body, cookies={"pazpaz_browser": ids["own browser"]}), 401)


CASES = (
    Case(  # no workspace exists before the link is used
        "POST /auth/signup", NOBODY, (), body=_sign_up("new@example.org"),
        mine=lambda i: _sign_up(i["email"]), volatile=_LINKED,
    ),
    Case(  # nobody has shown to be anyone, and nothing was looked up
        "POST /auth/magic-link", NOBODY, (), body=lambda i: {"email": i["email"]}, volatile=_LINKED,
    ),
    Case(
        "POST /auth/verify", NOBODY, "user.sign-in", body=lambda i: {"token": i["link"]},
        cookies=lambda i: {"pazpaz_browser": i["browser"], **DEVICE}, stranger=_verify,
        statements=8,  # the link, its use, the address held, its users, a sign-in, its event, the answer, the browser
    ),
    Case(
        "POST /auth/lock", EVERYONE, "credential.read", limit=Limit.OWN,  # an API token has no lock
        statements=2,  # of a token nothing changes, and it is looked at
    ),
    Case("POST /auth/logout", EVERYONE, "credential.sign-out", limit=Limit.OWN, ends=True),
    Case(
        "POST /auth/tokens", EVERYONE, "credential.create", body={"name": "phone"},
        statements=2,  # what its sign-in has proved is looked at first
    ),
    Case("GET /auth/tokens", EVERYONE, "credential.list"),
    Case(
        "DELETE /auth/tokens/{token_id}", EVERYONE, "credential.revoke", "token, revoked token", limit=Limit.OWN,
    ),
    Case("GET /auth/sign-ins", EVERYONE, "credential.list"),
    Case(
        "DELETE /auth/sign-ins/{sign_in_id}", EVERYONE, "credential.revoke", "sign-in, ended sign-in",
        limit=Limit.OWN,
    ),
    Case(
        "POST /members", OWNER, "user.create", body=lambda _: invitation(f"{new_id()}@example.org"),
        volatile=VOLATILE, statements=2,  # who has the address is looked at first
    ),
    Case("GET /members", EVERYONE, "user.list", params={"limit": "100"}),  # an appointment names its therapist
    Case(
        "PUT /members/{member_id}", OWNER, "user.update", MEMBER, body={"full_name": "B", "role": "assistant"},
        limit=Limit.OWN, statements=2,  # the member is held first
    ),
    Case("GET /workspace", EVERYONE, "workspace.read"),
    Case("PUT /workspace", OWNER, "workspace.update", body={"name": "New name"}),
    Case(  # nothing was to be taken back, which takes a look
        "POST /workspace/restore", OWNER, "workspace.read", needs="everything", statements=2,
    ),
    Case(
        "DELETE /workspace", OWNER, "workspace.delete", needs="everything", ends=True,
        statements=2,  # one statement, and a look when it is being deleted already
    ),
    Case(
        "GET /audit-events", OWNER, "audit_event.list", filters="user_id=user, entity_id=draft, entity_id=client",
        volatile=("total",), tells=True,  # listing them writes one, so that their total grows by itself
    ),
)  # fmt: skip


async def ask_link(app: FastAPI, email: str) -> tuple[str, str]:
    """A usable magic link: its token, and the cookie of the browser that asked."""
    resources: Resources = app.state.resources
    system, secret = resources.system(), resources.settings.secret_key.get_secret_value()
    asked = await service.ask_link(system, secret, email)
    link_id: UUID = (await system.transaction.fetch(_LINK_OF.sql, [email]))[0]["id"]
    await system.transaction.commit()
    return derived_token(secret, LINK, link_id), asked.browser_token


async def sign_in(app: FastAPI, practice: Practice) -> str:
    """A fresh browser session of the practice's user; returns the cookie's value."""
    resources: Resources = app.state.resources
    system = resources.system()
    token = await service.start_sign_in(
        system, resources.settings, RequestContext(new_id()), practice.workspace_id, practice.user_id
    )
    await system.transaction.commit()
    await _proved(app, token)
    return token


async def _proved(app: FastAPI, token: str) -> None:
    """As if the sign-in had proved a second factor; the referee may say so, nobody else."""
    referee = await asyncpg.connect(referee_url(app))
    await referee.execute("UPDATE credentials SET factor_at = now() WHERE hash = $1", hashed(token))
    await referee.close()


def referee_url(app: FastAPI) -> str:
    """The superuser's address of the application's database."""
    resources: Resources = app.state.resources
    database = urlsplit(resources.settings.database_url.get_secret_value()).path.lstrip("/")
    return getattr(app.state, "referee_url", None) or stack.superuser_url(database)


async def _tokens(shelf: Shelf) -> dict[str, str]:
    name = {"name": shelf.ids["word"]}
    tokens = [(await shelf.practice.post("/auth/tokens", name)).json() for _ in range(2)]
    await shelf.practice.delete(f"/auth/tokens/{tokens[1]['id']}")
    return {"token": tokens[0]["id"], "revoked token": tokens[1]["id"]}


async def _members(shelf: Shelf) -> dict[str, str]:
    """Two invited therapists; the second was removed."""
    mark, ids = shelf.ids["word"], []
    for number in range(2):
        body = {"email": f"{mark}-{number}@example.org", "full_name": f"{mark} כהן", "role": "therapist"}
        ids.append((await shelf.practice.post("/members", body)).json()["id"])
    await shelf.practice.delete(f"/members/{ids[1]}")
    return {"member": ids[0], "removed member": ids[1]}


async def _sign_ins(shelf: Shelf) -> dict[str, str]:
    """Two browser sessions of the practice's user; the second was ended."""
    for _ in range(2):
        await sign_in(shelf.app, shelf.practice)
    items = (await shelf.practice.get("/auth/sign-ins")).json()["items"]
    ended, kept = [item["id"] for item in items[:2]]
    await shelf.practice.delete(f"/auth/sign-ins/{ended}")
    return {"sign-in": kept, "ended sign-in": ended}


async def _link(shelf: Shelf) -> dict[str, str]:
    link, browser = await ask_link(shelf.app, shelf.practice.email)
    return {"link": link, "browser": browser}


STEPS = (
    Step("token, revoked token", _tokens, personal=True),
    Step("member, removed member", _members),
    Step("sign-in, ended sign-in", _sign_ins, personal=True),
    Step("link, browser", _link),
)
