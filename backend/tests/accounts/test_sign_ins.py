"""Signed-in browsers: which there are, ending them, and how they end by themselves."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.base.tokens import hashed
from tests.accounts.mailbox import Person
from tests.core.problem import problem_of
from tests.support.practice import API, Practice, browser, join


@pytest.fixture
async def signed_in(person: Person) -> Person:
    """Someone signed in to a practice of their own."""
    await person.signed_up()
    return person


@pytest.fixture
async def twin(app: FastAPI, signed_in: Person) -> AsyncIterator[Person]:
    """The same user in a second browser."""
    async with browser(app) as http:
        twin = Person(http, signed_in.resources, signed_in.referee, signed_in.email)
        await twin.ask()
        assert (await twin.verify()).status_code == 200
        yield twin


async def me(person: Person) -> httpx.Response:
    return await person.http.get(f"{API}/auth/me")


async def listed(person: Person) -> list[dict[str, Any]]:
    """The sign-ins the person sees."""
    answer = await person.http.get(f"{API}/auth/sign-ins")
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["items"])
    items: list[dict[str, Any]] = page["items"]
    return items


async def credential(person: Person) -> asyncpg.Record:
    """This browser's sign-in as the database has it."""
    found = await person.referee.fetchrow(
        "SELECT *, now() FROM credentials WHERE hash = $1", hashed(person.http.cookies["pazpaz_sign_in"])
    )
    assert found is not None
    return found


async def put_back(person: Person, column: str, seconds: int) -> None:
    """Move an end of this browser's sign-in to so many seconds from now; negative is in the past."""
    await person.referee.execute(
        f"UPDATE credentials SET {column} = now() + $2 * interval '1 second' WHERE hash = $1",
        hashed(person.http.cookies["pazpaz_sign_in"]),
        seconds,
    )


def forget(app: FastAPI, person: Person) -> None:
    """As after a minute: the process asks the database again who this is."""
    app.state.actors.forget(hashed(person.http.cookies["pazpaz_sign_in"]))


async def test_sign_ins_are_listed_newest_first(signed_in: Person, twin: Person) -> None:
    """Each browser is one sign-in, the newest at the top; API tokens are not among them."""
    await signed_in.post("/auth/tokens", {"name": "no browser"})
    ids = [str((await credential(one))["id"]) for one in (twin, signed_in)]
    assert [item["id"] for item in await listed(signed_in)] == ids
    assert {item["kind"] for item in await listed(signed_in)} == {"sign-in"}


async def test_a_list_of_sign_ins_holds_no_secret(signed_in: Person) -> None:
    """Neither the cookie nor its hash is shown."""
    answer = await signed_in.http.get(f"{API}/auth/sign-ins")
    cookie = signed_in.http.cookies["pazpaz_sign_in"]
    assert cookie not in answer.text
    assert hashed(cookie).hex() not in answer.text
    assert "hash" not in answer.text


async def test_another_browser_is_signed_out(signed_in: Person, twin: Person) -> None:
    """A sign-in ended from another browser is a 401 on its next request, and is listed no more."""
    assert (await me(twin)).status_code == 200
    sign_in = (await credential(twin))["id"]
    answer = await signed_in.http.delete(f"{API}/auth/sign-ins/{sign_in}")
    assert answer.status_code == 204
    problem_of(await me(twin), 401, "not-authenticated")
    assert str(sign_in) not in {item["id"] for item in await listed(signed_in)}


async def test_ending_one_sign_in_leaves_the_others(signed_in: Person, twin: Person) -> None:
    """The browser that ended another one stays signed in."""
    await signed_in.http.delete(f"{API}/auth/sign-ins/{(await credential(twin))['id']}")
    assert (await me(signed_in)).status_code == 200


async def test_a_sign_in_ends_once(signed_in: Person, twin: Person) -> None:
    """Ending it again is a 404."""
    path = f"{API}/auth/sign-ins/{(await credential(twin))['id']}"
    assert [(await signed_in.http.delete(path)).status_code for _ in range(2)] == [204, 404]


async def test_ones_own_sign_in_may_be_ended(signed_in: Person) -> None:
    """A browser may end its own sign-in."""
    sign_in = (await credential(signed_in))["id"]
    assert (await signed_in.http.delete(f"{API}/auth/sign-ins/{sign_in}")).status_code == 204
    assert (await me(signed_in)).status_code == 401


@pytest.mark.parametrize(("made", "ended"), [("tokens", "sign-ins"), ("sign-ins", "tokens")])
async def test_tokens_and_sign_ins_are_ended_apart(signed_in: Person, made: str, ended: str) -> None:
    """A token's id is no sign-in's, nor the other way round: 404, and it works on."""
    token = (await signed_in.post("/auth/tokens", {"name": "x"})).json()
    named = {"tokens": token["id"], "sign-ins": (await credential(signed_in))["id"]}
    answer = await signed_in.http.delete(f"{API}/auth/{ended}/{named[made]}")
    problem_of(answer, 404, "not-found")
    assert (await me(signed_in)).status_code == 200
    headers = {"Authorization": f"Bearer {token['token']}"}
    assert (await signed_in.http.get(f"{API}/auth/me", headers=headers)).status_code == 200


async def test_another_practices_sign_in_cannot_be_ended(signed_in: Person, other: Practice) -> None:
    """A foreign sign-in's id is a 404, it is not listed, and it stays."""
    sign_in = (await credential(signed_in))["id"]
    problem_of(await other.delete(f"/auth/sign-ins/{sign_in}"), 404, "not-found")
    assert (await other.get("/auth/sign-ins")).json()["total"] == 0
    assert (await me(signed_in)).status_code == 200


async def test_a_colleagues_sign_in_cannot_be_seen_or_ended(
    app: FastAPI, practice: Practice, person: Person
) -> None:
    """Sign-ins belong to a user: even the owner neither lists nor ends a colleague's here."""
    member = await join(app, practice, "therapist")
    await member.http.aclose()
    person.email = member.email
    await person.ask()
    await person.verify()
    sign_in = (await credential(person))["id"]
    problem_of(await practice.delete(f"/auth/sign-ins/{sign_in}"), 404, "not-found")
    assert (await practice.get("/auth/sign-ins")).json()["total"] == 0
    assert (await me(person)).status_code == 200


@pytest.mark.parametrize("known", [True, False], ids=["remembered", "forgotten"])
async def test_a_sign_in_ends_by_itself(app: FastAPI, signed_in: Person, known: bool) -> None:
    """Past its last hour a browser is a 401, whether or not it was just seen."""
    assert (await me(signed_in)).status_code == 200
    await put_back(signed_in, "expires_at", -1)
    if not known:
        forget(app, signed_in)
    problem_of(await me(signed_in), 401, "not-authenticated")


async def test_an_ended_sign_in_writes_nothing(signed_in: Person) -> None:
    """A write with an ended cookie is a 401 and is not carried out."""
    assert (await me(signed_in)).status_code == 200
    await put_back(signed_in, "expires_at", -1)
    answer = await signed_in.http.put(f"{API}/workspace", json={"name": "late"})
    problem_of(answer, 401, "not-authenticated")
    name = await signed_in.referee.fetchval(
        "SELECT w.name FROM workspaces w JOIN users u USING (workspace_id) WHERE u.email = $1",
        signed_in.email,
    )
    assert name == "Clinic"


async def test_an_ended_sign_in_is_not_listed(signed_in: Person, twin: Person) -> None:
    """Only what still works is in the list."""
    await put_back(twin, "expires_at", -1)
    assert [item["id"] for item in await listed(signed_in)] == [str((await credential(signed_in))["id"])]


@pytest.mark.parametrize("token", [True, False], ids=["with its cookie", "with nothing"])
async def test_a_new_sign_in_ends_the_browsers_earlier_one(
    app: FastAPI, signed_in: Person, token: bool
) -> None:
    """Whoever signs in anew leaves nothing behind in that browser, and that is recorded; others stay."""
    before = signed_in.http.cookies["pazpaz_sign_in"]
    await signed_in.ask()
    if not token:
        del signed_in.http.cookies["pazpaz_sign_in"]
    assert (await signed_in.verify()).status_code == 200
    assert (await me(signed_in)).status_code == 200
    async with browser(app) as http:
        old = await http.get(f"{API}/auth/me", headers={"Cookie": f"pazpaz_sign_in={before}"})
    assert old.status_code == (401 if token else 200)
    ended = await signed_in.referee.fetch(
        "SELECT a.entity_id = c.id AS its FROM audit_events a JOIN credentials c ON c.hash = $1"
        " WHERE a.action = 'credential.sign-out' AND a.workspace_id = c.workspace_id",
        hashed(before),
    )
    assert [row["its"] for row in ended] == [True] * token


async def test_a_use_within_the_time_keeps_it_signed_in(app: FastAPI, signed_in: Person) -> None:
    """A use one minute before the end gives another thirty minutes."""
    await put_back(signed_in, "idle_until", 60)
    forget(app, signed_in)
    assert (await me(signed_in)).status_code == 200
    row = await credential(signed_in)
    assert timedelta(minutes=29) < row["idle_until"] - row["now"] <= timedelta(minutes=30)


async def test_use_does_not_move_the_absolute_end(app: FastAPI, signed_in: Person) -> None:
    """Twelve hours after signing in it is over, however busy the browser was."""
    before = (await credential(signed_in))["expires_at"]
    forget(app, signed_in)
    assert (await me(signed_in)).status_code == 200
    assert (await credential(signed_in))["expires_at"] == before


async def test_a_new_sign_in_has_both_ends(signed_in: Person) -> None:
    """Signing in sets the idle end to thirty minutes and the absolute one to twelve hours."""
    row = await credential(signed_in)
    ends = [row[name] - row["created_at"] for name in ("idle_until", "expires_at")]
    wanted = [timedelta(minutes=30), timedelta(hours=12)]
    assert all(abs(end - want) < timedelta(minutes=1) for end, want in zip(ends, wanted, strict=True)), ends


async def test_tokens_do_not_go_idle(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Using an API token gives it no idle end."""
    app.state.actors.forget(hashed(practice.token))
    assert (await practice.get("/auth/me")).status_code == 200
    idle = await superuser.fetchval(
        "SELECT idle_until FROM credentials WHERE hash = $1", hashed(practice.token)
    )
    assert idle is None
