"""Use cases of second factors: setting them up, proving them, and losing them."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import ParamSpec, TypeVar
from uuid import UUID

import segno

from pazpaz.accounts.models import (
    CREDENTIAL,
    NOTICE,
    SEND_NOTICE,
    SIGN_IN,
    USER,
    WORKSPACE,
    Credential,
    CredentialKind,
    NoticeEvent,
    SignIn,
    User,
    Workspace,
)
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.base import clock
from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import NotFound, Unavailable
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import hashed
from pazpaz.core.base.turns import Threads
from pazpaz.core.db.entity import After
from pazpaz.core.db.handle import Db
from pazpaz.factors import models, passkeys, queries
from pazpaz.factors.errors import (
    EnrolFirst,
    FactorNotProved,
    LastFactor,
    TooManyFactors,
)
from pazpaz.factors.models import (
    CHALLENGE,
    FACTOR,
    HELD,
    HOLDER,
    RECOVERY_CODE,
    Challenge,
    FactorKind,
    HeldFactor,
    Holder,
    Purpose,
)
from pazpaz.factors.passkeys import Named, Passkey, RefusedError, Site
from pazpaz.factors.schemas import (
    Asked,
    Enrolled,
    FactorList,
    PasskeyCreate,
    Proof,
    ProvedCredential,
    TotpMade,
)
from pazpaz.factors.trials import Trial

P = ParamSpec("P")
T = TypeVar("T")


async def list_mine(db: Db, settings: Settings) -> FactorList:
    """Return the user's factors that count, and where this sign-in stands."""
    items = await db.read(queries.MINE, owner=db.user_id)
    holder = await _holder(db)
    unused = await db.read(queries.UNUSED_CODES, set_id=holder.recovery_set_id) if holder else []
    workspace: Workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    mine: Credential = await db.get(CREDENTIAL, db.credential_id, recorded=False)
    is_required = workspace.asks_for_factor(AccountSettings.of(settings).requires_second_factor)
    return FactorList(items, len(items), None, len(unused), is_required, mine.factor_at)


async def _holder(db: Db) -> Holder | None:
    try:
        return await db.get(HOLDER, db.user_id, recorded=False)
    except NotFound:
        return None


async def make_totp(db: Db, name: str) -> TotpMade:
    """Return an authenticator app's secret; it counts once the app has shown a code."""
    user: User = await db.get(USER, db.user_id, recorded=False, lock=True)
    workspace: Workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    await _require_room(db)
    secret = models.new_secret()
    values = {"user_id": user.id, "kind": FactorKind.TOTP, "name": name, "secret": secret}
    made = await db.create(FACTOR, values)
    uri = models.otpauth(secret, user.email, workspace.name)
    return TotpMade(made.id, secret, uri, _picture(uri))


def _picture(text: str) -> str:
    """Return a QR code as SVG."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=2, xmldecl=False, nl=False, omitsize=True
    )
    return out.getvalue().decode()


async def _require_room(db: Db) -> None:
    if len(await _held(db)) >= models.MOST_FACTORS:
        raise TooManyFactors


async def confirm_totp(db: Db, factor_id: UUID, code: str, trial: Trial) -> Enrolled:
    """Return the app shows the right code: from now on it counts."""
    now = clock.now()
    fresh = {"user_id": db.user_id, "confirmed_at": None, "removed_at": None}
    made = {**fresh, "created_at": After(now - models.UNCONFIRMED_LIFETIME)}
    held: HeldFactor = await db.get(HELD, factor_id, where={**made, "kind": FactorKind.TOTP}, recorded=False)
    await trial.count()
    changes = held.stepped(code, now)
    if changes is None:
        raise FactorNotProved
    await _forget_tries(db)
    return await _count_in(db, factor_id, {**changes, "confirmed_at": now}, fresh)


async def _count_in(
    db: Db, factor_id: UUID, changes: dict[str, object], where: Mapping[str, object]
) -> Enrolled:
    """From now on the factor counts, and this sign-in is proved by it: the user's other sign-ins end by a trigger."""
    now = clock.now()
    await _mark_proved(db, now)
    factor = await db.change(FACTOR, factor_id, changes, where=where, action="enrol")
    await _give_notice(db, NoticeEvent.FACTOR_ADDED)
    holder = await _holder(db)
    codes = await _renew_codes(db) if holder is None or holder.recovery_set_id is None else None
    return Enrolled(factor, codes, now)


async def _mark_proved(db: Db, now: datetime, **opened: object) -> None:
    changes = {"factor_at": now, **opened}
    await db.change(CREDENTIAL, db.credential_id, changes, recorded=False)


async def _give_notice(db: Db, event: NoticeEvent, user_id: UUID | None = None) -> None:
    values = {"user_id": user_id or db.user_id, "event": event}
    notice = await db.create(NOTICE, values, recorded=False)
    db.enqueue(SEND_NOTICE, notice.id)


async def _renew_codes(db: Db) -> list[str]:
    """Return a new set of recovery codes; codes of any other set are void."""
    set_id, codes = new_id(), [models.new_recovery_code() for _ in range(models.RECOVERY_CODES)]
    for code in codes:
        values = {"user_id": db.user_id, "set_id": set_id, "hash": hashed(code)}
        await db.create(RECOVERY_CODE, values, recorded=False)
    if await _holder(db) is None:
        await db.create(HOLDER, {"recovery_set_id": set_id}, db.user_id, recorded=False)
    else:
        await db.change(HOLDER, db.user_id, {"recovery_set_id": set_id}, recorded=False)
    return codes


async def renew_codes(db: Db) -> list[str]:
    """Return new recovery codes instead of the earlier ones, for who has a factor."""
    user: User = await db.get(USER, db.user_id, action="renew-recovery-codes", lock=True)
    if not user.has_second_factor:
        raise EnrolFirst
    await _give_notice(db, NoticeEvent.RECOVERY_RENEWED)
    return await _renew_codes(db)


async def ask_creation(db: Db, site: Site) -> Asked:
    """Return what a browser needs to make a passkey."""
    user: User = await db.get(USER, db.user_id, recorded=False)
    challenge = await _challenge(db, Purpose.CREATE)
    workspace: Workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    named = Named(user.id, user.email, f"{user.full_name} · {workspace.name}")
    options = passkeys.creation_options(site, challenge.challenge, named, await _known(db))
    return Asked(challenge.id, options)


async def _challenge(db: Db, purpose: Purpose) -> Challenge:
    values = {
        "user_id": db.user_id,
        "credential_id": db.credential_id,
        "purpose": purpose,
        "challenge": secrets.token_bytes(passkeys.CHALLENGE_BYTES),
        "expires_at": clock.now() + models.CHALLENGE_LIFETIME,
    }
    return await db.create(CHALLENGE, values)


async def _held(db: Db) -> list[HeldFactor]:
    return await db.read(queries.HELD_BY, owner=db.user_id)


async def _known(db: Db) -> list[bytes]:
    return [factor.passkey_id for factor in await _held(db) if factor.passkey_id is not None]


async def _verified(db: Db, threads: Threads, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what the library finds, off the event loop and in bounded time; FactorNotProved."""
    await db.release()
    try:
        async with asyncio.timeout(passkeys.VERIFY_SECONDS):
            return await threads.run(db.user_id, work, *args, **kwargs)
    except TimeoutError:
        raise Unavailable from None
    except RefusedError:
        raise FactorNotProved from None


async def make_passkey(db: Db, site: Site, body: PasskeyCreate, trial: Trial, threads: Threads) -> Enrolled:
    """Return a passkey that counts from now on."""
    challenge = await trial.challenge(body.challenge_id, Purpose.CREATE)
    found = await _verified(db, threads, passkeys.created, site, challenge, body.credential.answer())
    await db.get(USER, db.user_id, recorded=False, lock=True)
    await _require_room(db)
    values = {
        "user_id": db.user_id,
        "kind": FactorKind.PASSKEY,
        "name": body.name,
        "passkey_id": found.credential_id,
        "public_key": found.public_key,
        "sign_count": found.sign_count,
    }
    made = await db.create(FACTOR, values, recorded=False)
    return await _count_in(db, made.id, {"confirmed_at": clock.now()}, {"confirmed_at": None})


async def remove(db: Db, settings: Settings, factor_id: UUID) -> None:
    """Take one of the user's factors away; LastFactor where the practice asks for one."""
    await db.get(USER, db.user_id, recorded=False, lock=True)
    mine = await _held(db)
    workspace: Workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    is_required = workspace.asks_for_factor(AccountSettings.of(settings).requires_second_factor)
    if is_required and [factor.id for factor in mine] == [factor_id]:
        raise LastFactor
    await db.change(
        FACTOR,
        factor_id,
        {"removed_at": clock.now()},
        where={"user_id": db.user_id, "removed_at": None},
        otherwise=lambda _: NotFound(),
        action="remove",
    )
    await _give_notice(db, NoticeEvent.FACTOR_REMOVED)


async def ask_proof(db: Db, site: Site) -> Asked:
    """Return what a browser needs to prove one of the user's passkeys; nothing when there is none."""
    known = await _known(db)
    if not known:
        await db.get(USER, db.user_id, action="read")
        return Asked(None, None)
    challenge = await _challenge(db, Purpose.PROVE)
    return Asked(challenge.id, passkeys.request_options(site, challenge.challenge, known))


async def prove(db: Db, site: Site, body: Proof, trial: Trial, threads: Threads, idle: timedelta) -> datetime:
    """Prove a factor: from now on this sign-in may do what asks for one, and is locked no more."""
    if body.credential is not None and body.challenge_id is not None:
        challenge = await trial.challenge(body.challenge_id, Purpose.PROVE)
        await _prove_by_passkey(db, threads, site, challenge, body.credential)
    else:
        await trial.count()
        if body.code is not None:
            await _prove_by_app(db, body.code)
        else:
            await _prove_by_recovery(db, body.recovery_code or "")
        await _forget_tries(db)
    now = clock.now()
    mine: SignIn = await db.get(SIGN_IN, db.credential_id, recorded=False)
    opened = {"locked_at": None, "idle_until": now + idle} if mine.kind is CredentialKind.SIGN_IN else {}
    await _mark_proved(db, now, **opened)
    return now


async def _forget_tries(db: Db) -> None:
    await db.change(HOLDER, db.user_id, {"tries": 0}, recorded=False)


async def _use(
    db: Db, factor: HeldFactor, changes: Mapping[str, object], unchanged: dict[str, object]
) -> None:
    """Note the use; of twins that read the same state one is refused."""
    still = {**unchanged, "removed_at": None}
    await db.change(
        FACTOR, factor.id, changes, where=still, otherwise=lambda _: FactorNotProved(), action="prove"
    )


async def _prove_by_app(db: Db, code: str) -> None:
    now = clock.now()
    for factor in await _held(db):
        if factor.kind is FactorKind.TOTP and (changes := factor.stepped(code, now)) is not None:
            await _use(db, factor, changes, {"last_step": factor.last_step})
            return
    raise FactorNotProved


async def _prove_by_recovery(db: Db, code: str) -> None:
    holder = await _holder(db)
    set_id = holder.recovery_set_id if holder else None
    found = await db.read(queries.CODE, set_id=set_id, hash=hashed(models.spoken(code)))
    if not found:
        raise FactorNotProved
    await db.change(
        RECOVERY_CODE,
        found[0].id,
        {"used_at": clock.now()},
        where={"used_at": None},
        otherwise=lambda _: FactorNotProved(),
        action="use",
    )
    await _give_notice(db, NoticeEvent.RECOVERY_USED)


async def _prove_by_passkey(
    db: Db, threads: Threads, site: Site, challenge: bytes, credential: ProvedCredential
) -> None:
    held = {factor.passkey_id: factor for factor in await _held(db) if factor.passkey_id is not None}
    answer = credential.answer()
    try:
        passkey_id = passkeys.answering(answer)
        factor = held[passkey_id]
    except (RefusedError, KeyError):
        raise FactorNotProved from None
    known = Passkey(passkey_id, factor.public_key or b"", factor.sign_count or 0)
    count = await _verified(db, threads, passkeys.proved, site, challenge, answer, known)
    changes = {"sign_count": count, "last_used_at": clock.now()}
    await _use(db, factor, changes, {"sign_count": factor.sign_count})


async def require(db: Db, is_required: bool | None) -> Workspace:
    """Ask everybody for a second factor, or nobody; who has not proved one is signed out by a trigger."""
    user: User = await db.get(USER, db.user_id, recorded=False)
    if is_required and not user.has_second_factor:
        raise EnrolFirst
    return await db.change(WORKSPACE, db.actor.workspace_id, {"requires_second_factor": is_required})


async def reset(db: Db, member_id: UUID) -> None:
    """Take a member's factors away, who lost them: they are signed out, told by mail, and set up new ones."""
    await db.change(USER, member_id, {"factors_reset_at": clock.now()}, action="reset-factors")
    await _give_notice(db, NoticeEvent.FACTORS_RESET, member_id)
