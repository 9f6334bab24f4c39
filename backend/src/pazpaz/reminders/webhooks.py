"""What a mail server or provider tells us: delivery reports, signed with a shared secret."""

import hmac
import re
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from pazpaz.core.base import clock
from pazpaz.core.base.errors import NotFound
from pazpaz.core.http.bodies import RawBody
from pazpaz.core.http.deps import (
    AutocommitSystem,
    CurrentActingIn,
    CurrentSettings,
    CurrentSystem,
    CurrentThreads,
)
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import API, EdgeRoute
from pazpaz.reminders import bounces
from pazpaz.reminders.errors import InvalidSignature
from pazpaz.reminders.settings import ReminderSettings

HEADER = "PazPaz-Signature"
TOLERATED_SECONDS = 300
MOST_BYTES = 1_000_000  # a report may quote the whole mail
_form = re.compile(r"t=(\d{1,11}),v1=([0-9a-f]{64})")

router = APIRouter(prefix=API, route_class=EdgeRoute)


def signature(secret: bytes, at: int, body: bytes) -> str:
    """The header's value: HMAC-SHA-256 (RFC 2104) of the Unix time, a dot and the body."""
    return f"t={at},v1={hmac.digest(secret, b'%d.' % at + body, 'sha256').hex()}"


@router.post("/webhooks/mail/bounces", status_code=204, include_in_schema=False)
@policy(roles=(), audit=(), body_bytes=MOST_BYTES)
async def bounced(
    _counted: CurrentSystem,
    system: AutocommitSystem,
    acting_in: CurrentActingIn,
    threads: CurrentThreads,
    settings: CurrentSettings,
    body: RawBody,
    signed: Annotated[str, Header(alias=HEADER)] = "",
) -> Response:
    """Take a delivery report (RFC 3464). The answer does not tell whether it was about a mail of ours."""
    secret = ReminderSettings.of(settings).bounce_webhook_secret
    if secret is None:
        raise NotFound
    raw = await body()
    _check(secret.get_secret_value(), signed, raw)
    await bounces.taken(system, acting_in, threads, settings, raw)
    return Response(status_code=204)


def _check(secret: bytes, given: str, body: bytes) -> None:
    """Fresh, so that one who overheard a report cannot send it again next week; and ours."""
    found = _form.fullmatch(given)
    if found is None:
        raise InvalidSignature
    at = int(found[1])
    fresh = abs(clock.now().timestamp() - at) <= TOLERATED_SECONDS
    if not (hmac.compare_digest(given, signature(secret, at, body)) and fresh):
        raise InvalidSignature
