"""What a request was when it arrived: for `pazpaz doctor --through`, which sends some by the public address."""

import hashlib
from typing import Any

from arq.connections import ArqRedis
from fastapi import APIRouter, Request
from redis.exceptions import RedisError
from starlette.responses import Response

from pazpaz.core.base.errors import NotFound, Unavailable
from pazpaz.core.base.tokens import hashed, is_token
from pazpaz.core.http.answers import to_json
from pazpaz.core.http.deps import resources_of

PATH = "/health/arrived"
TICKET = "X-PazPaz-Doctor"  # what it is shown by; the doctor asks whether Authorization arrives too
TICKET_SECONDS = 300
ETAG = '"7"'
PADDING = "x" * 2_000  # proxies compress what is worth it
_TOLD = ("host", "cookie", "authorization", "if-match", "x-forwarded-for")

router = APIRouter(tags=["operations"])


def cookie_of(ticket: str) -> str:
    """Return the cookie that is set, as it should come back."""
    return f"pazpaz_doctor={ticket[:8]}; Path={PATH}; Max-Age=60; HttpOnly; Secure; SameSite=Strict"


async def admit(redis: ArqRedis, ticket: str) -> None:
    """Let whoever holds this be answered, for a while."""
    await redis.set(_key(ticket), b"1", ex=TICKET_SECONDS)


@router.api_route(PATH, methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
async def arrived(request: Request) -> Response:
    """Tell its method, some fields, whom it is counted as, and size and SHA-256 of its body."""
    ticket = request.headers.get(TICKET, "")
    if not is_token(ticket) or not await _is_admitted(request, ticket):
        raise NotFound
    digest, size = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        size += len(piece)
    told: dict[str, Any] = {name: request.headers.getlist(name) for name in _TOLD}
    told |= {
        "method": request.method,
        "client": None if request.client is None else request.client.host,
        "size": size,
        "sha256": digest.hexdigest(),
        "padding": PADDING,
    }
    headers = {"ETag": ETAG, "Set-Cookie": cookie_of(ticket)}
    return Response(to_json(told), media_type="application/json", headers=headers)


async def _is_admitted(request: Request, ticket: str) -> bool:
    try:
        return bool(await resources_of(request).queue.redis.exists(_key(ticket)))
    except RedisError:
        raise Unavailable from None


def _key(ticket: str) -> str:
    return f"pazpaz:doctor:{hashed(ticket).hex()}"
