"""The outermost layer: request ids, access lines, metrics, and the net under every exception."""

import time
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pazpaz.core import metrics, problems
from pazpaz.core.ids import new_id
from pazpaz.core.logging import access_line


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

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = str(request_id)
                headers["Cache-Control"] = headers.get("Cache-Control", "no-store")
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # noqa: BLE001 (the net under everything)
            problem = problems.of_exception(error)
            if status:
                raise ConnectionAbortedError from None
            await problems.document(problem, request_id, self._base)(scope, receive, noted)
        finally:
            self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route: Any = scope.get("route")
        path = getattr(route, "path_format", None) or "unmatched"
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        metrics.REQUESTS.labels(path, method, status).inc()
        metrics.REQUEST_SECONDS.labels(method).observe(seconds)
        if self._access_log:
            access_line(
                request_id=scope["request_id"],
                method=method,
                route=path,
                status=status,
                ms=round(seconds * 1000, 1),
            )


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
