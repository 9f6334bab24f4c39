"""What the outermost layer adds to every answer, and whom it takes for the client."""

from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.http.edge import client_of
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from tests.support.practice import Practice, browser

FORGED = {"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7", "X-Real-IP": "203.0.113.7"}


def scope(*forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"client": ("192.0.2.1", 5), "headers": headers}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, ["198.51.100.9"], "192.0.2.1"),
        (1, ["198.51.100.9"], "198.51.100.9"),
        (1, ["203.0.113.7, 198.51.100.9"], "198.51.100.9"),
        (1, ["203.0.113.7", "198.51.100.9"], "198.51.100.9"),
        (2, ["203.0.113.7, 198.51.100.9, 10.0.0.2"], "198.51.100.9"),
        (2, ["10.0.0.2"], "192.0.2.1"),
        (1, [], "192.0.2.1"),
    ],
)
def test_only_trusted_proxies_are_believed(proxies: int, forwarded: list[str], expected: str) -> None:
    """As many entries from the right count as there are proxies; what stands left of them is the client's."""
    found = client_of(scope(*forwarded), proxies)
    assert found is not None
    assert found[0] == expected


async def test_a_forged_address_is_not_audited(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Without trusted proxies no header moves the audit log's network."""
    await practice.get("/clients", headers=FORGED)
    prefixes = await superuser.fetch(
        "SELECT DISTINCT ip_prefix FROM audit_events WHERE workspace_id = $1 AND action = 'client.list'",
        practice.workspace_id,
    )
    assert [row["ip_prefix"] for row in prefixes] == ["127.0.0.0/24"]


async def test_every_answer_forbids_sniffing_framing_and_keeping(practice: Practice) -> None:
    """Successes and failures alike carry the security headers."""
    for path in ("/clients", "/clients/nothing", "/nowhere"):
        headers = (await practice.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "strict-transport-security" not in headers


async def test_over_https_transport_security_is_asked_for(settings: Settings) -> None:
    """Where people reach PazPaz by https, browsers are told to stay with it."""
    app = create_app(settings.model_copy(update={"public_url": "https://pazpaz.example"}))
    async with app.router.lifespan_context(app), browser(app) as http:
        headers = (await http.get("/health/live")).headers
    assert headers["strict-transport-security"].startswith("max-age=63072000")


async def test_the_description_is_served_only_where_asked_for(settings: Settings, app: FastAPI) -> None:
    """/docs and /openapi.json exist in the embedded mode, and elsewhere only when switched on."""
    closed = create_app(settings.model_copy(update={"docs": False}))
    async with closed.router.lifespan_context(closed), browser(closed) as http:
        assert [(await http.get(path)).status_code for path in ("/docs", "/openapi.json")] == [404, 404]
    async with browser(app) as http:
        assert (await http.get("/openapi.json")).status_code == 200


async def test_unready_is_a_problem_that_names_the_services(app: FastAPI, resources: Resources) -> None:
    """Without PostgreSQL, readiness is a 503 document that says which services answer."""
    held = [await resources.engine.acquire() for _ in range(resources.settings.database_pool_size)]
    try:
        async with browser(app) as http:
            answer = await http.get("/health/ready")
    finally:
        for connection in held:
            await resources.engine.release(connection)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["database"], answer.json()["queue"]) == (
        503,
        "unavailable",
        "ok",
    )
