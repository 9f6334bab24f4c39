"""The outermost layer: request ids, access lines, metrics, and the net under every exception."""

import time
from functools import lru_cache
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pazpaz.core import metrics, problems
from pazpaz.core.dispatch import Table
from pazpaz.core.errors import TooManyRequests
from pazpaz.core.ids import new_id
from pazpaz.core.logging import access_line

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Edge:
    """Pure ASGI; everything inside it answers with a problem document or better."""

    def __init__(self, app: ASGIApp, *, problem_base_url: str, access_log: bool) -> None:
        """Wrap `app`."""
        self._app = app
        self._base = problem_base_url
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["request_id"] = new_id()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status = time.perf_counter(), 0
        name = str(request_id)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_common(message["headers"], name, scope.get("rate"))
            await send(message)

        try:
            await self._route(scope)(scope, receive, noted)
        except Exception as error:  # noqa: BLE001 (the net under everything)
            problem = problems.of_exception(error)
            if isinstance(problem, TooManyRequests):
                scope["rate"] = problem.rate
            if status:
                raise ConnectionAbortedError from None
            await problems.document(problem, request_id, self._base)(scope, receive, noted)
        finally:
            self._record(scope, status, time.perf_counter() - started)

    def _route(self, scope: Scope) -> ASGIApp:
        table: Table = scope["app"].state.table
        found = table.find(scope["method"], scope["path"])
        if found is None:
            return self._app
        scope["route"], scope["path_params"] = found
        return found[0].app

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route: Any = scope.get("route")
        path = getattr(route, "path_format", None) or "unmatched"
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
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


def _with_common(
    headers: Any, request_id: str, rate: tuple[bytes, bytes] | None
) -> list[tuple[bytes, bytes]]:
    """The headers of every answer; a route that says how long to cache keeps its word."""
    found = list(headers)
    if not any(name == b"cache-control" for name, _ in found):
        found.append((b"cache-control", b"no-store"))
    found += [(b"x-request-id", request_id.encode()), (b"x-content-type-options", b"nosniff")]
    if rate is not None:
        found += [(b"ratelimit-policy", rate[0]), (b"ratelimit", rate[1])]
    return found


@lru_cache(maxsize=2048)
def _series(path: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return metrics.REQUESTS.labels(path, method, status), metrics.REQUEST_SECONDS.labels(method)
