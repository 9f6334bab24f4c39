"""The edge of a route: one request is one commit, made before the answer is serialised and sent."""

import asyncio
import contextlib
import hashlib
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pazpaz.core import answers, bodies, idempotency, longlists, problems
from pazpaz.core.db import Db
from pazpaz.core.deps import db_of, resources_of
from pazpaz.core.engine import ContendedError, StaleActorError
from pazpaz.core.errors import (
    BadRequest,
    ContentTooLarge,
    InvalidInput,
    Problem,
    SecondFactorRequired,
    SignInLocked,
    StepUpRequired,
    TooManyRequests,
    Unavailable,
    UnsupportedMediaType,
)
from pazpaz.core.policy import Policy, policy_of
from pazpaz.core.solving import Arguments
from pazpaz.core.system import System
from pazpaz.core.uploads import Upload

API = "/api/v1"
RETRY_SECONDS = (0.01, 0.05)

_SAFE = frozenset({"GET", "HEAD"})


async def committed(endpoint: Callable[..., Awaitable[Any]], arguments: dict[str, Any]) -> object:
    """Run the endpoint; what it did is durable when this returns, and undone when it raises."""
    handles = [value for value in arguments.values() if isinstance(value, Db | System)]
    try:
        result = await endpoint(**arguments)
        for handle in handles:
            if isinstance(handle, Db):
                await handle.settle()
            await handle.transaction.commit()
    except BaseException:
        for handle in handles:
            await handle.transaction.rollback()
        raise
    return result


class EdgeRoute(APIRoute):
    """A route that commits before it answers. Its endpoint returns a row, a page, None (204) or a Response."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Declare it to FastAPI, and read its arguments ourselves."""
        kinds: tuple[type[Problem], ...] = (InvalidInput, TooManyRequests, Unavailable)
        if methods_of(options) - _SAFE:
            kinds = (*kinds, BadRequest, ContentTooLarge, UnsupportedMediaType)
        if methods_of(options) == {"POST"} and options.get("status_code") == 201:
            kinds = (*kinds, *idempotency.PROBLEMS)
            extra = options.get("openapi_extra") or {}
            options["openapi_extra"] = extra | {"parameters": [idempotency.PARAMETER]}
        where = f"{sorted(methods_of(options))} {path}"
        self.policy = policy_of(endpoint, where)
        described = problems.responses(*kinds) | (options.get("responses") or {})
        options["responses"] = problems.also(described, *_proofs(self.policy))
        super().__init__(path, endpoint, **options)
        methods = frozenset(self.methods or ())
        self._creates = methods == {"POST"} and self.status_code == 201
        self.together = not (methods <= _SAFE or self.policy.one_statement)
        self._status = self.status_code or 200
        self.arguments = Arguments(self.dependant, where)
        if self.policy.roles and not any(item.call is db_of for item in self.dependant.dependencies):
            message = f"{where}: take a CurrentDb: it is what admits the roles"
            raise TypeError(message)
        if (
            self.policy.roles
            and isinstance(options.get("response_class"), type)
            and not self.policy.hands_out
        ):
            message = f"{where}: what answers with a file says hands_out=True"
            raise TypeError(message)
        if self.policy.texts is not None and not any(
            item.name == "limit" for item in self.dependant.query_params
        ):
            message = f"{where}: texts= is for a list with a limit"
            raise TypeError(message)
        self.app = self.serve

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; exceptions end as problem documents in `Edge`."""
        request = Request(scope, receive)
        scope["edge"] = self
        try:
            if self.policy.texts is not None:
                await self._serve_list(request, send)
                return
            result = await self._completed(request)
            if isinstance(result, Response):
                await result(scope, receive, send)
            else:
                await answers.send(result, self._status, send)
        finally:
            longlists.let_go(scope)

    async def _serve_list(self, request: Request, send: Send) -> None:
        """The rows are let go once they are written, and the place in memory when the client has the answer."""
        result = await self._completed(request)
        if isinstance(result, Response):
            longlists.written(request.scope, int(result.headers["content-length"]))
            await result(request.scope, request.receive, send)
            return
        body, result = answers.to_json(result), None
        longlists.written(request.scope, len(body))
        await answers.send_slowly(body, self._status, send)

    async def _completed(self, request: Request) -> object:
        try:
            return await self._answer(request)
        finally:
            bodies.let_go(request.scope)
            if (upload := request.scope.get("upload")) is not None:
                upload.close()

    async def _answer(self, request: Request) -> object:
        try:
            return await self._attempt(request)
        except StaleActorError:
            request.app.state.actors.forget(request.scope["token"])
            return await self._attempt(request)
        except ContendedError:
            return await self._attempt_again(request)

    def joins(self, request: Request) -> bool:
        """Whether the request's statements are one transaction; a kept answer is in it."""
        return self.together or (self._creates and idempotency.HEADER in request.headers)

    async def _wait_for_memory(self, request: Request, texts: int, arguments: dict[str, Any]) -> None:
        (owner,) = {value.actor.workspace_id for value in arguments.values() if isinstance(value, Db)}
        turns = resources_of(request).lists
        await longlists.wait(request.scope, turns, owner, texts * (arguments["limit"] + 1))

    async def _attempt_again(self, request: Request) -> object:
        """After twins waited for each other: a few more times, each a little later."""
        for wait in RETRY_SECONDS:
            await asyncio.sleep(wait * (1 + random.random()))  # noqa: S311 (only to part the twins)
            with contextlib.suppress(ContendedError):
                return await self._attempt(request)
        return await self._attempt(request)

    async def _attempt(self, request: Request) -> object:
        arguments = await self.arguments.read(request)
        if self.policy.texts is not None:
            await self._wait_for_memory(request, self.policy.texts(arguments), arguments)
        key = idempotency.checked(request.headers.get(idempotency.HEADER)) if self._creates else None
        if key is None:
            return await committed(self.endpoint, arguments)
        work = idempotency.once(self.endpoint, key, await _fingerprint(request), self._status)
        return await committed(work, arguments)


async def _fingerprint(request: Request) -> str:
    """What tells this request from another: its method, address and body, or the file in it."""
    upload: Upload | None = request.scope.get("upload")
    body = bodies.digest_of(request.scope) if upload is None else (await upload.receive()).digest.hex()
    scope = request.scope
    asked = [scope["method"], scope["path"], scope["query_string"].decode("latin-1"), body]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _proofs(policy: Policy) -> tuple[type[Problem], ...]:
    """What the route answers to who has not proved enough."""
    asked = (
        (not policy.while_locked, SignInLocked),
        (policy.factor, SecondFactorRequired),
        (policy.step_up, StepUpRequired),
    )
    return tuple(kind for is_asked, kind in asked if is_asked and policy.roles)


def methods_of(options: dict[str, Any]) -> set[str]:
    """The methods a route is declared with."""
    return set(options.get("methods") or ())


def router(tag: str, *kinds: type[Problem]) -> APIRouter:
    """A feature's router below /api/v1; `kinds` are problems any of its routes may answer."""
    return APIRouter(prefix=API, route_class=EdgeRoute, tags=[tag], responses=problems.responses(*kinds))
