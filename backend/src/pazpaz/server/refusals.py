"""Refusals that no route gives: their problem documents, counted and logged like any answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import Response

from pazpaz.core.base import metrics
from pazpaz.core.base.errors import Problem
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.logging import access_line
from pazpaz.core.http import problems


class RequestTimeout(Problem, status=408):
    """The request took too long to arrive."""


class AddressTooLong(Problem, status=414):
    """The address of the request is too long."""


class MisdirectedRequest(Problem, status=421):
    """Nothing is served here under that host name."""


class HeadersTooLarge(Problem, status=431):
    """The request has too many headers, or too long ones."""


class TooManyConnections(Problem, status=503):
    """Too many connections are open; try again shortly."""

    def __init__(self) -> None:
        """Ask to come back in a second: a slow connection is cut soon after."""
        super().__init__(headers={"Retry-After": "1"})


@dataclass(frozen=True, slots=True)
class Refusals:
    """How a refusal is written."""

    base_url: str
    access_log: bool = True

    def response(self, problem: Problem) -> Response:
        """Return the answer, with the headers every answer has."""
        request_id = new_id()
        metrics.REQUESTS.labels("refused", "OTHER", problem.status).inc()
        if self.access_log:
            access_line(request_id=request_id, method="OTHER", route="refused", status=problem.status)
        response = problems.document(problem, request_id, self.base_url)
        response.headers["cache-control"] = "no-store"
        response.headers["x-request-id"] = str(request_id)
        response.headers["x-content-type-options"] = "nosniff"
        return response

    def wire(self, problem: Problem, common: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Return the last answer on a connection, as it is sent."""
        response = self.response(problem)
        status = HTTPStatus(problem.status)
        headers = [*common, *response.raw_headers, (b"connection", b"close")]
        lines = [b"%b: %b" % header for header in headers]
        return b"\r\n".join(
            [b"HTTP/1.1 %d %b" % (status, status.phrase.encode()), *lines, b"", bytes(response.body)]
        )
