"""Signing in by a passkey, without a mail: in the browser that was asked, once, and telling strangers nothing."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.factors import passkeys
from pazpaz.factors.jobs import forget_challenges
from tests.core.problem import problem_of
from tests.core.waiting import until_done_or_blocked
from tests.factors.holders import Holder, refused
from tests.support.authenticator import PRESENT, Authenticator, text
from tests.support.practice import API, Practice, browser, join

Body = dict[str, Any]


@pytest.fixture
async def device(dana: Holder) -> Authenticator:
    """Dana's passkey."""
    device = Authenticator()
    await dana.add_passkey(device)
    return device


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody is signed in with."""
    async with browser(app) as http:
        yield http


async def asked(http: httpx.AsyncClient) -> Body:
    """What this browser is asked."""
    answer = await http.post(f"{API}/auth/passkeys/options")
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


async def signed(http: httpx.AsyncClient, device: Authenticator, **wrong: Any) -> Body:
    """What the browser has its passkey answer."""
    options = await asked(http)
    return {
        "challenge_id": options["challenge_id"],
        "credential": device.sign(options["public_key"], **wrong),
    }


async def send(http: httpx.AsyncClient, body: Body) -> httpx.Response:
    return await http.post(f"{API}/auth/passkeys/verify", json=body)


async def test_a_passkey_signs_in(dana: Holder, device: Authenticator, http: httpx.AsyncClient) -> None:
    """Nothing is typed: whose it is, and where, comes from the passkey; it counts as a second factor, freshly."""
    answer = await send(http, await signed(http, device))
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["email"] == dana.email
    assert answer.json()["second_factor"]["proved_at"] is not None
    me = (await http.get(f"{API}/auth/me")).json()
    assert me["user"]["email"] == dana.email
    assert (me["sign_in"]["locked"], me["sign_in"]["factors"]) == (False, {"passkey": True, "totp": False})
    assert (await http.post(f"{API}/auth/tokens", json={"name": "fresh"})).status_code == 201
    assert "user.sign-in" in await dana.events()


async def test_a_passkey_signs_in_where_a_factor_is_required(strict_dana: Holder, strict: FastAPI) -> None:
    """Nothing more is asked."""
    device = Authenticator()
    await strict_dana.add_passkey(device)
    async with browser(strict) as http:
        assert (await send(http, await signed(http, device))).status_code == 200
        assert (await http.get(f"{API}/clients")).status_code == 200


async def test_any_passkey_of_the_site_is_asked_for(http: httpx.AsyncClient) -> None:
    """The options name none, and ask that the holder is verified; the cookie is out of reach of scripts."""
    answer = await http.post(f"{API}/auth/passkeys/options")
    options = answer.json()["public_key"]
    assert (options["allowCredentials"], options["userVerification"]) == ([], "required")
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/api/v1/auth"} <= set(cookie.split("; "))


async def test_new_browsers_are_told_of(dana: Holder, device: Authenticator, http: httpx.AsyncClient) -> None:
    """A mail says that somebody came by a browser that was not seen before."""
    before = len(await dana.told())
    assert (await send(http, await signed(http, device))).status_code == 200
    assert len(await dana.told()) == before + 1


async def test_a_challenge_is_good_once(dana: Holder, device: Authenticator, http: httpx.AsyncClient) -> None:
    """The same answer again is over, also from the same browser."""
    body = await signed(http, device)
    assert (await send(http, body)).status_code == 200
    refused(await send(http, body), "challenge-over", 409)


async def test_of_twins_one_signs_in(device: Authenticator, http: httpx.AsyncClient) -> None:
    """The same answer sixteen times at once is one sign-in."""
    body = await signed(http, device)
    answers = await asyncio.gather(*(send(http, body) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [200, *([409] * 15)]


async def test_a_challenge_is_its_browsers(
    app: FastAPI, device: Authenticator, http: httpx.AsyncClient
) -> None:
    """Another browser, or one without a cookie, cannot use it; it is not used up by that."""
    body = await signed(http, device)
    async with browser(app) as other:
        refused(await send(other, body), "challenge-over", 409)
        await asked(other)
        refused(await send(other, body), "challenge-over", 409)
    assert (await send(http, body)).status_code == 200


async def test_a_challenge_is_over_after_five_minutes(
    dana: Holder, device: Authenticator, http: httpx.AsyncClient
) -> None:
    """And is forgotten later."""
    body = await signed(http, device)
    late = "UPDATE passkey_challenges SET expires_at = now() - $2 * interval '1 minute' WHERE id = $1"
    await dana.referee.execute(late, body["challenge_id"], 0)
    refused(await send(http, body), "challenge-over", 409)
    count = "SELECT count(*) FROM passkey_challenges WHERE id = $1"
    await forget_challenges(dana.resources)
    assert await dana.referee.fetchval(count, body["challenge_id"]) == 1
    await dana.referee.execute(late, body["challenge_id"], 61)
    await forget_challenges(dana.resources)
    assert await dana.referee.fetchval(count, body["challenge_id"]) == 0


async def test_two_tabs_and_a_link_may_wait_at_once(
    dana: Holder, device: Authenticator, http: httpx.AsyncClient
) -> None:
    """What was asked for in one tab holds when another asks, and when a link is; and the link needs no code."""
    body = await signed(http, device)
    again = Holder(http, dana.resources, dana.referee, dana.email)
    await again.ask()
    await asked(http)
    assert (await again.verify()).status_code == 200
    assert (await send(http, body)).status_code == 200


async def test_a_sign_in_challenge_proves_nothing_else(
    dana: Holder, device: Authenticator, http: httpx.AsyncClient
) -> None:
    """Neither does it prove a second factor, nor does what was asked for that sign in."""
    refused(await dana.prove(**await signed(dana.http, device)), "challenge-over", 409)
    body = await dana.sign_by(device)
    await asked(dana.http)
    refused(await send(dana.http, body), "challenge-over", 409)


async def test_the_browsers_earlier_sign_in_ends(dana: Holder, device: Authenticator) -> None:
    """One that was locked is opened by nobody any more."""
    before = dana.http.cookies["pazpaz_sign_in"]
    await dana.did("POST", "/auth/lock")
    assert (await send(dana.http, await signed(dana.http, device))).status_code == 200
    assert (await dana.send("GET", "/clients")).status_code == 200
    async with browser(dana.http._transport.app) as tab:  # type: ignore[attr-defined]
        old = await tab.get(f"{API}/auth/me", headers={"Cookie": f"pazpaz_sign_in={before}"})
    problem_of(old, 401, "not-authenticated")


Wrong = Callable[[Authenticator, Body], Body]


def _by(device: Authenticator, **other: Any) -> Authenticator:
    values = {"key": device.key, "id": device.id, "count": device.count, "user": device.user}
    return Authenticator(**{**values, **other})


WRONG: dict[str, Wrong] = {
    "an unknown passkey": lambda device, options: _by(device, id=os.urandom(32)).sign(options),
    "an unknown user": lambda device, options: _by(device, user=os.urandom(16)).sign(options),
    "no user": lambda device, options: _by(device, user=b"").sign(options),
    "a user that is no id": lambda device, options: _by(device, user=b"dana").sign(options),
    "another key": lambda device, options: Authenticator(
        id=device.id, user=device.user, count=device.count
    ).sign(options),
    "another site": lambda device, options: device.sign(options, origin="https://evil.example"),
    "a subdomain": lambda device, options: device.sign(options, origin="http://x.testserver"),
    "another host": lambda device, options: device.sign(options, host="evil.example"),
    "another challenge": lambda device, options: device.sign(options, challenge=text(bytes(32))),
    "a holder not verified": lambda device, options: _by(device, flags=PRESENT).sign(options),
    "a copied passkey": lambda device, options: _by(device, count=device.count - 1).sign(options),
}


async def answer_to(http: httpx.AsyncClient, credential: Callable[[Body], Body]) -> tuple[int, str, str]:
    """All that a stranger can compare, but the request's own id."""
    options = await asked(http)
    body = {"challenge_id": options["challenge_id"], "credential": credential(options["public_key"])}
    answer = await send(http, body)
    document = {**answer.json(), "instance": ""}
    hidden = {"x-request-id", "ratelimit"}
    return answer.status_code, str(document), str([h for h in answer.headers.items() if h[0] not in hidden])


@pytest.mark.parametrize("how", WRONG)
async def test_a_wrong_answer_signs_nobody_in(
    dana: Holder, device: Authenticator, http: httpx.AsyncClient, how: str
) -> None:
    """Whatever is wrong, the answer is that to a passkey which nobody has, to the letter; and no session begins."""
    assert (await send(dana.http, await signed(dana.http, device))).status_code == 200
    nobodys = await answer_to(http, Authenticator(user=os.urandom(16)).sign)
    assert nobodys[0] == 401
    assert "passkey-not-valid" in nobodys[1]
    assert await answer_to(http, lambda options: WRONG[how](device, options)) == nobodys
    assert "pazpaz_sign_in" not in http.cookies


async def test_a_failed_sign_in_is_recorded(
    dana: Holder, device: Authenticator, http: httpx.AsyncClient
) -> None:
    """In the practice of whose passkey it says to be."""
    body = await signed(http, device, origin="https://evil.example")
    problem_of(await send(http, body), 401, "passkey-not-valid")
    assert (await dana.events())[-1] == "user.sign-in-failed"


GONE: dict[str, str] = {
    "disabled": "UPDATE users SET status = 'disabled' WHERE workspace_id = $1 AND id = $2",
    "removed": "UPDATE users SET status = 'removed' WHERE workspace_id = $1 AND id = $2",
    "reset": "UPDATE users SET factors_reset_at = now() WHERE workspace_id = $1 AND id = $2",
    "closed": (
        "UPDATE workspaces SET closed_at = now(), version = version"
        " WHERE workspace_id = $1 AND $2::uuid IS NOT NULL"
    ),
    "without it": "UPDATE factors SET removed_at = now() WHERE workspace_id = $1 AND user_id = $2",
}


@pytest.mark.parametrize("how", GONE)
async def test_who_may_not_sign_in_is_nobody(
    app: FastAPI, dana: Holder, practice: Practice, http: httpx.AsyncClient, how: str
) -> None:
    """A member who ended, a practice that closed, a passkey that was taken away: as if there were no such passkey."""
    device = Authenticator()
    member = await join(app, practice, "therapist")
    async with member.http:
        options = (await member.post("/auth/factors/passkeys/options")).json()
        made = {"challenge_id": options["challenge_id"], "name": "x"}
        made["credential"] = device.create(options["public_key"])
        assert (await member.post("/auth/factors/passkeys", made)).status_code == 200
    nobodys = await answer_to(http, Authenticator(user=os.urandom(16)).sign)
    await dana.referee.execute(GONE[how], member.workspace_id, member.user_id)
    assert await answer_to(http, device.sign) == nobodys


async def test_who_is_disabled_meanwhile_does_not_get_in(
    app: FastAPI, dana: Holder, practice: Practice, http: httpx.AsyncClient
) -> None:
    """Disabling that is under way is waited for."""
    device, member = Authenticator(), await join(app, practice, "therapist")
    async with member.http:
        options = (await member.post("/auth/factors/passkeys/options")).json()
        body = {"challenge_id": options["challenge_id"], "name": "x"}
        body["credential"] = device.create(options["public_key"])
        await member.post("/auth/factors/passkeys", body)
    answer = await signed(http, device)
    async with dana.referee.transaction():
        await dana.referee.execute(GONE["disabled"], member.workspace_id, member.user_id)
        later = asyncio.create_task(send(http, answer))
        await until_done_or_blocked(later, dana.referee)
        assert not later.done()
    problem_of(await later, 401, "passkey-not-valid")


async def test_a_passkey_knows_its_practice(
    app: FastAPI, dana: Holder, device: Authenticator, practice: Practice, http: httpx.AsyncClient
) -> None:
    """One who belongs to two practices has a passkey for each, named by it, and gets where the passkey is of."""
    member = await join(app, practice, "therapist")
    await dana.referee.execute("UPDATE users SET email = $1 WHERE id = $2", dana.email, member.user_id)
    second, names = Authenticator(), []
    async with member.http:
        options = (await member.post("/auth/factors/passkeys/options")).json()
        names.append(options["public_key"]["user"]["displayName"])
        body = {"challenge_id": options["challenge_id"], "name": "x"}
        body["credential"] = second.create(options["public_key"])
        assert (await member.post("/auth/factors/passkeys", body)).status_code == 200
    names.append(
        (await dana.did("POST", "/auth/factors/passkeys/options"))["public_key"]["user"]["displayName"]
    )
    assert names == ["Noa Mizrahi · מרפאה", "Dana Cohen · Clinic"]
    for one, workspace in ((second, str(practice.workspace_id)), (device, None)):
        answer = await send(http, await signed(http, one))
        found = answer.json()["workspace"]["id"]
        assert (found == str(practice.workspace_id)) is (workspace is not None)


async def test_the_same_id_of_another_practice_is_another_passkey(
    dana: Holder, device: Authenticator, strict_dana: Holder, http: httpx.AsyncClient
) -> None:
    """Who registers a key of their own under somebody's passkey's id gets in as themselves alone."""
    twin = Authenticator(id=device.id)
    await strict_dana.add_passkey(twin)
    twin.user, own = device.user, twin.user
    problem_of(await send(http, await signed(http, twin)), 401, "passkey-not-valid")
    twin.user = own
    answer = await send(http, await signed(http, twin))
    assert answer.json()["user"]["email"] == strict_dana.email
    answer = await send(http, await signed(http, device))
    assert answer.json()["user"]["email"] == dana.email


async def test_another_site_starts_no_sign_in(device: Authenticator, http: httpx.AsyncClient) -> None:
    """Neither the question nor the answer may come from elsewhere."""
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = await http.post(f"{API}/auth/passkeys/options", headers=elsewhere)
    refused(answer, "cross-site-request")
    body = await signed(http, device)
    answer = await http.post(f"{API}/auth/passkeys/verify", json=body, headers=elsewhere)
    refused(answer, "cross-site-request")


@pytest.mark.parametrize(
    "body",
    [{}, {"challenge_id": None}, {"credential": {}}, {"challenge_id": "x", "credential": {}}],
    ids=str,
)
async def test_what_is_no_answer_is_422(http: httpx.AsyncClient, body: Body) -> None:
    """Both, and whole."""
    assert (await send(http, body)).status_code == 422


async def test_verifying_waits_for_a_thread_and_not_for_ever(
    dana: Holder, device: Authenticator, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While every thread is busy it is a 503 in bounded time."""
    monkeypatch.setattr(passkeys, "VERIFY_SECONDS", 0.05)
    app: FastAPI = http._transport.app  # type: ignore[attr-defined]
    body, over = await signed(http, device), threading.Event()
    others = [asyncio.create_task(app.state.resources.threads.run(n, over.wait)) for n in range(2)]
    try:
        await asyncio.sleep(0)  # they begin
        problem_of(await send(http, body), 503, "unavailable")
    finally:
        over.set()
        await asyncio.gather(*others)
