"""Problem documents (RFC 9457): the one shape of every answer that is not a success."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException  # noqa: TID251 (the framework raises it)
from starlette.responses import Response
from starlette.routing import Match

from pazpaz.core.base import metrics
from pazpaz.core.base.errors import (
    BadRequest,
    ContentTooLarge,
    InternalError,
    InvalidInput,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    Problem,
    Unavailable,
    UnsupportedMediaType,
)
from pazpaz.core.crypto.key_providers import KeyRefusedError, KeyUnopenedError, KeyUnreachableError
from pazpaz.core.db.engine import ContendedError, StaleActorError

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)

_BY_STATUS: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        BadRequest,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        ContentTooLarge,
        UnsupportedMediaType,
        Unavailable,
    )
}

_BY_ERROR: dict[type[Exception], Callable[[], Problem]] = {
    StaleActorError: NotAuthenticated,
    ContendedError: Unavailable,
    KeyUnreachableError: Unavailable,
    KeyRefusedError: Unavailable,
}

UNKNOWN = "extra_forbidden"
# A name that is not known is the client's own text; one of this form is a name, and none of a person's.
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")

_SENTENCES: Mapping[str, str] = {
    "missing": "is required",
    UNKNOWN: "has a field that is not known",
    "string_type": "must be a string",
    "string_pattern_mismatch": "does not have the right form",
    "string_unicode": "must be valid Unicode",
    "uuid_parsing": "must be a UUID",
    "uuid_type": "must be a UUID",
    "datetime_from_date_parsing": "must be an RFC 3339 instant",
    "datetime_parsing": "must be an RFC 3339 instant",
    "timezone_aware": "must have an offset, such as Z or +02:00",
    "date_from_datetime_parsing": "must be a date as YYYY-MM-DD",
    "date_parsing": "must be a date as YYYY-MM-DD",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
}


class FieldError(BaseModel):
    """One field that cannot be accepted."""

    pointer: str = Field(description="A JSON Pointer (RFC 6901) to the field.")
    detail: str


def document(problem: Problem, request_id: UUID | str, base_url: str) -> Response:
    body: dict[str, Any] = {
        "type": f"{base_url}/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": str(request_id),
        **{name: value for name, value in problem.extra.items() if value is not None},
    }
    if isinstance(problem, InvalidInput):
        body["errors"] = problem.errors
    return Response(orjson.dumps(body), problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def _pointer(location: tuple[int | str, ...], kind: str) -> str:
    """Where the error is. An unknown field is named if it looks like one; if not, its parent is."""
    parts = location[1:]
    if kind == UNKNOWN and not _PLAIN_NAME.fullmatch(str(parts[-1])):
        parts = parts[:-1]
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts) or "/"


def _sentence(error: Mapping[str, Any]) -> str:
    """Our own words for pydantic's: some of its messages quote the input."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", "cannot be accepted"))
    if kind in {"string_too_long", "too_long"}:
        return (
            f"has more than {context['max_length']} {'characters' if kind == 'string_too_long' else 'items'}"
        )
    if kind in {"string_too_short", "too_short"}:
        return f"has fewer than {context['min_length']} {'characters' if kind == 'string_too_short' else 'items'}"
    if kind in {"enum", "literal_error"}:
        return f"must be one of {context['expected']}"
    for bound, words in (("ge", "at least"), ("le", "at most"), ("gt", "over"), ("lt", "under")):
        if bound in context:
            return f"must be {words} {context[bound]}"
    return _SENTENCES.get(kind, "cannot be accepted")


def invalid_body(error: ValidationError) -> InvalidInput:
    """Return what a body's model found."""
    found = error.errors(include_url=False, include_input=False)
    return invalid([{**item, "loc": ("body", *item["loc"])} for item in found])


def invalid(found: Sequence[Mapping[str, Any]]) -> InvalidInput:
    """Return what validation found, without a word of the input."""
    return InvalidInput(
        [
            {"pointer": _pointer(tuple(item["loc"]), item["type"]), "detail": _sentence(item)}
            for item in found[:20]
        ]
    )


def unknown_field(name: str) -> InvalidInput:
    return invalid([{"loc": ("body", name), "type": UNKNOWN}])


def of_exception(error: Exception) -> Problem:
    """Return the problem any exception stands for; one that is nobody's plan is logged without its text."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return invalid(error.errors())
    if isinstance(error, HTTPException):
        kind = _BY_STATUS.get(error.status_code, BadRequest if error.status_code < 500 else InternalError)
        return kind() if kind is Unavailable else kind(headers=error.headers)
    if isinstance(error, KeyUnopenedError):
        metrics.DATA_KEYS_REFUSED.inc()
        log.error("a workspace's data key cannot be opened", cause=error.cause)
    if type(error) in _BY_ERROR:
        return _BY_ERROR[type(error)]()
    log.error("unhandled", exc_info=error)
    return InternalError()


async def _answer(request: Request, error: Exception) -> Response:
    base = request.app.state.resources.settings.problem_base_url
    problem = of_exception(error)
    if isinstance(problem, MethodNotAllowed):
        problem.headers["Allow"] = ", ".join(sorted(_allowed(request)))
    return document(problem, request.scope["request_id"], base)


def _allowed(request: Request) -> set[str]:
    """Return what all routes of this address answer; the router names the first one's methods only."""
    found = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in found for method in getattr(route, "methods", None) or ()}
    return methods | {"HEAD"} if "GET" in methods else methods


def install(app: FastAPI) -> None:
    """Let every exception of a route or of the framework end as a problem document."""
    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)
