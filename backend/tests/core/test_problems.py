"""Problem documents: every answer that is no success has one shape, the framework's own too."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import HTTPException

from pazpaz.core.base.config import Settings
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.main import create_app
from tests.core.problem import problem_of
from tests.support.practice import API, Practice, browser

failing = feature_router("failing")


class CanaryError(Exception):
    """A fault of ours whose text quotes what a client sent."""


@failing.get("/failing/error")
@policy(roles=(), audit=())
async def fails() -> None:
    """Fail in a way nobody planned."""
    raise CanaryError("canary-77d SELECT /srv/secret")


@failing.get("/failing/http/{status}")
@policy(roles=(), audit=())
async def answers(status: int) -> None:
    """Fail as the framework does."""
    raise HTTPException(status, "canary-77d")


@pytest.fixture(scope="module")
async def faulty(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application with routes that fail."""
    app = create_app(settings)
    app.router.routes.extend(failing.routes)
    async with app.router.lifespan_context(app), browser(app) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/v1/nothing", "/api/v1/clients/a/b/c", "/%00", "/..%2f..%2fetc/passwd", "/canary-77d"],
)
async def test_an_unknown_address_is_a_problem(app: FastAPI, path: str) -> None:
    """An address without a route is a 404 document that does not repeat the address."""
    async with browser(app) as client:
        answer = await client.get(path)
    problem_of(answer, 404, "not-found")
    assert "canary-77d" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/clients/", "/api/v1/auth/me/"])
async def test_a_slash_too_many_is_a_problem(app: FastAPI, path: str) -> None:
    """An address with a trailing slash is unknown like any other, not a redirect to what the Host header says."""
    async with browser(app) as client:
        problem_of(await client.get(path, headers={"Host": "evil.example"}), 404, "not-found")


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "TRACE", "CANARY"])
async def test_a_wrong_method_is_a_problem_with_allow(practice: Practice, method: str) -> None:
    """A method that an address does not take is a 405 document, and `Allow` names those it takes."""
    answer = await practice.request(method, "/clients")
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


async def test_allow_names_all_methods_of_an_address(practice: Practice) -> None:
    """`Allow` lists every method of the address, not only those of one route."""
    answer = await practice.request("PATCH", "/clients")
    assert {method.strip() for method in answer.headers["allow"].split(",")} >= {"GET", "POST"}


async def test_an_unplanned_error_is_a_problem_without_its_text(faulty: httpx.AsyncClient) -> None:
    """Whatever goes wrong inside is a 500 document that tells nothing of it."""
    answer = await faulty.get(f"{API}/failing/error")
    problem_of(answer, 500, "internal-error")
    assert "canary-77d" not in answer.text
    assert "SELECT" not in answer.text


@pytest.mark.parametrize("status", [400, 404, 405, 406, 413, 415, 503])
async def test_errors_of_the_framework_are_problems(faulty: httpx.AsyncClient, status: int) -> None:
    """The framework's own HTTP errors become documents with the same status and without their text."""
    answer = await faulty.get(f"{API}/failing/http/{status}")
    problem_of(answer, status)
    assert "canary-77d" not in answer.text


async def test_a_wrong_path_parameter_is_a_problem(faulty: httpx.AsyncClient) -> None:
    """A validation error names the parameter by a JSON Pointer and does not echo it."""
    answer = await faulty.get(f"{API}/failing/http/canary-77d")
    errors = problem_of(answer, 422, "invalid-input")["errors"]
    assert errors == [{"pointer": "/status", "detail": "must be a whole number"}]


async def test_malformed_json_is_a_400(practice: Practice) -> None:
    """A body that is no JSON is a 400 `bad-request`, unlike one of the wrong shape."""
    answer = await practice.request(
        "POST", "/clients", content=b"{", headers={"Content-Type": "application/json"}
    )
    problem_of(answer, 400, "bad-request")


async def test_several_errors_are_all_named(practice: Practice) -> None:
    """A 422 lists every field that is wrong, each with its pointer."""
    answer = await practice.post("/clients", {"first_name": 1, "email": "x"})
    pointers = {error["pointer"] for error in problem_of(answer, 422)["errors"]}
    assert pointers == {"/first_name", "/last_name", "/email"}


async def test_an_error_inside_a_list_points_at_its_place(practice: Practice) -> None:
    """The pointer of a list's item holds its index."""
    body = {"first_name": "a", "last_name": "b", "tags": ["ok", 7]}
    errors = problem_of(await practice.post("/clients", body), 422)["errors"]
    assert [error["pointer"] for error in errors] == ["/tags/1"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "", "9" * 30])
@pytest.mark.parametrize("path", ["/clients", "/appointments", "/sessions"])
async def test_a_limit_out_of_range_is_refused(practice: Practice, path: str, limit: str) -> None:
    """`limit` is a whole number from 1 to 100."""
    errors = problem_of(await practice.get(path, params={"limit": limit}), 422)["errors"]
    assert [error["pointer"] for error in errors] == ["/limit"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer canary-77d"},
        {"Authorization": "Basic Y2FuYXJ5LTc3ZA=="},
        {"Authorization": "Bearer \xe9\xff"},
        {"Cookie": "pazpaz_sign_in=canary-77d"},
    ],
)
async def test_without_a_valid_token_it_is_a_401(app: FastAPI, headers: dict[str, str]) -> None:
    """No, a malformed or an unknown credential is a 401 that names the scheme."""
    async with browser(app) as client:
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = await client.get("/api/v1/clients", headers=raw)  # type: ignore[arg-type]
    problem_of(answer, 401, "not-authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_every_answer_has_an_id_of_its_own(practice: Practice) -> None:
    """Each answer, good or bad, has its own X-Request-ID, and a client cannot choose it."""
    chosen = {"X-Request-ID": "canary-77d"}
    ids = [
        (await practice.get(path, headers=chosen)).headers["x-request-id"]
        for path in ("/clients", "/nothing") * 2
    ]
    assert len(set(ids)) == 4
    assert "canary-77d" not in ids


@pytest.mark.parametrize("path", ["/api/v1/auth/me", "/api/v1/nothing", "/health/live"])
async def test_answers_are_not_stored_and_not_sniffed(practice: Practice, path: str) -> None:
    """Every answer forbids caches to keep it and browsers to guess its type."""
    answer = await practice.http.get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
