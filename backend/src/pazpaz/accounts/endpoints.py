"""HTTP of accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from pazpaz.accounts import allowances, closing, credentials, members, service
from pazpaz.accounts.browsers import (
    BrowserCookie,
    DeviceCookie,
    EarlierCookie,
    bound,
    entered,
    kept_browser,
)
from pazpaz.accounts.devices import Device
from pazpaz.accounts.errors import (
    CodeRequired,
    CodeWrong,
    LastOwner,
    LinkNotValid,
    MemberExists,
)
from pazpaz.accounts.models import LINK_LIFETIME, OWNERS, STAFF, AuditEvent, CredentialKind, User, Workspace
from pazpaz.accounts.schemas import (
    CredentialList,
    LinkSent,
    MagicLink,
    MemberCreate,
    MemberUpdate,
    SignedIn,
    SignUp,
    TokenCreate,
    TokenCreated,
    Verify,
    WorkspaceUpdate,
)
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.base import clock
from pazpaz.core.base.config import Settings
from pazpaz.core.db.pagination import Page
from pazpaz.core.http.answers import response as answer
from pazpaz.core.http.deps import (
    COOKIE,
    AutocommitSystem,
    CurrentContext,
    CurrentDb,
    CurrentLimiter,
    CurrentPaging,
    CurrentSettings,
    CurrentSystem,
    IfMatch,
    NewKeys,
    SameSite,
)
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.http.schemas import Instant
from pazpaz.core.process.ratelimit import Limit

public = feature_router("sign-in")
router = feature_router("accounts")


def _link_sent(settings: Settings, asked: service.AskedLink) -> Response:
    response = answer(LinkSent(asked.code, clock.now() + LINK_LIFETIME), 202)
    return bound(response, settings, asked.browser_token)


@public.post("/auth/signup", status_code=202, response_model=LinkSent)
@policy(roles=(), audit=())
async def sign_up(
    body: SignUp,
    system: CurrentSystem,
    settings: CurrentSettings,
    limiter: CurrentLimiter,
    context: CurrentContext,
    _site: SameSite,
    device: DeviceCookie = None,
    browser: BrowserCookie = None,
) -> Response:
    """Mail a link that opens a new practice.

    The answer is the same whether or not the address is known. `code` is for opening the link in
    another browser than this one.
    """
    await allowances.allow_sign_up(limiter, settings, context)
    await allowances.allow_link(limiter, settings, context, body.email, Device.of(device))
    secret = settings.secret_key.get_secret_value()
    asked = await service.ask_link(system, secret, body.email, body, kept_browser(browser))
    return _link_sent(settings, asked)


@public.post("/auth/magic-link", status_code=202, response_model=LinkSent)
@policy(roles=(), audit=())
async def magic_link(
    body: MagicLink,
    system: CurrentSystem,
    settings: CurrentSettings,
    limiter: CurrentLimiter,
    context: CurrentContext,
    _site: SameSite,
    device: DeviceCookie = None,
    browser: BrowserCookie = None,
) -> Response:
    """Mail a sign-in link, if the address is known; the answer does not tell."""
    await allowances.allow_link(limiter, settings, context, body.email, Device.of(device))
    secret = settings.secret_key.get_secret_value()
    asked = await service.ask_link(system, secret, body.email, browser=kept_browser(browser))
    return _link_sent(settings, asked)


@public.post("/auth/verify", response_model=SignedIn)
@policy(
    roles=(),
    audit=("user.sign-in", "workspace.create", "credential.sign-out"),
    problems=(LinkNotValid, CodeRequired, CodeWrong),
)
async def verify(
    body: Verify,
    system: CurrentSystem,
    trial: AutocommitSystem,
    settings: CurrentSettings,
    keys: NewKeys,
    context: CurrentContext,
    _site: SameSite,
    browser: BrowserCookie = None,
    device: DeviceCookie = None,
    earlier: EarlierCookie = None,
) -> Response:
    """Use a link up and set the sign-in cookie. The browser's earlier sign-in ends.

    A link works once, for ten minutes. The browser that asked for it needs nothing more; another
    one adds `code`. `second_factor` says whether something more is to be proved before anything else.
    """
    secret = settings.secret_key.get_secret_value()
    await service.admit(trial, secret, context, body, browser)
    known = Device.of(device)
    this = service.Browser(known.token, earlier)
    signed_in, token = await service.verify(system, keys, settings, context, body, this)
    return entered(settings, signed_in, token, known)


@router.post("/auth/logout", status_code=204, response_model=None)
@policy(
    roles=STAFF,
    limit=Limit.OWN,
    audit=("credential.sign-out",),
    one_statement=True,
    factor=False,
    while_locked=True,
)
async def logout(db: CurrentDb) -> Response:
    """End this sign-in (or API token); it does not work on the next request."""
    await credentials.sign_out(db)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


@router.post("/auth/lock", status_code=204)
@policy(
    roles=STAFF,
    limit=Limit.OWN,
    audit=("credential.lock", "credential.read"),
    one_statement=True,
    factor=False,
    while_locked=True,
)
async def lock(db: CurrentDb) -> None:
    """Lock this sign-in: it opens nothing until `POST /auth/prove`, as after the idle time.

    Locking it again changes nothing. Nor does locking an API token, which has no lock.
    """
    await credentials.lock(db)


@router.post("/auth/tokens", status_code=201)
@policy(roles=STAFF, audit=("credential.create",), one_statement=True, step_up=True)
async def create_token(body: TokenCreate, db: CurrentDb) -> TokenCreated:
    """Make an API token; it is shown this once."""
    return await credentials.create_token(db, body.name)


@router.get("/auth/tokens")
@policy(roles=STAFF, audit=("credential.list",))
async def list_tokens(db: CurrentDb) -> CredentialList:
    """Your API tokens that still work."""
    return await credentials.list_credentials(db, CredentialKind.TOKEN)


@router.delete("/auth/tokens/{token_id}", status_code=204)
@policy(roles=STAFF, limit=Limit.OWN, audit=("credential.revoke",), one_statement=True)
async def delete_token(token_id: UUID, db: CurrentDb) -> None:
    """Revoke one of your API tokens; it does not work on the next request."""
    await credentials.revoke(db, token_id, CredentialKind.TOKEN)


@router.get("/auth/sign-ins")
@policy(roles=STAFF, audit=("credential.list",))
async def list_sign_ins(db: CurrentDb) -> CredentialList:
    """Your browsers that are signed in."""
    return await credentials.list_credentials(db, CredentialKind.SIGN_IN)


@router.delete("/auth/sign-ins/{sign_in_id}", status_code=204)
@policy(roles=STAFF, limit=Limit.OWN, audit=("credential.revoke",), one_statement=True)
async def end_sign_in(sign_in_id: UUID, db: CurrentDb) -> None:
    """Sign one of your browsers out; it is out on the next request."""
    await credentials.revoke(db, sign_in_id, CredentialKind.SIGN_IN)


@router.post("/members", status_code=201)
@policy(roles=OWNERS, audit=("user.create",), step_up=True, problems=(MemberExists,))
async def invite_member(
    body: MemberCreate, db: CurrentDb, limiter: CurrentLimiter, settings: CurrentSettings
) -> User:
    """Invite somebody; a mail tells them where to sign in. One address is mailed a few times a day at most."""
    is_mailed = await allowances.allow_invitation(limiter, settings, db.actor.workspace_id, body.email)
    return await members.invite(db, body, is_mailed=is_mailed)


@router.get("/members")
@policy(roles=STAFF, audit=("user.list",))
async def list_members(db: CurrentDb, paging: CurrentPaging) -> Page[User]:
    """The practice's people, newest first."""
    return await members.list_page(db, paging)


@router.put("/members/{member_id}")
@policy(roles=OWNERS, limit=Limit.OWN, audit=("user.update",), step_up=True, problems=(LastOwner,))
async def change_member(member_id: UUID, body: MemberUpdate, db: CurrentDb, version: IfMatch) -> User:
    """Change name, role or status; it counts from their next request on."""
    return await members.change(db, member_id, body, version)


@router.get("/workspace")
@policy(roles=STAFF, audit=("workspace.read",))
async def read_workspace(db: CurrentDb) -> Workspace:
    """The practice's settings."""
    return await service.read_workspace(db)


@router.put("/workspace")
@policy(roles=OWNERS, audit=("workspace.update",), one_statement=True)
async def change_workspace(body: WorkspaceUpdate, db: CurrentDb, version: IfMatch) -> Workspace:
    """Change the practice's settings; a field left out stays."""
    return await service.change_workspace(db, body, version)


@router.get("/audit-events")
@policy(roles=OWNERS, audit=("audit_event.list",))
async def list_audit_events(
    db: CurrentDb,
    paging: CurrentPaging,
    entity_type: Annotated[str | None, Query(max_length=50)] = None,
    entity_id: UUID | None = None,
    user_id: UUID | None = None,
    action: Annotated[str | None, Query(max_length=50, description="Such as `session.read`.")] = None,
    since: Annotated[Instant | None, Query(alias="from")] = None,
    until: Annotated[Instant | None, Query(alias="to")] = None,
) -> Page[AuditEvent]:
    """Who did what, newest first; ids only. For owners."""
    filters = {
        "of_type": entity_type,
        "entity_id": entity_id,
        "user_id": user_id,
        "of_action": action,
        "from": since,
        "to": until,
    }
    return await service.list_events(db, filters, paging)


@router.delete("/workspace", status_code=202)
@policy(roles=OWNERS, audit=("workspace.delete", "workspace.read"), one_statement=True, step_up=True)
async def delete_workspace(db: CurrentDb, settings: CurrentSettings, version: IfMatch) -> Workspace:
    """Delete the practice for good, in seven days (`deletion_due_at`).

    Until then everything works as before, reminders too, and `POST /workspace/restore` takes it back; all
    members are told by mail. After it nobody can read anything of the practice, in backups neither.
    """
    days = AccountSettings.of(settings).workspace_deletion_days
    return await closing.schedule(db, days, version)


@router.post("/workspace/restore")
@policy(roles=OWNERS, audit=("workspace.restore", "workspace.read"), one_statement=True)
async def restore_workspace(db: CurrentDb, version: IfMatch) -> Workspace:
    """Take the deletion of the practice back; all members are told by mail."""
    return await closing.restore(db, version)
