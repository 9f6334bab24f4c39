"""Parameters and fields that nobody knows: none is ignored, and the answer says which."""

import re
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from pazpaz.core.http.routing import EdgeRoute
from tests.core.problem import problem_of
from tests.support.practice import API, Practice

UNKNOWN = {"detail": "has a field that is not known", "pointer": "/colour"}


def errors_of(answer: httpx.Response) -> list[dict[str, str]]:
    found: list[dict[str, str]] = problem_of(answer, 422, "invalid-input")["errors"]
    return found


async def test_no_route_ignores_a_query_parameter(app: FastAPI, practice: Practice) -> None:
    """Every route refuses one it does not know, before it looks whether what it is asked about exists."""
    ignoring = []
    routes = [route for route in app.router.routes if isinstance(route, EdgeRoute)]
    assert len(routes) > 50
    for route in routes:
        path = re.sub(r"\{\w+\}", lambda _: str(uuid4()), route.path)
        for method in sorted(route.methods or ()):
            sent = {"file": ("a.png", b"x")} if (method, path[-12:]) == ("POST", "/attachments") else None
            answer = await practice.http.request(method, path, params={"colour": "canary-77d"}, files=sent)
            if answer.status_code != 422 or UNKNOWN not in answer.json()["errors"]:
                ignoring.append((method, route.path, answer.text))
            assert "canary-77d" not in answer.text
    assert ignoring == []


async def test_an_unknown_filter_filters_nothing(practice: Practice) -> None:
    """A filter that this API does not have is no way to see everybody's."""
    answer = await practice.get("/appointments", params={"limit": 1, "colour": "red"})
    assert errors_of(answer) == [UNKNOWN]


async def test_several_parameters_are_all_named(practice: Practice) -> None:
    answer = await practice.get("/clients", params={"shape": "", "colour": "", "limit": 2})
    assert [error["pointer"] for error in errors_of(answer)] == ["/colour", "/shape"]


@pytest.mark.parametrize("name", ["Ruth Levy", "canary-77d", "רות", "a/b", "x" * 41, "", "7"])
async def test_a_name_that_may_be_a_persons_is_not_repeated(practice: Practice, name: str) -> None:
    """What does not look like the name of a field is the client's own text; its place is named instead."""
    by_query = await practice.get("/clients", params={name: "1"})
    by_body = await practice.post("/clients", {"first_name": "a", "last_name": "b", name: "c"})
    for answer in (by_query, by_body):
        assert errors_of(answer) == [UNKNOWN | {"pointer": "/"}]


async def test_an_unknown_field_is_named_where_it_stands(practice: Practice) -> None:
    answer = await practice.post("/clients", {"first_name": "a", "last_name": "b", "colour": "red"})
    assert errors_of(answer) == [UNKNOWN]


async def test_an_unknown_field_of_a_form_is_named(practice: Practice) -> None:
    session = await practice.make_session()
    answer = await practice.post(f"/sessions/{session['id']}/attachments", files={"colour": ("a.png", b"x")})
    assert errors_of(answer) == [UNKNOWN]


async def test_pages_for_people_take_what_others_add_to_a_link(app: FastAPI, practice: Practice) -> None:
    """Mail programs and chats add parameters to links; the page opens."""
    pages = [r for r in app.router.routes if isinstance(r, APIRoute) and not isinstance(r, EdgeRoute)]
    assert {"/", "/sign-in"} <= {route.path for route in pages}
    for path, status in (("/sign-in", 307), ("/second-factor", 200)):
        assert (await practice.http.get(path, params={"utm_source": "mail"})).status_code == status
    assert API not in {route.path for route in pages}
