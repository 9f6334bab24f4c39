"""What a passkey derives for its browser stays there: we ask for it, and take none of it."""

import secrets
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from tests.factors.holders import Holder
from tests.support.authenticator import Authenticator, text
from tests.support.guards_phi import dumped, queued, traces
from tests.support.practice import API, browser


async def _options(dana: Holder, http: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """Every question that a browser is sent about passkeys, by its path."""
    asked = {
        path: await dana.did("POST", path)
        for path in ("/auth/factors/passkeys/options", "/auth/prove/options")
    }
    asked["/auth/passkeys/options"] = (await http.post(f"{API}/auth/passkeys/options")).json()
    return asked


async def test_every_question_asks_for_secrets_of_the_browsers_own(app: FastAPI, dana: Holder) -> None:
    """Making a passkey, proving it, and signing in by it; what for is the app's to say, to its browser."""
    await dana.add_passkey(Authenticator())
    async with browser(app) as http:
        asked = await _options(dana, http)
    assert [said["public_key"]["extensions"] for said in asked.values()] == [{"prf": {}}] * 3


async def test_a_secret_that_comes_along_is_dropped(
    app: FastAPI,
    dana: Holder,
    superuser: "asyncpg.Connection[Any]",
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Answers that carry it, against the rule, are taken without it: no row, queue or log has it."""
    await dana.add_passkey(device := Authenticator())
    derived = text(secrets.token_bytes(32))
    results = {"clientExtensionResults": {"prf": {"enabled": True, "results": {"first": derived}}}}
    async with browser(app) as http:
        asked = await _options(dana, http)
        new = Authenticator()
        bodies = {
            path: {
                "challenge_id": said["challenge_id"],
                "credential": (new.create if "factors" in path else device.sign)(said["public_key"])
                | results,
            }
            for path, said in asked.items()
        }
        answers = [
            await dana.send(
                "POST", "/auth/factors/passkeys", {**bodies["/auth/factors/passkeys/options"], "name": "new"}
            ),
            await dana.send("POST", "/auth/prove", bodies["/auth/prove/options"]),
            await http.post(f"{API}/auth/passkeys/verify", json=bodies["/auth/passkeys/options"]),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not any(derived in answer.text for answer in answers)
    places = {**await dumped(superuser), **await queued(dana.resources), "the log": caplog.text.encode()}
    assert traces(places, [derived]) == []
    assert traces({"a place that holds it": derived.encode()}, [derived]) != []
