"""No other site starts what hands out a record, also not by a link that a person follows."""

import re
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.http.deps import COOKIE
from tests.core.problem import problem_of
from tests.support.guards_cases import CASES, policies, where
from tests.support.practice import API, Practice, browser

READS = frozenset({"GET", "HEAD"})
HANDED_OUT = sorted(re.sub(r"{\w+}", "{}", case.operation[1]) for case in CASES.values() if case.hands_out)


@pytest.fixture
async def signed_in(app: FastAPI, practice: Practice) -> AsyncIterator[httpx.AsyncClient]:
    """The practice's owner in a browser: the credential comes by cookie."""
    async with browser(app) as http:
        http.headers["Cookie"] = f"{COOKIE}={practice.token}"
        yield http


async def test_every_file_is_in_the_list(app: FastAPI) -> None:
    """What the routes declare, once more by hand."""
    wrong = [
        f"{where(operation)}: {' '.join(operation)}: hands_out={route.policy.hands_out} stands in no case"
        for operation, route in policies(app)
        if operation[0] in READS and route.policy.hands_out != CASES[operation].hands_out
    ]
    assert wrong == []


@pytest.mark.parametrize("path", HANDED_OUT)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ],
    ids=["a link elsewhere", "a sibling", "an old browser"],
)
async def test_another_site_starts_nothing(
    path: str,
    headers: dict[str, str],
    signed_in: httpx.AsyncClient,
    practice: Practice,
    superuser: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """Refused before anything is looked up, and recorded."""
    answer = await signed_in.get(API + path.format(new_id(), new_id()), headers=headers)
    problem_of(answer, 403, "cross-site-request")
    events = await superuser.fetch(
        "SELECT action FROM audit_events WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1",
        practice.workspace_id,
    )
    assert events[0]["action"].endswith(".denied")


@pytest.mark.parametrize("path", HANDED_OUT)
@pytest.mark.parametrize("site", ["same-origin", "none", None])
async def test_people_start_it_themselves(path: str, site: str | None, signed_in: httpx.AsyncClient) -> None:
    """From the application, from the address bar, or without a browser."""
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    answer = await signed_in.get(API + path.format(new_id(), new_id()), headers=headers)
    assert "cross-site" not in answer.text[:300]
    assert answer.status_code in {200, 404}


async def test_a_token_is_no_browser_s(practice: Practice) -> None:
    """No other site can make a browser send an API token."""
    path = HANDED_OUT[0].format((await practice.make_client())["id"])
    assert (await practice.get(path, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200
