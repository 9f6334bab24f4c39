"""Request bodies are strict on every writing route, and what is refused leaves no trace."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from pazpaz.core.http.routing import EdgeRoute
from pazpaz.core.process.ratelimit import Limit
from pazpaz.factors.schemas import BASE64URL
from tests.core.conftest import CountRows
from tests.core.problem import problem_of
from tests.core.writing_routes import BAD, BROKEN, ROUTES, WritingRoute
from tests.support.practice import API, Practice


@pytest.fixture(scope="session")
async def limits(app: FastAPI) -> dict[str, int]:
    """How many bytes each route takes."""
    return {
        f"{method} {route.path.removeprefix(API)}": route.policy.body_bytes
        for route in app.routes
        if isinstance(route, EdgeRoute)
        for method in route.methods or ()
    }


def most_bytes(model: type[BaseModel]) -> int:
    """The longest JSON that a body's model takes: a character is two escapes of six bytes at the most."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})

    def size(part: dict[str, Any]) -> int:
        if "$ref" in part:
            return size(definitions[part["$ref"].rpartition("/")[2]])
        if "anyOf" in part:
            return max(map(size, part["anyOf"]))
        match part.get("type"):
            case "string":
                escaped = 1 if part.get("pattern") == BASE64URL else 12
                return 2 + escaped * int(part.get("maxLength", 3))  # ids, instants and dates are ASCII
            case "array":
                return int(part["maxItems"]) * (1 + max(38, size(part["items"])))
            case "object":
                return sum(4 + len(name) + size(value) for name, value in part.get("properties", {}).items())
            case _:
                return 24

    return size(schema)


JSON = {"Content-Type": "application/json"}
every_route = pytest.mark.parametrize("route", ROUTES, ids=str)


async def send(
    practice: Practice,
    route: WritingRoute,
    ids: dict[str, str],
    content: bytes | str,
    headers: dict[str, str] = JSON,
) -> httpx.Response:
    """The request as bytes, so that nothing of the client library gets in between."""
    path = route.path.format(**ids)
    return await practice.request(route.method, path, content=content, headers=headers)


async def test_every_writing_route_has_a_case(app: FastAPI) -> None:
    """Each operation with a JSON body is in the table of routes, with all of its fields."""
    description = app.openapi()
    schemas = description["components"]["schemas"]
    found = {
        (method.upper(), path.removeprefix(API)): set(
            schemas[
                operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            ]["properties"]
        )
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    # What proves or sets up a second factor cannot be sent twice; tests/factors sends it broken.
    proofs = {"/auth/prove", "/auth/passkeys/verify", "/workspace/second-factor"}
    found = {
        (method, path): fields
        for (method, path), fields in found.items()
        if path not in proofs and not path.startswith("/auth/factors")
    }
    assert {(route.method, route.path): set(route.kinds) for route in ROUTES} == found


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_body_is_refused(
    name: str, target: Practice, ids: dict[str, str], count_rows: CountRows
) -> None:
    """What is no JSON object of the right shape is a 400, 413 or 422 everywhere, echoes nothing, writes nothing."""
    before = await count_rows()
    answers = {str(route): await send(target, route, ids, BROKEN[name]) for route in ROUTES}
    assert {
        route: a.status_code for route, a in answers.items() if a.status_code not in {400, 413, 422}
    } == {}
    for answer in answers.values():
        problem_of(answer, answer.status_code)
        assert "canary-4be" not in answer.text
    assert await count_rows() == before


CASES = [pytest.param(route, field, id=f"{route}-{field}") for route in ROUTES for field in route.kinds]


@pytest.mark.parametrize(("route", "field"), CASES)
async def test_a_wrong_value_is_named_not_echoed(
    route: WritingRoute, field: str, target: Practice, ids: dict[str, str], count_rows: CountRows
) -> None:
    """A field of the wrong type or form is a 422 that points at it, echoes nothing and writes nothing."""
    before = await count_rows()
    values = BAD[route.kinds[field]]
    answers = [await send(target, route, ids, json.dumps(route.good | {field: value})) for value in values]
    assert [value for value, a in zip(values, answers, strict=True) if a.status_code != 422] == []
    for answer in answers:
        errors = problem_of(answer, 422, "invalid-input")["errors"]
        assert {error["pointer"].split("/")[1] for error in errors} == {field}
        assert "canary-4be" not in answer.text.lower()
    assert await count_rows() == before


@every_route
async def test_an_unknown_field_is_refused_without_its_name(
    route: WritingRoute, target: Practice, ids: dict[str, str], count_rows: CountRows
) -> None:
    """A field the API does not know is a 422; its name, which is the client's own text, is not echoed."""
    before = await count_rows()
    answer = await send(target, route, ids, json.dumps(route.good | {"canary-4be": "canary-4be"}))
    problem_of(answer, 422, "invalid-input")
    assert "canary-4be" not in answer.text
    assert await count_rows() == before


@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/jsonx",
        "json",
    ],
)
async def test_another_media_type_is_refused(
    media_type: str | None, target: Practice, ids: dict[str, str], count_rows: CountRows
) -> None:
    """A good body under a wrong or missing media type is a 415 everywhere and writes nothing."""
    before = await count_rows()
    headers = {} if media_type is None else {"Content-Type": media_type}
    for route in ROUTES:
        answer = await send(target, route, ids, json.dumps(route.good), headers)
        problem_of(answer, 415, "unsupported-media-type")
    assert await count_rows() == before


async def test_a_body_over_the_route_s_limit_is_refused(
    target: Practice, ids: dict[str, str], limits: dict[str, int], count_rows: CountRows
) -> None:
    """A declared length of more than the route takes is a 413 everywhere, and writes nothing."""
    before = await count_rows()
    for route in ROUTES:
        answer = await send(target, route, ids, b" " * (limits[str(route)] + 1))
        problem_of(answer, 413, "content-too-large")
    assert await count_rows() == before


@pytest.mark.parametrize("path", ["/auth/magic-link", "/clients"])
async def test_a_body_of_unknown_length_is_counted(
    path: str, target: Practice, limits: dict[str, int], count_rows: CountRows
) -> None:
    """A body without a declared length is a 413 once more than the route takes has come."""
    before = await count_rows()
    most = limits[f"POST {path}"]

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * (most // 10)

    answer = await target.request("POST", path, content=chunks(), headers=JSON)
    problem_of(answer, 413, "content-too-large")
    assert await count_rows() == before


async def test_every_limit_is_what_the_body_can_hold(limits: dict[str, int], app: FastAPI) -> None:
    """The longest body that is accepted fits, every character of it escaped; strangers send 10 kB at most."""
    routes = [route for route in app.routes if isinstance(route, EdgeRoute)]
    models = {
        f"{method} {route.path.removeprefix(API)}": (route.policy.limit, body)
        for route in routes
        if (body := route.arguments.model) is not None
        for method in route.methods or ()
    }
    needed = {name: most_bytes(model) for name, (_, model) in models.items()}
    del needed["POST /sessions/sync"]  # its notes are counted together: 10 MB
    assert {name: (most, limits[name]) for name, most in needed.items() if most > limits[name]} == {}
    assert all(limits[name] <= 10_000 for name, (limit, _) in models.items() if limit is Limit.PUBLIC)


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=utf-8"])
async def test_json_is_taken_with_parameters_and_in_any_case(media_type: str, practice: Practice) -> None:
    """The media type is compared without case and without its parameters."""
    answer = await practice.request(
        "POST", "/auth/tokens", content=b'{"name": "x"}', headers={"Content-Type": media_type}
    )
    assert answer.status_code == 201


async def test_a_name_given_twice_is_refused(practice: Practice) -> None:
    """A body with one field twice is ambiguous, so it is a 4xx rather than one of the two."""
    answer = await practice.request(
        "POST", "/auth/tokens", content=b'{"name": "one", "name": "two"}', headers=JSON
    )
    assert answer.status_code in {400, 422}


async def test_twenty_thousand_characters_fit(practice: Practice) -> None:
    """The longest text is counted in characters, not bytes: 20,000 emoji are accepted and come back."""
    text = "🙂" * 20_000
    note = await practice.make_session(plan=text)
    assert note["plan"] == text


PATHS = [
    ("DELETE", "/auth/tokens/{}"),
    ("DELETE", "/auth/sign-ins/{}"),
    ("PUT", "/members/{}"),
    ("DELETE", "/members/{}"),
    ("GET", "/clients/{}"),
    ("PUT", "/clients/{}"),
    ("DELETE", "/clients/{}"),
    ("GET", "/appointments/{}"),
    ("PUT", "/appointments/{}"),
    ("DELETE", "/appointments/{}"),
    ("GET", "/sessions/{}"),
    ("PUT", "/sessions/{}"),
    ("PATCH", "/sessions/{}/finalize"),
    ("DELETE", "/sessions/{}"),
]


WRONG_IDS = (
    "canary-4be",
    "zzzzzzzz-zzzz-zzzz-zzzz-canary-4bezz",
    "%00",
    "%F0%9F%99%82",
    "canary-4be' OR '1'='1",
    "0" * 2000,
)


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_an_id_that_is_no_uuid_is_refused(
    method: str, path: str, target: Practice, count_rows: CountRows
) -> None:
    """An id in the address that is not a UUID is a 422 that echoes nothing and writes nothing."""
    before = await count_rows()
    body: dict[str, Any] = {"content": b"{}", "headers": JSON} if method == "PUT" else {}
    for wrong in WRONG_IDS:
        answer = await target.request(method, path.format(wrong), **body)
        problem_of(answer, 422, "invalid-input")
        assert "canary-4be" not in answer.text
    assert await count_rows() == before


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_an_unknown_id_is_a_404(method: str, path: str, target: Practice) -> None:
    """An id that nothing has is a 404 on every route."""
    body = {"content": b"{}", "headers": JSON} if method == "PUT" else {}
    unknown = "01890000-0000-7000-8000-000000000000"
    problem_of(await target.request(method, path.format(unknown), **body), 404, "not-found")
