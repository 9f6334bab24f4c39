"""HTTP of accounts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Cookie, Query, Response

from pazpaz.accounts import service
from pazpaz.accounts.errors import CodeRequired, CodeWrong, LinkNotValid, RoleNotAllowed
from pazpaz.accounts.models import LINK_LIFETIME, SESSION_LIFETIME, AuditEvent, Workspace
from pazpaz.accounts.schemas import (
    LinkSent,
    MagicLink,
    SignedIn,
    SignUp,
    TokenCreate,
    TokenCreated,
    TokenList,
    Verify,
    WorkspaceUpdate,
)
from pazpaz.core import clock
from pazpaz.core.answers import response as answer
from pazpaz.core.deps import (
    COOKIE,
    CurrentDb,
    CurrentSystem,
    IfMatch,
    ProcessResources,
    RequestOrigin,
    SameSite,
)
from pazpaz.core.errors import CrossSiteRequest, NotAuthenticated, NotFound, StaleVersion
from pazpaz.core.pagination import Cursor, CursorText, Limit, Page
from pazpaz.core.problems import responses
from pazpaz.core.resources import Resources
from pazpaz.core.routing import one_statement
from pazpaz.core.routing import router as feature_router
from pazpaz.core.schemas import Instant

BROWSER_COOKIE = "pazpaz_browser"
BrowserCookie = Annotated[str | None, Cookie(alias=BROWSER_COOKIE, include_in_schema=False)]

public = feature_router("sign-in", CrossSiteRequest)
router = feature_router("accounts", NotAuthenticated, CrossSiteRequest)


def _set_cookie(response: Response, resources: Resources, **cookie: Any) -> None:
    secure = resources.settings.public_url.startswith("https:")
    response.set_cookie(**cookie, httponly=True, secure=secure)


def _link_sent(resources: Resources, asked: service.AskedLink) -> Response:
    body = LinkSent(asked.code, clock.now() + LINK_LIFETIME)
    response = answer(body, 202)
    _set_cookie(
        response,
        resources,
        key=BROWSER_COOKIE,
        value=asked.browser_token,
        max_age=int(LINK_LIFETIME.total_seconds()),
        path="/api/v1/auth",
        samesite="strict",
    )
    return response


@public.post("/auth/signup", status_code=202, response_model=LinkSent)
async def sign_up(
    body: SignUp, system: CurrentSystem, resources: ProcessResources, _site: SameSite
) -> Response:
    """Mail a link that opens a new practice.

    The answer is the same whether or not the address is known. `code` is for opening the link in
    another browser than this one.
    """
    secret = resources.settings.secret_key.get_secret_value()
    asked = await service.ask_link(system, secret, body.email, body)
    return _link_sent(resources, asked)


@public.post("/auth/magic-link", status_code=202, response_model=LinkSent)
async def magic_link(
    body: MagicLink, system: CurrentSystem, resources: ProcessResources, _site: SameSite
) -> Response:
    """Mail a sign-in link, if the address is known; the answer does not tell."""
    secret = resources.settings.secret_key.get_secret_value()
    asked = await service.ask_link(system, secret, body.email)
    return _link_sent(resources, asked)


@public.post(
    "/auth/verify",
    response_model=SignedIn,
    responses=responses(LinkNotValid, CodeRequired, CodeWrong),
)
async def verify(
    body: Verify,
    system: CurrentSystem,
    resources: ProcessResources,
    origin: RequestOrigin,
    _site: SameSite,
    browser: BrowserCookie = None,
) -> Response:
    """Use a link up and set the session cookie.

    A link works once, for ten minutes. The browser that asked for it needs nothing more; another
    one adds `code`.
    """
    secret = resources.settings.secret_key.get_secret_value()
    await service.admit(resources.system(together=False), secret, body, browser)
    signed_in, token = await service.verify(system, resources.keys, origin, body)
    response = answer(signed_in, 200)
    _set_cookie(
        response,
        resources,
        key=COOKIE,
        value=token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        samesite="lax",
    )
    return response


@router.post("/auth/logout", status_code=204, response_model=None)
@one_statement
async def logout(db: CurrentDb) -> Response:
    """End this sign-in (or API token); it does not work on the next request."""
    await service.sign_out(db)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


@router.get("/auth/me")
async def me(db: CurrentDb) -> SignedIn:
    """Who is signed in, and where."""
    return await service.me(db)


@router.post("/auth/tokens", status_code=201)
@one_statement
async def create_token(body: TokenCreate, db: CurrentDb) -> TokenCreated:
    """Make an API token; it is shown this once."""
    return await service.create_token(db, body.name)


@router.get("/auth/tokens")
async def list_tokens(db: CurrentDb) -> TokenList:
    """Your API tokens that still work."""
    return await service.list_tokens(db)


@router.delete("/auth/tokens/{token_id}", status_code=204, responses=responses(NotFound))
@one_statement
async def delete_token(token_id: UUID, db: CurrentDb) -> None:
    """Revoke one of your API tokens; it does not work on the next request."""
    await service.revoke_token(db, token_id)


@router.get("/workspace")
async def read_workspace(db: CurrentDb) -> Workspace:
    """The practice's settings."""
    return await service.read_workspace(db)


@router.put("/workspace", responses=responses(StaleVersion))
@one_statement
async def change_workspace(body: WorkspaceUpdate, db: CurrentDb, version: IfMatch) -> Workspace:
    """Change the practice's settings; a field left out stays."""
    return await service.change_workspace(db, body, version)


@router.get("/audit-events", responses=responses(RoleNotAllowed))
async def list_audit_events(
    db: CurrentDb,
    entity_type: Annotated[str | None, Query(max_length=50)] = None,
    entity_id: UUID | None = None,
    user_id: UUID | None = None,
    action: Annotated[str | None, Query(max_length=50, description="Such as `session.read`.")] = None,
    since: Annotated[Instant | None, Query(alias="from")] = None,
    until: Annotated[Instant | None, Query(alias="to")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Page[AuditEvent]:
    """Who did what, newest first; ids only. For owners."""
    filters = {
        "entity_type": entity_type,
        "entity_id": entity_id,
        "user_id": user_id,
        "action": action,
        "from": since,
        "to": until,
    }
    return await service.list_events(db, filters, limit=limit, cursor=Cursor.of(cursor))
