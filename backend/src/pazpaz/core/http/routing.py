"""The edge of a route: one request is one commit, made before the answer is serialised and sent."""

import asyncio
import contextlib
import hashlib
import json
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pazpaz.core.base.errors import (
    BadRequest,
    ContentTooLarge,
    CrossSiteRequest,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    Problem,
    RoleNotAllowed,
    SecondFactorRequired,
    SignInLocked,
    StaleVersion,
    StepUpRequired,
    TooManyRequests,
    Unavailable,
    UnsupportedMediaType,
)
from pazpaz.core.db.engine import ContendedError, StaleActorError
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Paging
from pazpaz.core.db.system import System
from pazpaz.core.http import answers, bodies, idempotency
from pazpaz.core.http.deps import OFFERED, db_of, if_match, resources_of, same_site
from pazpaz.core.http.policy import policy_of
from pazpaz.core.http.solving import Arguments
from pazpaz.core.http.uploads import Upload
from pazpaz.core.process import longlists

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
                await handle.check_recorded()
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
        methods = frozenset(options.get("methods") or ())
        where = f"{sorted(methods)} {path}"
        self.policy = policy_of(endpoint, where, reads=methods <= _SAFE)
        self.creates = methods == {"POST"} and options.get("status_code") == 201
        if self.creates:
            extra = options.get("openapi_extra") or {}
            options["openapi_extra"] = extra | {"parameters": [idempotency.PARAMETER]}
        self.locates = (
            False  # whether what it creates can be read below its own address; `dispatch.Table` knows
        )
        super().__init__(path, endpoint, **options)
        self.transactional = not (methods <= _SAFE or self.policy.one_statement)
        self._status = self.status_code or 200
        self.arguments = Arguments(self.dependant, where)
        if not OFFERED.issuperset(item.call for item in self.dependant.dependencies):
            message = f"{where}: an endpoint depends on what core.deps offers, and on nothing else"
            raise TypeError(message)
        self.problems = self._answered(writes=not methods <= _SAFE)
        self.responses = {422: {"description": ""}, **self.responses}  # or FastAPI describes one of its own
        self._check(where)
        self.app = self.serve

    def _answered(self, *, writes: bool) -> tuple[type[Problem], ...]:
        """Return the problems it may answer: those that follow from what it declares, and its own."""
        policy, asks = self.policy, {item.call for item in self.dependant.dependencies}
        signed_in = bool(policy.roles)
        kinds = (
            (signed_in, (NotAuthenticated, CrossSiteRequest, RoleNotAllowed)),
            (same_site in asks, (CrossSiteRequest,)),
            (signed_in and not policy.while_locked, (SignInLocked,)),
            (signed_in and policy.factor, (SecondFactorRequired,)),
            (signed_in and policy.step_up, (StepUpRequired,)),
            (bool(self.dependant.path_params), (NotFound,)),
            (if_match in asks, (StaleVersion,)),
            (True, (InvalidInput, TooManyRequests, Unavailable)),
            (writes, (BadRequest, ContentTooLarge, UnsupportedMediaType)),
            (self.creates, idempotency.PROBLEMS),
            (True, policy.problems),
        )
        return tuple(dict.fromkeys(kind for holds, group in kinds if holds for kind in group))

    def _check(self, where: str) -> None:
        """Refuse, at start, what contradicts itself."""
        policy = self.policy
        wrong = (
            (
                policy.roles and not any(item.call is db_of for item in self.dependant.dependencies),
                "take a CurrentDb: it is what admits the roles",
            ),
            (
                policy.roles and isinstance(self.response_class, type) and not policy.hands_out,
                "what answers with a file says hands_out=True",
            ),
            (
                policy.texts and "limit" not in self.arguments.parameters,
                "texts= is for a list with a limit",
            ),
        )
        for holds, why in wrong:
            if holds:
                raise TypeError(f"{where}: {why}")

    def takes(self, header: str) -> bool:
        asked = (self.dependant, *self.dependant.dependencies)
        return any(field.alias == header for part in asked for field in part.header_params)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; exceptions end as problem documents in `Edge`."""
        request = Request(scope, receive)
        scope["edge"] = self
        try:
            if self.policy.texts is not None:
                await self._serve_list(request, send)
                return
            result = await self._completed(request)
            located = self._located(scope, result)
            if isinstance(result, Response):
                result.raw_headers += located
                await result(scope, receive, send)
            else:
                await answers.send(result, self._status, send, located)
        finally:
            longlists.let_go(scope)

    def _located(self, scope: Scope, result: object) -> list[tuple[bytes, bytes]]:
        """Where what was created can be read (RFC 9110, 10.2.2), also when it is answered again."""
        made_id = getattr(result, "id", None) if self.locates else None
        return [] if made_id is None else [(b"location", f"{scope['path']}/{made_id}".encode())]

    async def _serve_list(self, request: Request, send: Send) -> None:
        """Let go of the rows once they are written, and of the place in memory when the client has the answer."""
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
        return self.transactional or (self.creates and idempotency.HEADER in request.headers)

    async def _wait_for_memory(self, request: Request, texts: int, arguments: dict[str, Any]) -> None:
        (owner,) = {value.actor.workspace_id for value in arguments.values() if isinstance(value, Db)}
        turns = resources_of(request).lists
        most = next((v.limit for v in arguments.values() if isinstance(v, Paging)), arguments.get("limit", 0))
        await longlists.wait(request.scope, turns, owner, texts * (most + 1))

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
        key = idempotency.checked(request.headers.get(idempotency.HEADER)) if self.creates else None
        if key is None:
            return await committed(self.endpoint, arguments)
        work = idempotency.once(self.endpoint, key, await _fingerprint(request), self._status)
        return await committed(work, arguments)


async def _fingerprint(request: Request) -> str:
    """Return what tells this request from another: its method, address and body, or the file in it."""
    upload: Upload | None = request.scope.get("upload")
    body = bodies.digest_of(request.scope) if upload is None else (await upload.receive()).digest.hex()
    scope = request.scope
    asked = [scope["method"], scope["path"], scope["query_string"].decode("latin-1"), body]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def router(tag: str) -> APIRouter:
    """Return a feature's router below /api/v1."""
    return APIRouter(prefix=API, route_class=EdgeRoute, tags=[tag], generate_unique_id_function=operation_id)


def operation_id(route: APIRoute) -> str:
    """Such as `attachments.add`: the router's tag, and the endpoint's name without its noun."""
    tag = str(route.tags[0])
    *first, last = tag.replace("-", "_").split()
    noun = "".join(f"(?:{word}_)?" for word in first) + last.removesuffix("s")
    short = re.sub(rf"(?:^|_){noun}s?(?=_|$)", "", route.name).strip("_")
    return f"{tag.replace(' ', '-')}.{short or route.name}"
