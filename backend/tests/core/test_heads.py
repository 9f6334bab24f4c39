"""HEAD: all that GET answers, but the body."""

import re
from uuid import uuid4

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.http.routing import EdgeRoute
from pazpaz.main import create_app
from tests.core.problem import problem_of
from tests.support.practice import API, Practice, browser

_OWN = {"x-request-id", "ratelimit", "date"}  # differ from one answer to the next


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sign-in",
        "/second-factor",
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/docs",
        "/nowhere",
        f"{API}/clients",
        f"{API}/auth/me",
        f"{API}/clients?limit=0",
        f"{API}/auth/logout",
    ],
)
async def test_head_answers_as_get_does_without_a_body(practice: Practice, path: str) -> None:
    got, headed = await practice.http.get(path), await practice.http.head(path)
    assert headed.status_code == got.status_code
    assert headed.content == b""
    kept = [{k: v for k, v in answer.headers.items() if k not in _OWN} for answer in (got, headed)]
    assert kept[0] == kept[1]
    assert headed.headers["content-length"] == str(len(got.content))


async def test_every_route_that_takes_get_takes_head(app: FastAPI, practice: Practice) -> None:
    """The status is that of GET at every address, so none is a 405."""
    paths = {r.path for r in app.router.routes if isinstance(r, EdgeRoute) and "GET" in (r.methods or ())}
    assert len(paths) > 20
    for path in sorted(paths):
        asked = re.sub(r"\{\w+\}", str(uuid4()), path)
        got, headed = await practice.http.get(asked), await practice.http.head(asked)
        assert (path, headed.status_code, headed.content) == (path, got.status_code, b"")


async def test_an_export_asked_for_by_head_ends_at_once(practice: Practice) -> None:
    """No page of it is sent, and the next export has its turn."""
    for _ in range(2):
        answer = await practice.http.head(f"{API}/workspace/export")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == "application/zip"


async def test_head_is_recorded_and_counted_like_get(
    settings: Settings, practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Whoever only asks whether a client exists has looked, and has used a read."""
    made = await practice.make_client()
    app = create_app(settings.model_copy(update={"rate_limit_reads_per_minute": 2}))
    async with app.router.lifespan_context(app), browser(app) as http:
        http.headers["Authorization"] = f"Bearer {practice.token}"
        statuses = [(await http.head(f"{API}/clients/{made['id']}")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    recorded = await superuser.fetchval(
        "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'client.read'",
        practice.workspace_id,
    )
    assert recorded == 2


async def test_allow_names_head_beside_get(practice: Practice) -> None:
    answer = await practice.request("PATCH", "/clients")
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


async def test_the_bare_address_leads_to_the_app(app: FastAPI) -> None:
    async with browser(app) as http:
        answer = await http.get("/")
        assert (answer.status_code, answer.headers["location"]) == (307, "/app/")
        assert (await http.get("/", follow_redirects=True)).headers["content-type"].startswith("text/html")
