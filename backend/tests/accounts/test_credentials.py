"""Sign-ins by cookie and API tokens."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.base.tokens import hashed
from tests.accounts.mailbox import SIGN_UP, Person
from tests.support.practice import API, Practice, browser, join

CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "http://evil.example"},
    {"Origin": "https://testserver"},
    {"Origin": "http://testserver:8080"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "null"},
]
SAME_SITE = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
]


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
async def test_a_cookie_write_from_another_site_is_refused(person: Person, headers: dict[str, str]) -> None:
    """A write that a cookie would carry out is a 403 when another site started it, and nothing is written."""
    await person.signed_up()
    answer = await person.http.put(f"{API}/workspace", json={"name": "stolen"}, headers=headers)
    assert (answer.status_code, slug(answer)) == (403, "cross-site-request")
    assert (await person.http.get(f"{API}/workspace")).json()["name"] == "Clinic"


@pytest.mark.parametrize("headers", SAME_SITE, ids=str)
async def test_a_cookie_write_of_ones_own_site_is_allowed(person: Person, headers: dict[str, str]) -> None:
    """A write from the same origin, or from a client that is no browser, is carried out."""
    await person.signed_up()
    answer = await person.http.put(f"{API}/workspace", json={"name": "mine"}, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
async def test_a_bearer_token_may_come_from_anywhere(practice: Practice, headers: dict[str, str]) -> None:
    """No browser adds an Authorization header by itself, so the origin does not matter."""
    assert (await practice.put("/workspace", {"name": "mine"}, headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/auth/signup", "/auth/magic-link", "/auth/verify"])
async def test_a_sign_in_started_by_another_site_is_refused(person: Person, path: str) -> None:
    """Another site can neither sign a visitor in nor have mails sent."""
    bodies = {
        "/auth/signup": {"email": person.email, **SIGN_UP},
        "/auth/magic-link": {"email": person.email},
        "/auth/verify": {"token": "A" * 43},
    }
    answer = await person.post(path, bodies[path], headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, slug(answer)) == (403, "cross-site-request")
    assert await person.link_ids() == []


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
async def test_a_link_from_another_site_still_reads(person: Person, headers: dict[str, str]) -> None:
    """Following a link from elsewhere to a page of PazPaz is not a write and keeps one signed in."""
    await person.signed_up()
    assert (await person.http.get(f"{API}/auth/me", headers=headers)).status_code == 200


async def test_signing_out_ends_the_sign_in_at_once(person: Person) -> None:
    """After logout the very cookie that was signed in is a 401."""
    await person.signed_up()
    cookie = person.http.cookies["pazpaz_sign_in"]
    answer = await person.post("/auth/logout", {})
    assert answer.status_code == 204
    assert "pazpaz_sign_in" not in person.http.cookies
    late = await person.http.get(f"{API}/auth/me", headers={"Cookie": f"pazpaz_sign_in={cookie}"})
    assert late.status_code == 401


async def test_signing_out_twice_is_a_401(person: Person) -> None:
    """A session that has ended cannot be ended again."""
    await person.signed_up()
    headers = {"Cookie": f"pazpaz_sign_in={person.http.cookies['pazpaz_sign_in']}"}
    statuses = [(await person.http.post(f"{API}/auth/logout", headers=headers)).status_code for _ in range(2)]
    assert statuses == [204, 401]


async def test_signing_out_leaves_other_sign_ins(person: Person, app: FastAPI) -> None:
    """Another browser of the same user stays signed in."""
    await person.signed_up()
    async with browser(app) as second:
        twin = Person(second, person.resources, person.referee, person.email)
        await twin.ask()
        await twin.verify()
        await person.post("/auth/logout", {})
        assert (await second.get(f"{API}/auth/me")).status_code == 200


async def test_secrets_are_stored_as_hashes(person: Person) -> None:
    """Of cookie and token only the SHA-256 is in the database."""
    signed_in = await person.signed_up()
    made = await person.post("/auth/tokens", {"name": "laptop"})
    secrets = {person.http.cookies["pazpaz_sign_in"], made.json()["token"]}
    rows = await person.referee.fetch("SELECT * FROM credentials WHERE user_id = $1", signed_in["user"]["id"])
    assert {row["hash"] for row in rows} == {hashed(secret) for secret in secrets}
    assert not any(secret in str(row) for secret in secrets for row in rows)


async def test_a_token_is_shown_once(practice: Practice) -> None:
    """The answer that makes a token is the only one that holds it."""
    made = await practice.post("/auth/tokens", {"name": "מחשב"})
    assert made.status_code == 201
    token = made.json()["token"]
    listed = await practice.get("/auth/tokens")
    assert token not in listed.text
    assert "hash" not in listed.text
    (item,) = [item for item in listed.json()["items"] if item["id"] == made.json()["id"]]
    assert item["name"] == "מחשב"


async def test_a_token_signs_in(practice: Practice, app: FastAPI) -> None:
    """A new token works in an Authorization header, in any case of the scheme."""
    token = (await practice.post("/auth/tokens", {"name": "x"})).json()["token"]
    async with browser(app) as http:
        answer = await http.get(f"{API}/auth/me", headers={"Authorization": f"bearer {token}"})
    assert answer.json()["user"]["id"] == str(practice.user_id)


async def test_a_revoked_token_is_refused_at_once(practice: Practice, app: FastAPI) -> None:
    """A token that worked a moment ago is a 401 after its revocation, and is not listed any more."""
    made = (await practice.post("/auth/tokens", {"name": "x"})).json()
    async with browser(app) as http:
        http.headers["Authorization"] = f"Bearer {made['token']}"
        assert (await http.get(f"{API}/auth/me")).status_code == 200
        assert (await practice.delete(f"/auth/tokens/{made['id']}")).status_code == 204
        assert (await http.get(f"{API}/auth/me")).status_code == 401
    assert made["id"] not in (await practice.get("/auth/tokens")).text


async def test_a_token_is_revoked_once(practice: Practice) -> None:
    """Revoking it again is a 404, also for eight at once."""
    made = (await practice.post("/auth/tokens", {"name": "x"})).json()
    answers = await asyncio.gather(*(practice.delete(f"/auth/tokens/{made['id']}") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 7


async def test_another_workspaces_token_cannot_be_revoked(practice: Practice, other: Practice) -> None:
    """A foreign token's id is a 404, and the token goes on working."""
    made = (await other.post("/auth/tokens", {"name": "x"})).json()
    assert (await practice.delete(f"/auth/tokens/{made['id']}")).status_code == 404
    assert made["id"] in (await other.get("/auth/tokens")).text


async def test_a_colleagues_token_cannot_be_seen_or_revoked(app: FastAPI, practice: Practice) -> None:
    """Tokens belong to a user: another owner of the same workspace neither lists nor revokes them."""
    made = (await practice.post("/auth/tokens", {"name": "x"})).json()
    colleague = await join(app, practice, "owner")
    async with colleague.http:
        assert (await colleague.delete(f"/auth/tokens/{made['id']}")).status_code == 404
        assert made["id"] not in (await colleague.get("/auth/tokens")).text
    assert made["id"] in (await practice.get("/auth/tokens")).text


async def test_tokens_are_listed_newest_first(practice: Practice) -> None:
    """The list is in order of making, the newest at the top, without sessions."""
    for name in ("one", "two"):
        await practice.post("/auth/tokens", {"name": name})
    listed = (await practice.get("/auth/tokens")).json()
    assert [item["name"] for item in listed["items"]] == ["two", "one", "tests"]
    assert listed["total"] == 3


async def test_bearer_goes_before_the_cookie(person: Person) -> None:
    """A wrong token is a 401 even beside a valid cookie: what was asked for is what is checked."""
    await person.signed_up()
    answer = await person.http.get(f"{API}/auth/me", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
