"""The API's description: FastAPI's, mended by rule for those who generate clients from it.

A route needs nothing of its own here. What is named, refused, counted and answered is read off its
router, its policy and its model.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from pazpaz.core.base.errors import InvalidInput, Problem
from pazpaz.core.http.deps import COOKIE
from pazpaz.core.http.problems import MEDIA_TYPE, FieldError
from pazpaz.core.http.routing import EdgeRoute

Schema = dict[str, Any]
SCHEMAS, RESPONSES, HEADERS = (f"#/components/{kind}/" for kind in ("schemas", "responses", "headers"))
_JSON = "application/json"
_TEXT = {"type": "string"}
_GENERIC = re.compile(r"([A-Za-z]+)_([A-Za-z]+)_")  # Page_Client_
_HOMONYM = re.compile(r"pazpaz__(\w+?)s?__(?:\w+__)?([A-Za-z]+)")  # pazpaz__conflicts__models__Reason
_TAKEN = {"Client": "ClientRecord"}  # what generators call the class that sends requests

_HEADERS: Schema = {
    "ETag": {
        "description": 'The version, such as `"3"`, for `If-Match`; of a list, for `If-None-Match`.',
        "required": True,
        "schema": _TEXT,
    },
    "Idempotency-Replayed": {
        "description": "`true` when this answers an `Idempotency-Key` that was answered before.",
        "schema": {"type": "string", "const": "true"},
    },
    "Location": {
        "description": "Where what was created can be read.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "RateLimit": {
        "description": 'What is left of the allowance, and for how many seconds: `"read";r=599;t=42`.',
        "schema": _TEXT,
    },
    "RateLimit-Policy": {
        "description": 'The allowance the request was counted against: `"read";q=600;w=60`.',
        "schema": _TEXT,
    },
    "Retry-After": {
        "description": "In how many seconds to ask again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"description": "`Bearer`, where a credential is missing.", "schema": _TEXT},
    "X-Request-ID": {
        "description": "The request's id, as the operator's log has it.",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    },
}
_ALWAYS = ("X-Request-ID", "RateLimit", "RateLimit-Policy")
_OF_STATUS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}

_SECURITY: Schema = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token, made by a signed-in person at `/auth/tokens`.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A browser's sign-in. What it sends must come from the application's own pages.",
    },
}


def install(app: FastAPI) -> None:
    """Let the application describe itself so."""

    @cache
    def openapi() -> Schema:
        routes = [route for route in app.routes if isinstance(route, EdgeRoute) and route.include_in_schema]
        return _mended(FastAPI.openapi(app), routes)

    app.openapi = openapi  # type: ignore[method-assign]


def _mended(found: Schema, routes: Iterable[EdgeRoute]) -> Schema:
    schemas = found.get("components", {}).get("schemas", {})
    names = {SCHEMAS + name: SCHEMAS + _named(name) for name in schemas}
    if len(set(names.values())) < len(names):
        raise TypeError("two schemas of the API's description have one name: rename a class")
    schemas = {_named(name): _plain(schema, names) for name, schema in schemas.items()}
    paths = _plain(found["paths"], names)
    shared: Schema = {}
    for route in routes:
        for kind in route.problems:
            for name, document in _documents(kind).items():
                if schemas.setdefault(name, document) != document:
                    raise TypeError(f"{name} has two forms: problems of one name have the same members")
        for method in route.methods or ():
            _mend(paths[route.path_format][method.lower()], route, schemas, shared)
    components = {
        "schemas": dict(sorted(schemas.items())),
        "responses": dict(sorted(shared.items())),
        "headers": _HEADERS,
        "securitySchemes": _SECURITY,
    }
    rest = {"servers": [{"url": "/", "description": "The PazPaz that serves this."}], "paths": paths}
    return {"openapi": found["openapi"], "info": found["info"], **rest, "components": components}


def _named(name: str) -> str:
    """`ClientPage` for a page of clients; `ConflictReason` where two slices have a `Reason`."""
    if name in _TAKEN:
        return _TAKEN[name]
    if generic := _GENERIC.fullmatch(name):
        return generic[2] + generic[1]
    if homonym := _HOMONYM.fullmatch(name):
        return homonym[1].capitalize() + homonym[2]
    return name


def _plain(node: Any, names: dict[str, str]) -> Any:
    """With the schemas' names, and without the titles made of them: a name is the one title."""
    if isinstance(node, list):
        return [_plain(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: names.get(value, value) if key == "$ref" else _plain(value, names)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }


def _mend(operation: Schema, route: EdgeRoute, schemas: Schema, shared: Schema) -> None:
    operation["security"] = [{name: []} for name in _SECURITY] if route.policy.roles else []
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _without_null(parameter["schema"])
    answers = operation["responses"]
    for status, kinds in _by_status(route.problems).items():
        answers[str(status)] = _refusal(status, kinds, shared)
    for status, answer in answers.items():
        if status.startswith(("2", "304")):
            answer["headers"] = _refs(_success_headers(route, answer, schemas))
    operation["responses"] = dict(sorted(answers.items()))


def _without_null(schema: Schema) -> Schema:
    """Return what a parameter, or a member that may be left out, is where it is there: neither is ever null."""
    kinds = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return schema if len(kinds) != 1 else {k: v for k, v in schema.items() if k != "anyOf"} | kinds[0]


def _success_headers(route: EdgeRoute, answer: Schema, schemas: Schema) -> tuple[str, ...]:
    schema = answer.get("content", {}).get(_JSON, {}).get("schema", {})
    shown = schemas.get(schema.get("$ref", "").removeprefix(SCHEMAS), {})
    etag = ("ETag",) if "version" in shown.get("properties", ()) or route.takes("If-None-Match") else ()
    location = ("Location",) if route.locates else ()
    replayed = ("Idempotency-Replayed",) if route.creates else ()
    return (*_ALWAYS, *etag, *location, *replayed)


def _refs(headers: Iterable[str]) -> Schema:
    return {name: {"$ref": HEADERS + name} for name in headers}


def _by_status(kinds: Iterable[type[Problem]]) -> dict[int, tuple[type[Problem], ...]]:
    found: dict[int, tuple[type[Problem], ...]] = {}
    for kind in kinds:
        found[kind.status] = (*found.get(kind.status, ()), kind)
    return found


def _refusal(status: int, kinds: tuple[type[Problem], ...], shared: Schema) -> Schema:
    """Return the answer by these problems; that by one alone is described once for all operations."""
    described = {
        "description": " ".join(f"`{kind.slug}`: {(kind.__doc__ or '').strip()}" for kind in kinds),
        "headers": _refs((*_ALWAYS, *_OF_STATUS.get(status, ()))),
        "content": {MEDIA_TYPE: {"schema": _one_of(kinds)}},
    }
    name = kinds[0].__name__
    if len(kinds) > 1 or shared.setdefault(name, described) != described:
        return described
    return {"$ref": RESPONSES + name}


def _one_of(kinds: tuple[type[Problem], ...]) -> Schema:
    """Which of them it is, `title` tells: `type` begins with what the operator chose."""
    titles = {kind.title: SCHEMAS + _document_name(kind) for kind in kinds}
    refs = [{"$ref": ref} for ref in titles.values()]
    if len(refs) == 1:
        return refs[0]
    return {"oneOf": refs, "discriminator": {"propertyName": "title", "mapping": titles}}


def _document_name(kind: type[Problem]) -> str:
    return f"{kind.__name__}Problem"


def _documents(kind: type[Problem]) -> Schema:
    """Return the problem's document (RFC 9457), and what it refers to."""
    shapes = {name: _plain(TypeAdapter(shape).json_schema(), {}) for name, shape in kind.members.items()}
    members = {name: _without_null(schema) for name, schema in shapes.items()}
    needed = [name for name in members if members[name] is shapes[name]]
    schemas: Schema = {}
    if issubclass(kind, InvalidInput):
        schemas[FieldError.__name__] = _plain(FieldError.model_json_schema(), {})
        members["errors"] = {"type": "array", "items": {"$ref": SCHEMAS + FieldError.__name__}}
        needed.append("errors")
    properties = {
        "type": {"type": "string", "format": "uri", "pattern": f"/{kind.slug}$"},
        "title": {"type": "string", "const": kind.title},
        "status": {"type": "integer", "const": kind.status},
        "detail": {"type": "string", "description": "What is wrong, in a sentence for people."},
        "instance": {"type": "string", "description": "The request's id, as in X-Request-ID."},
    }
    document = {
        "type": "object",
        "required": [*properties, *needed],
        "properties": properties | members,
    }
    return {**schemas, _document_name(kind): document}
