"""The outermost layer: request ids, access lines, metrics, and the net under every exception."""

import time
from functools import lru_cache
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pazpaz.core.base import metrics, networks
from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import TooManyRequests
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.logging import access_line
from pazpaz.core.http import problems
from pazpaz.core.http.dispatch import Table

_COMMON = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_CSP = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
CLIENT_GONE = 499  # only counted: there is nobody left to answer
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Edge:
    """Pure ASGI; everything inside it answers with a problem document or better."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._base = settings.problem_base_url
        self._access_log = settings.access_log
        self._https = settings.public_url.startswith("https:")
        self._proxies = settings.trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        if (
            method == "HEAD"
        ):  # the route does all that it does for GET: it is counted, recorded, refused alike
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        request_id = scope["request_id"] = new_id()
        scope["client"] = client_of(scope, self._proxies)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status = time.perf_counter(), 0
        name = str(request_id)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_common(
                    message["headers"], name, scope.get("rate"), https=self._https
                )
            await send(message)

        try:
            await self._route(scope)(scope, receive, noted)
        except ClientDisconnect:
            status = CLIENT_GONE
        except Exception as error:  # noqa: BLE001 (the net under everything)
            problem = problems.of_exception(error)
            # The frames it came through hold the request's body, and this one holds it: let them go now.
            problem.__traceback__ = problem.__context__ = None
            if isinstance(problem, TooManyRequests):
                scope["rate"] = problem.rate
            if status:
                raise ConnectionAbortedError from None
            await problems.document(problem, request_id, self._base)(scope, receive, noted)
        finally:
            self._record(scope, method, status, time.perf_counter() - started)

    def _route(self, scope: Scope) -> ASGIApp:
        table: Table = scope["app"].state.table
        found = table.find(scope["method"], scope["path"])
        if found is None:
            return self._app
        scope["route"], scope["path_params"] = found
        return found[0].app

    def _record(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        route: Any = scope.get("route")
        path = getattr(route, "path_format", None) or "unmatched"
        method = method if method in _METHODS else "OTHER"
        count, timing = _series(path, method, status)
        count.inc()
        timing.observe(seconds)
        if self._access_log:
            access_line(
                request_id=scope["request_id"],
                method=method,
                route=path,
                status=status,
                ms=round(seconds * 1000, 1),
            )


def _without_body(send: Send) -> Send:
    """Return the answer's headers alone. It ends there: what would stream a long body hears that nobody reads on."""
    is_over = False

    async def bare(message: Message) -> None:
        nonlocal is_over
        if message["type"] == "http.response.start":
            await send(message)
        elif not is_over:
            is_over = True
            await send({"type": "http.response.body", "body": b""})

    return bare


def _with_common(
    headers: Any, request_id: str, rate: tuple[bytes, bytes] | None, *, https: bool
) -> list[tuple[bytes, bytes]]:
    """Return the headers of every answer. What a route says itself of caching and content policy stands."""
    found = list(headers)
    names = {name for name, _ in found}
    found += [header for header in _COMMON if header[0] not in names]
    found.append((b"x-request-id", request_id.encode()))
    if rate is not None:
        found += [(b"ratelimit-policy", rate[0]), (b"ratelimit", rate[1])]
    if https:
        found.append(_HSTS)
    if b"content-security-policy" not in names and not _is_page(found):
        found.append(_CSP)
    return found


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers)


def client_of(scope: Scope, proxies: int) -> tuple[str, int] | None:
    """Who asks, as a plain address: the peer, or with `proxies` trusted ones, whom the outermost of them saw.

    Only that many entries from the right of X-Forwarded-For were written by proxies we trust; what
    stands left of them is whatever the client sent.
    """
    peer: tuple[str, int] | None = scope.get("client")
    if proxies == 0:
        return peer if peer is None else (networks.network_of(peer[0]).address, peer[1])
    seen = [
        part.strip()
        for name, value in scope["headers"]
        if name == b"x-forwarded-for"
        for part in value.decode("latin-1").split(",")
    ]
    return (networks.network_of(seen[-proxies]).address, 0) if len(seen) >= proxies else peer


@lru_cache(maxsize=2048)
def _series(path: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return metrics.REQUESTS.labels(path, method, status), metrics.REQUEST_SECONDS.labels(method)
