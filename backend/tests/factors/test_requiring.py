"""Where a second factor is required nothing goes without one, at once and for everybody."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.accounts import service
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.http.routing import API, EdgeRoute
from pazpaz.core.process.resources import Resources
from tests.factors.holders import Holder, refused
from tests.support.authenticator import Authenticator
from tests.support.guards_cases import CASES, operations
from tests.support.practice import Practice, browser

INVITE = {"email": "noa@example.org", "full_name": "נועה", "role": "therapist"}
# What leads to a proof, and what tells where one stands.
OPEN = {
    ("POST", "/auth/lock"),
    ("POST", "/auth/logout"),
    ("GET", "/auth/me"),
    ("GET", "/auth/factors"),
    ("POST", "/auth/factors/totp"),
    ("POST", "/auth/factors/totp/{factor_id}/confirm"),
    ("POST", "/auth/factors/passkeys/options"),
    ("POST", "/auth/factors/passkeys"),
    ("POST", "/auth/prove/options"),
    ("POST", "/auth/prove"),
}


# What changes who gets in, takes the practice out or ends it.
FRESH = {
    ("PUT", "/clients/{client_id}/erasure"),
    ("POST", "/members"),
    ("PUT", "/members/{member_id}"),
    ("DELETE", "/members/{member_id}"),
    ("POST", "/members/{member_id}/reset-factors"),
    ("POST", "/auth/tokens"),
    ("POST", "/auth/factors/totp"),
    ("POST", "/auth/factors/totp/{factor_id}/confirm"),
    ("POST", "/auth/factors/passkeys/options"),
    ("POST", "/auth/factors/passkeys"),
    ("DELETE", "/auth/factors/{factor_id}"),
    ("POST", "/auth/factors/recovery-codes"),
    ("PUT", "/workspace/second-factor"),
    ("GET", "/workspace/export"),
    ("DELETE", "/workspace"),
}


@pytest.mark.parametrize(("embedded", "said", "is_required"), [
    (True, None, False), (False, None, True), (True, True, True), (False, False, False),
])  # fmt: skip
async def test_the_deployment_decides(
    settings: Settings, embedded: bool, said: bool | None, is_required: bool
) -> None:
    """Required outside of the embedded mode, unless the operator says otherwise."""
    changed = settings.model_copy(update={"embedded": embedded, "require_second_factor": said})
    assert AccountSettings.of(changed).requires_second_factor is is_required


def _policies(app: FastAPI) -> dict[tuple[str, str], EdgeRoute]:
    return {
        (method, route.path.removeprefix(API)): route
        for route in app.router.routes
        if isinstance(route, EdgeRoute) and route.path.startswith(API) and route.policy.roles
        for method in route.methods or ()
    }


async def test_only_what_leads_to_a_proof_is_open(app: FastAPI) -> None:
    """No other route that asks who one is says that it needs no second factor."""
    assert {operation for operation, route in _policies(app).items() if not route.policy.factor} == OPEN


async def test_nothing_goes_without_a_proof(strict_dana: Holder, strict: FastAPI) -> None:
    """Fresh from the link, every operation of somebody signed in is refused, and the refusal is recorded."""
    ids = _Anything()
    asked = [op for op in sorted(operations(strict)) if op in _policies(strict) and op not in OPEN]
    assert len(asked) > 60
    for method, path in asked:
        call = CASES[method, path].call(ids)
        answer = await strict_dana.http.request(
            call.method, API + call.path, json=call.json, params=call.params,
            files=call.files,  # type: ignore[arg-type]
        )  # fmt: skip
        refused(answer, "second-factor-required")
    denied = [action for action in await strict_dana.events() if action.endswith(".denied")]
    assert len(denied) == len(asked)


class _Anything(dict[str, str]):
    """An id for every kind that the table of operations asks for; nothing gets so far as to look at it."""

    def __missing__(self, kind: str) -> str:
        return json.dumps({}) if kind == "passkey" else str(new_id())


async def test_what_asks_for_a_fresh_proof(app: FastAPI) -> None:
    """Members, tokens, factors, a client's erasure, the practice's requirement, export and end; nothing else does."""
    assert {operation for operation, route in _policies(app).items() if route.policy.step_up} == FRESH


async def test_a_stale_proof_opens_none_of_it(dana: Holder) -> None:
    """Eleven minutes after the proof each of them is refused, and recorded as that; what only reads goes on."""
    await dana.add_app()
    await dana.grow_old()
    ids = _Anything()
    for method, path in sorted(FRESH):
        call = CASES[method, path].call(ids)
        answer = await dana.http.request(call.method, API + call.path, json=call.json, params=call.params)
        refused(answer, "step-up-required")
    assert len([action for action in await dana.events() if action.endswith(".denied")]) == len(FRESH)
    assert (await dana.send("GET", "/clients")).status_code == 200


async def test_a_first_factor_opens_everything(strict_dana: Holder) -> None:
    """From the link to a factor to the work, in one go; the next sign-in asks for it."""
    assert (await strict_dana.standing()) == {"is_required": True, "is_enrolled": False, "proved_at": None}
    await strict_dana.add_passkey(Authenticator())
    assert (await strict_dana.send("GET", "/clients")).status_code == 200
    await strict_dana.did("POST", "/members", INVITE)
    await strict_dana.sign_in()
    refused(await strict_dana.send("GET", "/clients"), "second-factor-required")


async def test_a_token_needs_a_proof_too(strict_dana: Holder, strict: FastAPI) -> None:
    """A token made after a proof works, though not for what asks for a fresh one for ever."""
    await strict_dana.add_app()
    token = (await strict_dana.did("POST", "/auth/tokens", {"name": "phone"}))["token"]
    async with browser(strict) as http:
        http.headers["Authorization"] = f"Bearer {token}"
        assert (await http.get(f"{API}/clients")).status_code == 200
        await strict_dana.grow_old()
        assert (await http.get(f"{API}/clients")).status_code == 200
        refused(await http.post(f"{API}/members", json=INVITE), "step-up-required")
        refused(await http.post(f"{API}/auth/tokens", json={"name": "again"}), "step-up-required")


async def test_an_operator_s_token_is_proved(strict_dana: Holder, strict: FastAPI) -> None:
    """Who can make one on the command line reads the database anyway."""
    resources: Resources = strict.state.resources
    me = (await strict_dana.did("GET", "/auth/me"))["user"]
    system = resources.system()
    token = await service.issue_token(
        system, RequestContext(new_id()), me["workspace_id"], me["id"], "operator"
    )
    await system.transaction.commit()
    async with browser(strict) as http:
        http.headers["Authorization"] = f"Bearer {token}"
        assert (await http.get(f"{API}/clients")).status_code == 200


async def test_a_practice_asks_for_it(dana: Holder, app: FastAPI) -> None:
    """Switched on by an owner who has one: who has not proved one is out at once, tokens too."""
    refused(await dana.send("PUT", "/workspace/second-factor", {"is_required": True}), "enrol-first", 409)
    token = (await dana.did("POST", "/auth/tokens", {"name": "early"}))["token"]
    async with _colleague(dana, app) as noa, browser(app) as http:
        http.headers["Authorization"] = f"Bearer {token}"
        assert (await noa.send("GET", "/clients")).status_code == 200
        await dana.add_app()
        changed = await dana.did("PUT", "/workspace/second-factor", {"is_required": True})
        assert changed["requires_second_factor"] is True
        refused(await noa.send("GET", "/clients"), "not-authenticated", 401)
        assert (await http.get(f"{API}/clients")).status_code == 401
        await noa.sign_in()
        refused(await noa.send("GET", "/clients"), "second-factor-required")
        await noa.add_passkey(Authenticator())
        assert (await noa.send("GET", "/clients")).status_code == 200
    assert (await dana.send("GET", "/clients")).status_code == 200


@asynccontextmanager
async def _colleague(dana: Holder, app: FastAPI) -> AsyncIterator[Holder]:
    async with browser(app) as http:
        noa = Holder(http, dana.resources, dana.referee)
        await dana.did("POST", "/members", {**INVITE, "email": noa.email})
        await noa.sign_in()
        yield noa


async def test_an_owner_resets_a_member(dana: Holder, app: FastAPI) -> None:
    """Who lost everything is signed out, told by mail, and sets a new one up; old codes and passkeys are void."""
    await dana.add_app()
    async with _colleague(dana, app) as noa:
        await noa.add_passkey(Authenticator())
        member = (await noa.did("GET", "/auth/me"))["user"]["id"]
        refused(await noa.send("POST", f"/members/{member}/reset-factors"), "role-not-allowed")
        await dana.did("POST", f"/members/{member}/reset-factors")
        refused(await noa.send("GET", "/clients"), "not-authenticated", 401)
        await noa.sign_in()
        assert not (await noa.standing())["is_enrolled"]
        refused(await noa.prove(recovery_code=noa.recovery_codes[0]), "factor-not-proved")
        assert len((await noa.add_passkey(Authenticator()))["recovery_codes"]) == 10
        texts = [str(part.get_content()) for mail in await noa.told() if (part := mail.get_body(("plain",)))]
    assert any("taken away" in text for text in texts)
    listed = (await dana.did("GET", "/members"))["items"]
    assert {item["email"]: item["has_second_factor"] for item in listed} == {
        dana.email: True,
        noa.email: True,
    }


async def test_the_operator_resets_the_last_owner(dana: Holder) -> None:
    """By command line: recorded, told by mail, signed out everywhere."""
    await dana.add_app()
    me = (await dana.did("GET", "/auth/me"))["user"]
    system = dana.resources.system()
    await service.reset_factors(system, RequestContext(new_id()), me["workspace_id"], me["id"])
    await system.transaction.commit()
    refused(await dana.send("GET", "/auth/me"), "not-authenticated", 401)
    assert (await dana.events())[-1] == "user.reset-factors"
    assert len(await dana.told()) == 2
    await dana.sign_in()
    assert (await dana.send("GET", "/clients")).status_code == 200


@pytest.mark.parametrize("what", ["reset", "requirement"])
async def test_other_processes_know_at_once(dana: Holder, app: FastAPI, superuser: Any, what: str) -> None:
    """A process that remembers the sign-in is told by the database: no statement can forget to end it."""
    assert (await dana.send("GET", "/clients")).status_code == 200
    await superuser.execute(
        {
            "reset": "UPDATE users SET factors_reset_at = now() WHERE email = $1",
            "requirement": "UPDATE workspaces SET requires_second_factor = true WHERE workspace_id ="
            " (SELECT workspace_id FROM users WHERE email = $1)",
        }[what],
        dana.email,
    )
    refused(await dana.send("GET", "/clients"), "not-authenticated", 401)


async def test_another_practice_s_member_is_unknown(dana: Holder, practice: Practice) -> None:
    """Nobody resets who is none of their own."""
    me = (await dana.did("GET", "/auth/me"))["user"]["id"]
    refused(await practice.post(f"/members/{me}/reset-factors"), "not-found", 404)
