"""The edge: one request is one commit, made before the answer is serialised and sent."""

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from pazpaz.core import problems
from pazpaz.core.db import Db
from pazpaz.core.engine import StaleActorError
from pazpaz.core.errors import (
    BadRequest,
    InvalidInput,
    NotAuthenticated,
    Problem,
    Unavailable,
    UnsupportedMediaType,
)
from pazpaz.core.system import System

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])

_SAFE = frozenset({"GET", "HEAD"})


def one_statement(endpoint: F) -> F:
    """Mark a writing endpoint whose single statement is its own commit, which saves two round trips.

    The handle refuses a second write.
    """
    endpoint.one_statement = True  # type: ignore[attr-defined]
    return endpoint


def to_json(value: object) -> bytes:
    """Rows as JSON; instants end in Z."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: object) -> str:
    """The driver's UUIDs are a subclass orjson does not know; nothing else may slip through as text."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def answer(result: object, status: int) -> Response:
    """A row, a page or nothing as the HTTP answer."""
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status_code=204)
    version = getattr(result, "version", None)
    headers = {"ETag": f'"{version}"'} if version is not None else None
    return Response(to_json(result), status, headers=headers, media_type="application/json")


async def _committed(endpoint: Callable[..., Awaitable[Any]], kwargs: dict[str, Any]) -> object:
    """Run the endpoint; what it did is durable when this returns, and undone when it raises."""
    handles = [value for value in kwargs.values() if isinstance(value, Db | System)]
    try:
        result = await endpoint(**kwargs)
        for handle in handles:
            if isinstance(handle, Db) and handle.transaction.statements == 0:
                await handle.verify()
            await handle.transaction.commit()
    except BaseException:
        for handle in handles:
            await handle.transaction.rollback()
        raise
    return result


class JsonRequest(Request):
    """A request whose JSON is parsed strictly: no NaN, no lone surrogates, bounded depth."""

    async def json(self) -> Any:
        """The body as Python values."""
        return orjson.loads(await self.body())


class EdgeRoute(APIRoute):
    """A route that commits before it answers, and answers rows without copying them."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """`endpoint` returns a row, a page, None (204) or a Response."""
        status = options.get("status_code") or 200

        @functools.wraps(endpoint)
        async def committed(**kwargs: Any) -> Response:
            return answer(await _committed(endpoint, kwargs), status)

        options["responses"] = {
            **problems.responses(BadRequest, InvalidInput, Unavailable),
            **(options.get("responses") or {}),
        }
        super().__init__(path, committed, **options)
        self.together = not ((self.methods or set()) <= _SAFE or getattr(endpoint, "one_statement", False))

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, run again once when the actor it knew turned out to be stale."""
        handle = super().get_route_handler()
        takes_json = self.body_field is not None

        async def edge(request: Request) -> Response:
            if takes_json and not _is_json(request):
                raise UnsupportedMediaType
            request = JsonRequest(request.scope, request.receive)
            request.scope["together"] = self.together
            try:
                return await handle(request)
            except StaleActorError:
                request.app.state.actors.forget(request.scope["token"])
            try:
                return await handle(request)
            except StaleActorError:
                raise NotAuthenticated from None

        return edge


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json"


def router(tag: str, *kinds: type[Problem]) -> APIRouter:
    """A feature's router; `kinds` are problems any of its routes may answer."""
    return APIRouter(route_class=EdgeRoute, tags=[tag], responses=problems.responses(*kinds))
