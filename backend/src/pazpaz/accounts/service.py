"""Use cases of accounts: signing up, signing in and out, API tokens, the workspace's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from pazpaz.accounts import queries
from pazpaz.accounts.errors import CodeRequired, CodeWrong, LinkNotValid
from pazpaz.accounts.models import (
    CODE,
    CODE_TRIES,
    LINK,
    LINK_LIFETIME,
    SEND_MAGIC_LINK,
    SEND_NOTICE,
    USER,
    WORKSPACE,
    AuditEvent,
    CredentialKind,
    LinkPurpose,
    NoticeEvent,
    User,
    Workspace,
)
from pazpaz.accounts.schemas import (
    SecondFactor,
    SignedIn,
    SignUp,
    Verify,
    WorkspaceUpdate,
)
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.base import clock
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import derived_code, derived_token, hashed, is_token, new_token, same
from pazpaz.core.db import audit
from pazpaz.core.db.actor import Actor
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.engine import Record
from pazpaz.core.db.handle import Db
from pazpaz.core.db.keys import KeyMaker
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.core.db.system import System
from pazpaz.core.process.resources import Resources


async def authenticate(resources: Resources, token_hash: bytes, *, is_used: bool = True) -> Actor | None:
    """Return the actor of a hashed token or cookie; a sign-in in use is kept from locking; an idle one is locked."""
    minutes = AccountSettings.of(resources.settings).sign_in_idle_minutes
    found = await resources.run(
        queries.ACTOR_OF_TOKEN,
        hash=token_hash,
        idle_minutes=minutes,
        is_used=is_used,
        is_required=AccountSettings.of(resources.settings).requires_second_factor,
    )
    return Actor(**found[0]) if found else None


@dataclass(frozen=True, slots=True)
class AskedLink:
    """What the asking browser gets: a binding cookie, and the code for another device."""

    browser_token: str
    code: str


async def ask_link(
    system: System, secret: bytes, email: str, signup: SignUp | None = None, browser: str | None = None
) -> AskedLink:
    """Have a link mailed. Known and unknown addresses cost and answer the same: nothing is looked up here."""
    link_id, browser = new_id(), browser or new_token()
    await _insert_link(system, secret, link_id, email, browser, signup)
    system.enqueue(SEND_MAGIC_LINK, link_id)
    return AskedLink(browser, derived_code(secret, CODE, link_id))


async def make_link(system: System, secret: bytes, email: str) -> tuple[str, str]:
    """Return a sign-in link's token and code for the operator, without a mail."""
    link_id = new_id()
    await _insert_link(system, secret, link_id, email, new_token(), None)
    await system.run(queries.LINK_SENT, id=link_id)
    return derived_token(secret, LINK, link_id), derived_code(secret, CODE, link_id)


async def _insert_link(
    system: System, secret: bytes, link_id: UUID, email: str, browser: str, signup: SignUp | None
) -> None:
    await system.run(
        queries.INSERT_LINK,
        id=link_id,
        email=email.lower(),
        purpose=LinkPurpose.SIGN_UP if signup else LinkPurpose.SIGN_IN,
        signup=signup and signup.model_dump_json(),
        token_hash=hashed(derived_token(secret, LINK, link_id)),
        browser_hash=hashed(browser),
        expires_at=clock.now() + LINK_LIFETIME,
    )


@dataclass(frozen=True, slots=True)
class Browser:
    """Who signs in by it: its device token, and the token of the sign-in it has had so far."""

    device: str
    earlier: str | None = None


async def admit(
    trial: System, secret: bytes, context: RequestContext, body: Verify, browser_token: str | None
) -> None:
    """Let the asking browser through, and any other with the code. Tries count even when they fail."""
    token_hash = hashed(body.token)
    found = await trial.run(queries.FIND_LINK, token_hash=token_hash)
    if not found:
        raise LinkNotValid
    link = found[0]
    if browser_token is not None and hashed(browser_token) == link["browser_hash"]:
        return
    if body.code is None:
        raise CodeRequired
    counted = await trial.run(queries.COUNT_TRY, token_hash=token_hash, tries=CODE_TRIES)
    if counted and same(body.code, derived_code(secret, CODE, link["id"])):
        return
    event = audit.parameters(context, "sign-in-failed", "user")
    await trial.run(queries.RECORD_FAILED, email=link["email"], **event)
    raise CodeWrong if counted else LinkNotValid


async def verify(
    system: System,
    keys: KeyMaker,
    settings: Settings,
    context: RequestContext,
    body: Verify,
    browser: Browser,
) -> tuple[SignedIn, str]:
    """Use the link up and sign in; returns who is in, and the token of the sign-in."""
    used = await system.run(queries.USE_LINK, token_hash=hashed(body.token))
    if not used:
        raise LinkNotValid
    link = used[0]
    who = await _account_of(system, keys, context, link, body.workspace_id)
    return await enter(system, settings, context, who, browser)


async def enter(
    system: System,
    settings: Settings,
    context: RequestContext,
    who: tuple[UUID, UUID],
    browser: Browser,
    factor_at: datetime | None = None,
) -> tuple[SignedIn, str]:
    """Sign a user of a workspace in, instead of whoever was in this browser; they have shown who they are."""
    workspace_id, user_id = who
    await _end_earlier(system, context, browser.earlier)
    token = await start_sign_in(system, settings, context, workspace_id, user_id, factor_at)
    row = (await system.run(queries.SIGNED_IN, workspace=workspace_id, user=user_id))[0]
    user: User = USER.codec.decode([row[f"u_{name}"] for name in USER.codec.fields], None)
    workspace: Workspace = WORKSPACE.codec.decode([row[f"w_{name}"] for name in WORKSPACE.codec.fields], None)
    await _meet(system, browser.device, workspace_id, user_id)
    return SignedIn(user, workspace, standing(settings, user, workspace, factor_at)), token


async def _end_earlier(system: System, context: RequestContext, token: str | None) -> None:
    if token is None or not is_token(token):
        return
    for ended in await system.run(queries.END_EARLIER, hash=hashed(token)):
        await _record(system, context, "sign-out", "credential", **ended)


def standing(
    settings: Settings, user: User, workspace: Workspace, proved_at: datetime | None
) -> SecondFactor:
    """Where somebody stands with second factors."""
    is_required = workspace.asks_for_factor(AccountSettings.of(settings).requires_second_factor)
    return SecondFactor(is_required, user.has_second_factor, proved_at)


async def _meet(system: System, device: str, workspace_id: UUID, user_id: UUID) -> None:
    """Tell the user when they came by a browser that they had not come by before."""
    whose = {"workspace": workspace_id, "user": user_id}
    met = await system.run(queries.MEET_DEVICE, id=new_id(), hash=hashed(device), **whose)
    if met[0]["is_new"]:
        await give_notice(system, NoticeEvent.NEW_DEVICE, workspace_id, user_id)


async def give_notice(system: System, event: NoticeEvent, workspace_id: UUID, user_id: UUID) -> None:
    """Have a user told by mail."""
    notice_id = new_id()
    await system.run(queries.ADD_NOTICE, id=notice_id, event=event, workspace=workspace_id, user=user_id)
    system.enqueue(SEND_NOTICE, notice_id)


async def reset_factors(system: System, context: RequestContext, workspace_id: UUID, user_id: UUID) -> None:
    """Take a user's second factors away for the operator: they sign in anew, and set new ones up."""
    await system.run(queries.RESET_FACTORS, workspace=workspace_id, user=user_id)
    await _record(system, context, "reset-factors", "user", user_id, user_id, workspace_id)
    await give_notice(system, NoticeEvent.FACTORS_RESET, workspace_id, user_id)


async def _account_of(
    system: System, keys: KeyMaker, context: RequestContext, link: Any, wanted: UUID | None
) -> tuple[UUID, UUID]:
    """Return the user a link signs in; a sign-up makes a new workspace unless the address already owns one."""
    # Two links of one address used at once must not both open a practice.
    await system.run(queries.HOLD_EMAIL, email=link["email"])
    found = await users_of(system, link["email"])
    if link["purpose"] == LinkPurpose.SIGN_UP and not any(u["role"] == "owner" for u in found):
        signup = SignUp.model_validate(orjson.loads(link["signup"]))
        return await create_workspace(system, keys, context, signup)
    chosen = [u for u in found if wanted in (None, u["workspace_id"])]
    if not chosen:
        raise LinkNotValid
    return chosen[0]["workspace_id"], chosen[0]["id"]


async def create_workspace(
    system: System, keys: KeyMaker, context: RequestContext, signup: SignUp
) -> tuple[UUID, UUID]:
    """Return a new workspace with its data key and its owner; returns both ids."""
    workspace_id, user_id = new_id(), new_id()
    key = await keys.new_wrapped(workspace_id, 1)
    await system.run(
        queries.CREATE_WORKSPACE,
        workspace=workspace_id,
        name=signup.workspace_name,
        timezone=signup.timezone,
        locale=signup.locale,
        key_id=new_id(),
        wrapped=key.wrapped,
        kek_id=key.kek_id,
        erasure_id=key.erasure_id,
        user=user_id,
        email=signup.email.lower(),
        full_name=signup.full_name,
    )
    await _record(system, context, "create", "workspace", workspace_id, user_id, workspace_id)
    return workspace_id, user_id


async def start_sign_in(
    system: System,
    settings: Settings,
    context: RequestContext,
    workspace_id: UUID,
    user_id: UUID,
    factor_at: datetime | None = None,
) -> str:
    """Sign a browser in; returns the token."""
    now = clock.now()
    token, _ = await _issue(
        system,
        workspace_id,
        user_id,
        CredentialKind.SIGN_IN,
        expires_at=now + timedelta(hours=AccountSettings.of(settings).sign_in_hours),
        idle_until=now + timedelta(minutes=AccountSettings.of(settings).sign_in_idle_minutes),
        factor_at=factor_at,
    )
    await _record(system, context, "sign-in", "user", user_id, user_id, workspace_id)
    return token


async def issue_token(
    system: System, context: RequestContext, workspace_id: UUID, user_id: UUID, name: str
) -> str:
    """Return an API token made by the operator; returns it."""
    # Who runs the command line reads the database: no factor would keep them out.
    token, credential_id = await _issue(
        system, workspace_id, user_id, CredentialKind.TOKEN, name=name, factor_at=clock.now()
    )
    await _record(system, context, "create", "credential", credential_id, user_id, workspace_id)
    return token


async def _issue(
    system: System, workspace_id: UUID, user_id: UUID, kind: CredentialKind, **facts: object
) -> tuple[str, UUID]:
    token, credential_id = new_token(), new_id()
    values = {"name": None, "expires_at": None, "idle_until": None, "factor_at": None, **facts}
    await system.run(
        queries.CREATE_CREDENTIAL,
        workspace=workspace_id,
        id=credential_id,
        user=user_id,
        kind=kind,
        hash=hashed(token),
        **values,
    )
    return token, credential_id


async def users_of(system: System, email: str) -> list[Record]:
    """Return the active users with this address, in every workspace."""
    return await system.run(queries.USERS_OF_EMAIL, email=email.lower())


async def revoke_secret(system: System, context: RequestContext, secret: str) -> bool:
    """End a token or sign-in for the operator; False when it was not valid."""
    ended = await system.run(queries.REVOKE_CREDENTIAL, hash=hashed(secret))
    for credential in ended:
        await _record(system, context, "revoke", "credential", **credential)
    return bool(ended)


async def _record(
    system: System,
    context: RequestContext,
    action: str,
    entity_type: str,
    entity_id: UUID,
    user_id: UUID,
    workspace_id: UUID,
) -> None:
    await system.run(
        queries.RECORD,
        entity_id=entity_id,
        workspace=workspace_id,
        user=user_id,
        **audit.parameters(context, action, entity_type),
    )


async def read_workspace(db: Db) -> Workspace:
    return await db.get(WORKSPACE, db.actor.workspace_id)


async def today(db: Db) -> date:
    """Return the date it is in the practice's zone; nobody is shown the settings."""
    workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    return clock.now().astimezone(ZoneInfo(workspace.timezone)).date()


async def change_workspace(db: Db, body: WorkspaceUpdate, version: int | None) -> Workspace:
    return await db.change(WORKSPACE, db.actor.workspace_id, body.changes(), version=version)


async def list_events(db: Db, filters: Mapping[str, object], paging: Paging) -> Page[AuditEvent]:
    """Return what was done in this practice, newest first."""
    return await db.page(queries.AUDIT_EVENTS, filters, paging)
