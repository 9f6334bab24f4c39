"""A sign-in that is idle, or locked by its holder, opens nothing until it is proved; and ends as any other."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.base.tokens import hashed
from pazpaz.core.http.routing import API, EdgeRoute
from tests.core.problem import problem_of
from tests.core.waiting import until_done_or_blocked
from tests.factors.holders import Holder, refused
from tests.support.authenticator import Authenticator
from tests.support.guards_cases import CASES, operations
from tests.support.practice import Practice, browser

# What opens or ends it, and what tells whose it is.
OPEN = {
    ("GET", "/auth/me"),
    ("POST", "/auth/lock"),
    ("POST", "/auth/logout"),
    ("POST", "/auth/prove"),
    ("POST", "/auth/prove/options"),
}
HOWS = pytest.mark.parametrize("how", ["idle", "idle and remembered", "by request"])


def _cookie(holder: Holder) -> str:
    return str(holder.http.cookies["pazpaz_sign_in"])


def _app(holder: Holder) -> FastAPI:
    app: FastAPI = holder.http._transport.app  # type: ignore[attr-defined]
    return app


async def _change(holder: Holder, change: str) -> None:
    await holder.referee.execute(f"UPDATE credentials SET {change} WHERE hash = $1", hashed(_cookie(holder)))


async def _row(holder: Holder) -> Any:
    return await holder.referee.fetchrow(
        "SELECT *, now() FROM credentials WHERE hash = $1", hashed(_cookie(holder))
    )


async def lock(holder: Holder, how: str = "idle") -> None:
    """Have this browser's sign-in locked: by time, with or without the process having just seen it, or on request."""
    assert (await holder.send("GET", "/clients")).is_success
    if how == "by request":
        await holder.did("POST", "/auth/lock")
        return
    await _change(holder, "idle_until = now() - interval '1 second'")
    if how == "idle":
        _app(holder).state.actors.forget(hashed(_cookie(holder)))


async def is_locked(holder: Holder) -> bool:
    found: bool = (await holder.did("GET", "/auth/me"))["sign_in"]["locked"]
    return found


class _Anything(dict[str, str]):
    """An id for every kind that the table of operations asks for; nothing gets so far as to look at it."""

    def __missing__(self, kind: str) -> str:
        return json.dumps({}) if kind == "passkey" else "019add00-0000-7000-8000-000000000000"


def _routes(app: FastAPI) -> dict[tuple[str, str], EdgeRoute]:
    return {
        (method, route.path.removeprefix(API)): route
        for route in app.router.routes
        if isinstance(route, EdgeRoute) and route.path.startswith(API) and route.policy.roles
        for method in route.methods or ()
    }


async def test_only_this_is_open_to_a_locked_sign_in(app: FastAPI) -> None:
    """No other route says that it lets one in."""
    assert {operation for operation, route in _routes(app).items() if route.policy.while_locked} == OPEN


@HOWS
async def test_a_locked_sign_in_opens_nothing(app: FastAPI, dana: Holder, how: str) -> None:
    """Every other operation is refused for that reason, whatever was sent; each refusal is recorded."""
    await dana.add_app()
    await lock(dana, how)
    asked = [op for op in sorted(operations(app)) if op in _routes(app) and op not in OPEN]
    assert len(asked) > 60
    for method, path in asked:
        call = CASES[method, path].call(_Anything())
        answer = await dana.http.request(
            call.method, API + call.path, json=call.json, params=call.params,
            files=call.files,  # type: ignore[arg-type]
        )  # fmt: skip
        refused(answer, "sign-in-locked")
    assert len([action for action in await dana.events() if action.endswith(".denied")]) == len(asked)


@HOWS
async def test_a_proof_opens_it(dana: Holder, how: str) -> None:
    """With a code it works on as before, with its whole idle time, and ends when it would have ended."""
    await dana.add_app()
    ends = (await _row(dana))["expires_at"]
    await lock(dana, how)
    assert await is_locked(dana)
    assert (await dana.prove(code=dana.code())).status_code == 200
    row = await _row(dana)
    assert (row["locked_at"], row["expires_at"]) == (None, ends)
    assert timedelta(minutes=29) < row["idle_until"] - row["now"] <= timedelta(minutes=30)
    assert not await is_locked(dana)
    assert (await dana.send("GET", "/clients")).status_code == 200


async def test_a_passkey_and_a_recovery_code_open_it(dana: Holder) -> None:
    """Whatever proves a second factor does."""
    device = Authenticator()
    await dana.add_passkey(device)
    for by_passkey in (True, False):
        await lock(dana, "by request")
        body = await dana.sign_by(device) if by_passkey else {"recovery_code": dana.recovery_codes[0]}
        assert (await dana.prove(**body)).status_code == 200
        assert (await dana.send("GET", "/clients")).status_code == 200


async def test_guesses_at_opening_it_are_counted(dana: Holder) -> None:
    """Five wrong codes close codes, as anywhere, and it stays locked; a wrong code is recorded."""
    await dana.add_app()
    await lock(dana)
    for _ in range(5):
        refused(await dana.prove(code="000000"), "factor-not-proved")
    refused(await dana.prove(code=dana.code()), "too-many-tries", 429)
    assert await is_locked(dana)
    assert (await dana.events()).count("user.prove-failed") == 5


async def test_it_stays_locked_however_often_it_asks(dana: Holder) -> None:
    """Asking does not wake it, and does not move its end."""
    await lock(dana)
    before = (await _row(dana))["idle_until"]
    for path in ("/clients", "/auth/me", "/clients"):
        _app(dana).state.actors.forget(hashed(_cookie(dana)))
        await dana.send("GET", path)
    assert await is_locked(dana)
    assert (await _row(dana))["idle_until"] == before
    refused(await dana.send("GET", "/clients"), "sign-in-locked")


async def test_an_idle_time_that_is_given_back_does_not_open_it(dana: Holder) -> None:
    """Once anybody was told that it is locked, it is: only a proof opens it."""
    await lock(dana)
    refused(await dana.send("GET", "/clients"), "sign-in-locked")
    await _change(dana, "idle_until = now() + interval '5 minutes'")
    _app(dana).state.actors.forget(hashed(_cookie(dana)))
    refused(await dana.send("GET", "/clients"), "sign-in-locked")


async def test_locking_again_changes_nothing(dana: Holder) -> None:
    """The second time is answered likewise, and only the first is recorded as a lock."""
    await dana.did("POST", "/auth/lock")
    before = (await _row(dana))["locked_at"]
    assert (await dana.send("POST", "/auth/lock")).status_code == 204
    assert (await _row(dana))["locked_at"] == before
    assert (await dana.events()).count("credential.lock") == 1


async def test_a_lock_counts_in_every_process(dana: Holder) -> None:
    """Where the browser is remembered as open, a write is refused all the same, and not carried out."""
    assert (await dana.send("GET", "/workspace")).is_success
    await _change(dana, "locked_at = now()")  # as another process does
    refused(await dana.send("PUT", "/workspace", {"name": "late"}), "sign-in-locked")
    await _change(dana, "locked_at = NULL")
    assert (await dana.did("GET", "/workspace"))["name"] == "Clinic"


async def test_an_old_tab_is_locked_too(dana: Holder) -> None:
    """A lock is the browser's: what another tab sends with the same cookie is refused; another browser is not."""
    await dana.add_app()
    async with dana.elsewhere() as laptop:
        assert (await laptop.prove(code=dana.code())).status_code == 200
        await dana.did("POST", "/auth/lock")
        async with browser(_app(dana)) as tab:
            answer = await tab.get(f"{API}/clients", headers={"Cookie": f"pazpaz_sign_in={_cookie(dana)}"})
        refused(answer, "sign-in-locked")
        assert (await laptop.send("GET", "/clients")).status_code == 200


@pytest.mark.parametrize("past", [True, False], ids=["past the end", "just in time"])
async def test_requests_at_the_end_of_the_time_agree(dana: Holder, past: bool) -> None:
    """Twenty at once: all are told that it is locked, or none."""
    assert (await dana.send("GET", "/clients")).is_success
    await _change(dana, f"idle_until = now() {'-' if past else '+'} interval '1 second'")
    _app(dana).state.actors.forget(hashed(_cookie(dana)))
    answers = await asyncio.gather(*(dana.send("GET", "/clients") for _ in range(20)))
    assert {answer.status_code for answer in answers} == ({403} if past else {200})


async def test_look_ups_at_the_end_of_the_time_wait_for_each_other(dana: Holder) -> None:
    """One that finds the time over while another gives it anew goes by what the other did; and the reverse."""
    for outcome, first in (
        ("open", "idle_until = now() + interval '30 minutes'"),
        ("locked", "locked_at = now()"),
    ):
        await _change(dana, f"idle_until = now() {'-' if outcome == 'open' else '+'} interval '1 minute'")
        await _change(dana, "locked_at = NULL")
        _app(dana).state.actors.forget(hashed(_cookie(dana)))
        async with dana.referee.transaction():
            await _change(dana, first)
            later = asyncio.create_task(dana.send("GET", "/clients"))
            await until_done_or_blocked(later, dana.referee)
            assert not later.done()
        assert (await later).status_code == {"open": 200, "locked": 403}[outcome]


@HOWS
async def test_a_revoked_sign_in_is_none_though_it_was_locked(dana: Holder, how: str) -> None:
    """Ended from another browser, it is a 401 and cannot be opened."""
    await dana.add_app()
    async with dana.elsewhere() as laptop:
        assert (await laptop.prove(code=dana.code())).status_code == 200
        await lock(dana, how)
        sign_in = (await dana.did("GET", "/auth/me"))["sign_in"]["id"]
        assert sign_in in {item["id"] for item in (await laptop.did("GET", "/auth/sign-ins"))["items"]}
        await laptop.did("DELETE", f"/auth/sign-ins/{sign_in}")
    for path, method in (("/auth/me", "GET"), ("/clients", "GET"), ("/auth/lock", "POST")):
        problem_of(await dana.send(method, path), 401, "not-authenticated")
    problem_of(await dana.prove(code=dana.code(1)), 401, "not-authenticated")


async def test_a_locked_sign_in_ends_at_its_end(dana: Holder) -> None:
    """Twelve hours after signing in there is nothing left to open."""
    await dana.add_app()
    await lock(dana)
    await _change(dana, "expires_at = now() - interval '1 second'")
    problem_of(await dana.send("GET", "/auth/me"), 401, "not-authenticated")
    problem_of(await dana.prove(code=dana.code()), 401, "not-authenticated")


async def test_a_locked_sign_in_signs_out(dana: Holder) -> None:
    """Ending needs no proof."""
    await lock(dana)
    await dana.did("POST", "/auth/logout")
    assert (await dana.send("GET", "/auth/me")).status_code == 401


async def test_a_locked_browser_is_told_whose_it_is(dana: Holder) -> None:
    """The user, the practice, and by what the lock opens."""
    told = await dana.did("GET", "/auth/me")
    assert told["sign_in"]["factors"] == {"passkey": False, "totp": False}
    assert (told["sign_in"]["idle_minutes"], told["sign_in"]["step_up_minutes"]) == (30, 10)
    assert told["sign_in"]["id"] == str((await _row(dana))["id"])
    await dana.add_app()
    await dana.add_passkey(Authenticator())
    await lock(dana)
    told = await dana.did("GET", "/auth/me")
    assert told["sign_in"]["factors"] == {"passkey": True, "totp": True}
    assert (told["sign_in"]["locked"], told["user"]["email"]) == (True, dana.email)
    assert set(told) == {"user", "workspace", "second_factor", "sign_in"}


async def test_a_role_that_changed_while_locked_counts_when_it_opens(
    dana: Holder, practice: Practice
) -> None:
    """An owner who was made an assistant meanwhile opens it as an assistant."""
    await dana.add_app()
    await lock(dana)
    whose = "workspace_id = (SELECT workspace_id FROM users WHERE email = $1)"
    await dana.referee.execute(
        "INSERT INTO users (workspace_id, id, email, full_name, role)"
        " SELECT workspace_id, gen_random_uuid(), 'second-' || email, 'Noa', 'owner' FROM users WHERE email = $1",
        dana.email,
    )
    await dana.referee.execute(
        f"UPDATE users SET role = 'assistant' WHERE {whose} AND email = $1", dana.email
    )
    refused(await dana.send("GET", "/audit-events"), "sign-in-locked")
    assert (await dana.did("GET", "/auth/me"))["user"]["role"] == "assistant"
    assert (await dana.prove(code=dana.code())).status_code == 200
    refused(await dana.send("GET", "/audit-events"), "role-not-allowed")
    refused(await dana.send("GET", "/sessions"), "role-not-allowed")
    assert (await dana.send("GET", "/appointments")).status_code == 200


async def test_without_a_factor_a_new_link_opens_the_browser(dana: Holder) -> None:
    """It cannot be proved, so that one signs in anew; the locked one ends by that."""
    await lock(dana)
    locked = _cookie(dana)
    refused(await dana.prove(code="000000"), "factor-not-proved")
    refused(await dana.send("POST", "/auth/factors/totp", {"name": "x"}), "sign-in-locked")
    await dana.sign_in()
    assert (await dana.send("GET", "/clients")).status_code == 200
    ended = await dana.referee.fetchval("SELECT revoked_at FROM credentials WHERE hash = $1", hashed(locked))
    assert ended is not None


async def test_an_api_token_has_no_lock(practice: Practice) -> None:
    """Asking for one changes nothing, and it is told of no sign-in."""
    assert (await practice.post("/auth/lock")).status_code == 204
    assert (await practice.get("/clients")).status_code == 200
    assert (await practice.get("/auth/me")).json()["sign_in"] is None


async def test_another_sites_lock_is_refused(dana: Holder) -> None:
    """Nobody else's page locks it."""
    answer: httpx.Response = await dana.http.post(
        f"{API}/auth/lock", headers={"Sec-Fetch-Site": "cross-site"}
    )
    refused(answer, "cross-site-request")
    assert not await is_locked(dana)
