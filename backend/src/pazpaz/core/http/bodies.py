"""Request bodies: read within the route's limit and a share of the memory, parsed off the event loop when large."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from pazpaz.core.base.errors import ContentTooLarge, UnsupportedMediaType
from pazpaz.core.base.strictjson import strict_json
from pazpaz.core.base.turns import Turns
from pazpaz.core.http import problems
from pazpaz.core.http.deps import offered, resources_of

SMALL_BYTES = 64_000  # as much of a body as a connection holds anyway; read and parsed at once


@dataclass(frozen=True, slots=True)
class Taken:
    """A body that was read and accepted, kept for a second attempt at the request."""

    model: BaseModel
    digest: str  # of its bytes


@dataclass(slots=True)
class _Place:
    """A large body's share of the memory, until the request is over."""

    turns: Turns
    owner: Hashable
    size: int
    began: float


async def json_body(request: Request, model: type[BaseModel], owner: Hashable) -> BaseModel:
    """Return the request's body as the model has it; `owner` is whose turn it is when it is large."""
    taken: Taken | None = request.scope.get("taken")
    if taken is None:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise UnsupportedMediaType
        raw = await _read(request, owner)
        if len(raw) > SMALL_BYTES:
            taken = await resources_of(request).threads.run(owner, _accept, model, raw)
        else:
            taken = _accept(model, raw)
        request.scope["taken"] = taken
    return taken.model


@offered
def raw_body_of(request: Request) -> Callable[[], Awaitable[bytes]]:
    """Return what reads a body of any kind, up to its route's limit, and keeps it for a second attempt."""

    async def read() -> bytes:
        kept: bytes | None = request.scope.get("body")
        if kept is None:
            kept = request.scope["body"] = await _read(request, None)
        return kept

    return read


def digest_of(scope: Scope) -> str:
    """Return what tells this request's body from another's."""
    taken: Taken | None = scope.get("taken")
    return hashlib.sha256(b"").hexdigest() if taken is None else taken.digest


def let_go(scope: Scope) -> None:
    """Let others use the memory of a request that is over."""
    place: _Place | None = scope.pop("place", None)
    if place is not None:
        scope.pop("taken", None)
        scope.pop("body", None)
        place.turns.give_back(place.owner, time.monotonic() - place.began, place.size)


def _accept(model: type[BaseModel], raw: bytes) -> Taken:
    try:
        return Taken(model.model_validate(strict_json(raw)), hashlib.sha256(raw).hexdigest())
    except ValidationError as error:
        raise problems.invalid_body(error) from None


async def _read(request: Request, owner: Hashable) -> bytes:
    most = _expected(request)
    if most > SMALL_BYTES and "place" not in request.scope:
        turns = resources_of(request).bodies
        await turns.take(owner, most)
        request.scope["place"] = _Place(turns, owner, most, time.monotonic())
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message: Any = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise ContentTooLarge
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _expected(request: Request) -> int:
    """How many bytes may come: as many as are declared, or as the route takes."""
    most: int = request.scope["edge"].policy.body_bytes
    declared = request.headers.get("content-length", "")
    if not (declared.isascii() and declared.isdigit()):
        return most
    size = int(declared[:20])
    if size > most:
        raise ContentTooLarge
    return size


RawBody = Annotated[Callable[[], Awaitable[bytes]], Depends(raw_body_of)]
