"""Links opened by many at once, codes that are guessed, and addresses that are asked about."""

import asyncio
import os
import re

import httpx
import pytest
from fastapi import FastAPI

from tests.accounts.mailbox import SIGN_UP, Person
from tests.support.lengths import length
from tests.support.practice import API, browser

ROUNDS = int(os.environ.get("PAZPAZ_TEST_LINK_RACES", length(20, slow=200)))
AT_ONCE = 32
_RANDOM = re.compile(r"[\w-]{43}|\d{6}|\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{8}-[0-9a-f-]{27}")


async def test_a_link_opened_by_many_at_once_signs_one_in(person: Person) -> None:
    """Each of many links, opened 32 times at once, is one 200, one session, and 31 refusals."""
    signed_in = await person.signed_up()
    before = await _sessions(person)
    for _ in range(ROUNDS):
        await person.ask()
        token = person.mails()[-1].token
        answers = await asyncio.gather(
            *(person.post("/auth/verify", {"token": token}) for _ in range(AT_ONCE))
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * (AT_ONCE - 1)
        assert {a.json()["user"]["id"] for a in answers if a.is_success} == {signed_in["user"]["id"]}
    assert await _sessions(person) - before == ROUNDS


async def _sessions(person: Person) -> int:
    count: int = await person.referee.fetchval(
        "SELECT count(*) FROM credentials c JOIN users u ON u.workspace_id = c.workspace_id AND u.id = c.user_id"
        " WHERE u.email = $1 AND c.kind = 'sign-in'",
        person.email,
    )
    return count


async def test_a_wrong_code_is_recorded(person: Person, elsewhere: httpx.AsyncClient) -> None:
    """A sign-in that failed is an event of the practice whose address it was about."""
    signed_in = await person.signed_up()
    code = (await person.ask()).json()["code"]
    body = {"token": person.mails()[-1].token, "code": f"{(int(code) + 1) % 1_000_000:06d}"}
    assert (await elsewhere.post(f"{API}/auth/verify", json=body)).status_code == 403
    events = (await person.http.get(f"{API}/audit-events")).json()["items"]
    failed = [event for event in events if event["action"] == "user.sign-in-failed"]
    assert [event["workspace_id"] for event in failed] == [signed_in["workspace"]["id"]]


async def test_signing_in_makes_a_new_sign_in_each_time(person: Person) -> None:
    """A browser that signs in again has another token; one it brought along is never taken over."""
    await person.signed_up()
    first = person.http.cookies["pazpaz_sign_in"]
    await person.ask()
    await person.verify()
    assert person.http.cookies["pazpaz_sign_in"] != first


def _comparable(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], str]:
    """All that could tell answers apart, without what is random or a moment in each of them."""
    hidden = {"x-request-id", "date", "ratelimit"}  # the last counts the asking address
    headers = [
        (name, _RANDOM.sub("…", value)) for name, value in answer.headers.items() if name not in hidden
    ]
    return answer.status_code, headers, _RANDOM.sub("…", answer.text)


@pytest.mark.parametrize("path", ["magic-link", "signup"])
async def test_nothing_of_an_answer_tells_a_known_address(person: Person, app: FastAPI, path: str) -> None:
    """Status, headers in their order and every byte of the body are alike, ids and codes apart."""
    await person.signed_up()
    answers = []
    for email in (person.email, f"x{person.email[1:]}"):
        body = {"email": email, **(SIGN_UP if path == "signup" else {})}
        async with browser(app) as http:
            answers.append(await http.post(f"{API}/auth/{path}", json=body))
    assert _comparable(answers[0]) == _comparable(answers[1])
    assert len(answers[0].content) == len(answers[1].content)
