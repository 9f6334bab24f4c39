"""How many mails somebody can cause: known and unknown addresses are counted alike, and nothing is looked up."""

from uuid import UUID

from pazpaz.accounts.devices import Device
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import TooManyRequests
from pazpaz.core.base.tokens import blinded
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.process.ratelimit import DAY_SECONDS, Limiter, Quota


def canonical(email: str) -> str:
    """One spelling for addresses that reach one mailbox: letter case and +tags aside."""
    local, _, domain = email.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


async def _take(limiter: Limiter, settings: Settings, quota: Quota, *who: str) -> None:
    secret = settings.secret_key.get_secret_value()
    await limiter.take(quota, blinded(secret, "\0".join(who)))


def _daily(name: str, most: int) -> Quota:
    return Quota(name, most, open=False, seconds=DAY_SECONDS)


async def allow_link(
    limiter: Limiter, settings: Settings, context: RequestContext, email: str, device: Device
) -> None:
    """Count a link to this address, or TooManyRequests.

    Each network has an allowance of its own for an address, and all together have one for a day. A browser
    that the address signed in from has its own instead, which no stranger uses up.
    """
    mine = AccountSettings.of(settings)
    is_known = device.knows(mine.secret_key.get_secret_value(), email)
    who = canonical(email), f"device {device.token}" if is_known else f"network {context.ip_prefix}"
    await _take(limiter, settings, Quota("link", mine.rate_limit_links_per_minute, open=False), *who)
    most = mine.rate_limit_links_per_day
    await _take(limiter, settings, _daily("link_share", max(1, most // 3)), *who)
    if not is_known:
        await _take(limiter, settings, _daily("link_day", most), who[0])


async def allow_passkey(
    limiter: Limiter, settings: Settings, context: RequestContext, passkey_id: str
) -> None:
    """Count a sign-in by this passkey in this network, or TooManyRequests; whether anybody has it, nobody looks."""
    quota = Quota("passkey", AccountSettings.of(settings).rate_limit_links_per_minute, open=False)
    await _take(limiter, settings, quota, passkey_id.rstrip("="), f"network {context.ip_prefix}")


async def allow_sign_up(limiter: Limiter, settings: Settings, context: RequestContext) -> None:
    """Count a sign-up of this network, or TooManyRequests."""
    quota = _daily("sign_up", AccountSettings.of(settings).rate_limit_sign_ups_per_day)
    await _take(limiter, settings, quota, str(context.ip_prefix))


async def allow_invitation(limiter: Limiter, settings: Settings, workspace_id: UUID, email: str) -> bool:
    """Count an invitation of this address; TooManyRequests past the practice's own, False past everybody's.

    The latter is not said: it would tell what other practices do.
    """
    who, most = canonical(email), AccountSettings.of(settings).rate_limit_invitations_per_day
    await _take(limiter, settings, _daily("invitation", most), workspace_id.hex, who)
    try:
        await _take(limiter, settings, _daily("invitation_mail", most), who)
    except TooManyRequests:
        return False
    return True
