"""What other origins and odd methods get."""

import pytest
from fastapi import FastAPI

from tests.support.practice import API, Practice, browser


@pytest.mark.parametrize("path", ["/api/v1/clients", "/api/v1/auth/magic-link", "/sign-in", "/nowhere"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_no_answer_opens_itself_to_other_origins(app: FastAPI, method: str, path: str) -> None:
    """No CORS header, whatever origin asks for it, so that a browser shows it to no other site's script."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with browser(app) as http:
        answer = await http.request(method, path, headers=asked)
    assert [name for name in answer.headers if name.startswith("access-control-")] == []
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/app/x", "GET, HEAD"),
        ("/", "GET, HEAD"),
        ("/r/x", "GET, HEAD, POST"),
        (f"{API}/clients", "GET, HEAD, POST"),
    ],
)
async def test_what_an_address_answers_is_named(app: FastAPI, path: str, allowed: str) -> None:
    """A refused method is told all others, of pages too."""
    async with browser(app) as http:
        answer = await http.request("DELETE", path, headers={"Origin": "http://testserver"})
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_trace_is_not_answered(practice: Practice) -> None:
    """TRACE repeats no header of the request."""
    answer = await practice.http.request("TRACE", f"{API}/clients")
    assert answer.status_code == 405
    assert practice.token not in answer.text
