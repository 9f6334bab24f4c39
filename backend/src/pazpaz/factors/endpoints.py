"""HTTP of second factors."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from fastapi import Response

from pazpaz.accounts import allowances
from pazpaz.accounts.browsers import (
    BrowserCookie,
    DeviceCookie,
    EarlierCookie,
    bound,
    entered,
    kept_browser,
)
from pazpaz.accounts.devices import Device
from pazpaz.accounts.models import OWNERS, STAFF, Workspace
from pazpaz.accounts.schemas import SignedIn
from pazpaz.accounts.service import Browser
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.base.config import Settings
from pazpaz.core.http.answers import response as answer
from pazpaz.core.http.deps import (
    AutocommitSystem,
    CurrentContext,
    CurrentDb,
    CurrentLimiter,
    CurrentSettings,
    CurrentSystem,
    CurrentThreads,
    SameSite,
)
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.process.ratelimit import Limit
from pazpaz.factors import service, signing_in, standing
from pazpaz.factors.errors import (
    ChallengeOver,
    EnrolFirst,
    FactorNotProved,
    LastFactor,
    PasskeyKnown,
    PasskeyNotValid,
    TooManyFactors,
    TooManyTries,
)
from pazpaz.factors.passkeys import Site
from pazpaz.factors.schemas import (
    PASSKEY_BODY_BYTES,
    Asked,
    Enrolled,
    FactorList,
    Me,
    NewRecoveryCodes,
    PasskeyCreate,
    PasskeySignIn,
    Proof,
    Proved,
    Requirement,
    TotpConfirm,
    TotpCreate,
    TotpMade,
)
from pazpaz.factors.trials import Trial

T = TypeVar("T")
public = feature_router("sign-in")
router = feature_router("second factor")


def _site(settings: Settings) -> Site:
    return Site.of(settings.public_url)


async def _tried(trial: Trial, work: Awaitable[T]) -> T:
    """What an attempt brings; one that proves nothing is recorded."""
    try:
        return await work
    except FactorNotProved:
        await trial.failed()
        raise


@public.post("/auth/passkeys/options", response_model=Asked)
@policy(roles=(), audit=())
async def sign_in_options(
    system: CurrentSystem, settings: CurrentSettings, _same: SameSite, browser: BrowserCookie = None
) -> Response:
    """What `navigator.credentials.get` is to be called with to sign in by a passkey, without a mail.

    It names no passkey: the browser offers those it has. It is good for five minutes, once, in this browser.
    """
    this = kept_browser(browser)
    asked = await signing_in.ask(system, _site(settings), this)
    return bound(answer(asked, 200), settings, this)


@public.post("/auth/passkeys/verify", response_model=SignedIn)
@policy(roles=(), audit=("user.sign-in", "credential.sign-out"), problems=(PasskeyNotValid, ChallengeOver))
async def sign_in_by_passkey(
    body: PasskeySignIn,
    system: CurrentSystem,
    trial: AutocommitSystem,
    settings: CurrentSettings,
    limiter: CurrentLimiter,
    threads: CurrentThreads,
    context: CurrentContext,
    _same: SameSite,
    browser: BrowserCookie = None,
    device: DeviceCookie = None,
    earlier: EarlierCookie = None,
) -> Response:
    """Sign in by a passkey and set the sign-in cookie. The browser's earlier sign-in ends.

    The passkey says who it is of, and in which practice. It counts as a second factor, too. One that is unknown,
    removed, or of somebody who may not sign in answers as one that signed wrongly.
    """
    await allowances.allow_passkey(limiter, settings, context, body.credential.rawId)
    known = Device.of(device)
    attempt = signing_in.Attempt(trial, _site(settings), context, threads)
    signer = await attempt.signer(body, browser)
    this = Browser(known.token, earlier)
    signed_in, token = await signing_in.sign_in(system, settings, context, signer, this)
    return entered(settings, signed_in, token, known)


@router.get("/auth/me")
@policy(roles=STAFF, audit=("user.read",), factor=False, while_locked=True)
async def me(db: CurrentDb, settings: CurrentSettings) -> Me:
    """Who is signed in, and where; and when this sign-in locks and ends."""
    return await standing.me(db, settings)


@router.get("/auth/factors")
@policy(roles=STAFF, audit=("factor.list",), factor=False)
async def list_factors(db: CurrentDb, settings: CurrentSettings) -> FactorList:
    """Your second factors, and where this sign-in stands."""
    return await service.list_mine(db, settings)


@router.post("/auth/factors/totp")
@policy(roles=STAFF, audit=("factor.create",), factor=False, step_up=True, problems=(TooManyFactors,))
async def make_totp(body: TotpCreate, db: CurrentDb) -> TotpMade:
    """Set up an authenticator app (TOTP, RFC 6238). Its secret is shown this once, and counts once a code came."""
    return await service.make_totp(db, body.name)


@router.post("/auth/factors/totp/{factor_id}/confirm")
@policy(
    roles=STAFF, audit=("factor.enrol",), factor=False, step_up=True, problems=(FactorNotProved, TooManyTries)
)
async def confirm_totp(
    factor_id: UUID, body: TotpConfirm, db: CurrentDb, system: AutocommitSystem, context: CurrentContext
) -> Enrolled:
    """Show that the app has the secret. The first factor brings ten recovery codes; your other sign-ins end."""
    trial = Trial(system, db.actor, context)
    return await _tried(trial, service.confirm_totp(db, factor_id, body.code, trial))


@router.post("/auth/factors/passkeys/options")
@policy(roles=STAFF, audit=("factor_challenge.create",), factor=False, step_up=True)
async def passkey_options(db: CurrentDb, settings: CurrentSettings) -> Asked:
    """What `navigator.credentials.create` is to be called with, binary values in base64url."""
    return await service.ask_creation(db, _site(settings))


@router.post("/auth/factors/passkeys")
@policy(
    roles=STAFF,
    audit=("factor.enrol",),
    factor=False,
    step_up=True,
    body_bytes=PASSKEY_BODY_BYTES,
    problems=(FactorNotProved, ChallengeOver, PasskeyKnown, TooManyFactors),
)
async def make_passkey(
    body: PasskeyCreate,
    db: CurrentDb,
    system: AutocommitSystem,
    settings: CurrentSettings,
    threads: CurrentThreads,
    context: CurrentContext,
) -> Enrolled:
    """Keep the passkey that the browser made. The first factor brings ten recovery codes; your other sign-ins end."""
    trial = Trial(system, db.actor, context)
    return await _tried(trial, service.make_passkey(db, _site(settings), body, trial, threads))


@router.delete("/auth/factors/{factor_id}", status_code=204)
@policy(roles=STAFF, limit=Limit.OWN, audit=("factor.remove",), step_up=True, problems=(LastFactor,))
async def remove_factor(factor_id: UUID, db: CurrentDb, settings: CurrentSettings) -> None:
    """Take one of your second factors away."""
    await service.remove(db, settings, factor_id)


@router.post("/auth/factors/recovery-codes")
@policy(roles=STAFF, audit=("user.renew-recovery-codes",), step_up=True, problems=(EnrolFirst,))
async def renew_recovery_codes(db: CurrentDb) -> NewRecoveryCodes:
    """Ten new recovery codes instead of the earlier ones."""
    return NewRecoveryCodes(await service.renew_codes(db))


@router.post("/auth/prove/options")
@policy(
    roles=STAFF,
    limit=Limit.OWN,
    audit=("factor_challenge.create", "user.read"),
    factor=False,
    while_locked=True,
)
async def prove_options(db: CurrentDb, settings: CurrentSettings) -> Asked:
    """What `navigator.credentials.get` is to be called with, if you have a passkey."""
    return await service.ask_proof(db, _site(settings))


@router.post("/auth/prove")
@policy(
    roles=STAFF,
    limit=Limit.OWN,
    audit=("factor.prove", "recovery_code.use"),
    factor=False,
    body_bytes=PASSKEY_BODY_BYTES,
    while_locked=True,
    problems=(FactorNotProved, ChallengeOver, TooManyTries),
)
async def prove(
    body: Proof,
    db: CurrentDb,
    system: AutocommitSystem,
    settings: CurrentSettings,
    threads: CurrentThreads,
    context: CurrentContext,
) -> Proved:
    """Prove a second factor for this sign-in, or prove it anew; a locked one opens by it.

    A recovery code works once; you are told by mail.
    """
    trial = Trial(system, db.actor, context)
    idle = timedelta(minutes=AccountSettings.of(settings).sign_in_idle_minutes)
    proving = service.prove(db, _site(settings), body, trial, threads, idle)
    return Proved(await _tried(trial, proving))


@router.put("/workspace/second-factor")
@policy(roles=OWNERS, audit=("workspace.update",), step_up=True, problems=(EnrolFirst,))
async def require_factor(body: Requirement, db: CurrentDb) -> Workspace:
    """Whether everybody in the practice needs a second factor. Who has not proved one is signed out at once."""
    return await service.require(db, body.is_required)


@router.post("/members/{member_id}/reset-factors", status_code=204)
@policy(roles=OWNERS, limit=Limit.OWN, audit=("user.reset-factors",), step_up=True)
async def reset_factors(member_id: UUID, db: CurrentDb) -> None:
    """For a member who lost them: take their second factors away and sign them out. They are told by mail."""
    await service.reset(db, member_id)
