"""Setting up second factors, and taking them away."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from fastapi import FastAPI

from tests.factors.holders import Holder, refused
from tests.support.authenticator import PRESENT, Authenticator
from tests.support.practice import API, Practice, browser


async def test_an_app_is_set_up(dana: Holder) -> None:
    """The secret is shown once, also as a picture; a first code makes it count, with ten codes of 24 characters."""
    made = await dana.did("POST", "/auth/factors/totp", {"name": "הטלפון שלי"})
    assert made["uri"].startswith("otpauth://totp/PazPaz%3A")
    assert f"secret={made['secret']}" in made["uri"]
    assert ET.fromstring(made["qr"]).tag.endswith("svg")
    assert (await dana.did("GET", "/auth/factors"))["items"] == []
    enrolled = await dana.add_app()
    assert len({code.replace("-", "") for code in enrolled["recovery_codes"] if len(code) == 29}) == 10
    mine = await dana.did("GET", "/auth/factors")
    assert [(f["kind"], f["name"]) for f in mine["items"]] == [("totp", "phone")]
    assert (mine["recovery_codes_left"], mine["proved_at"] is None) == (10, False)
    assert "secret" not in mine["items"][0]


async def test_a_passkey_is_set_up(dana: Holder) -> None:
    """A browser's new passkey counts at once; a second factor brings no more recovery codes."""
    device = Authenticator()
    assert len((await dana.add_passkey(device))["recovery_codes"]) == 10
    assert (await dana.add_passkey(Authenticator()))["recovery_codes"] is None
    assert (await dana.standing())["is_enrolled"]
    again = await dana.did("POST", "/auth/factors/passkeys/options")
    assert len(again["public_key"]["excludeCredentials"]) == 2


async def test_the_same_passkey_is_no_second_one(dana: Holder) -> None:
    """One that is known is a conflict."""
    device = Authenticator()
    await dana.add_passkey(device)
    asked = await dana.did("POST", "/auth/factors/passkeys/options")
    body = {
        "challenge_id": asked["challenge_id"],
        "name": "x",
        "credential": device.create(asked["public_key"]),
    }
    refused(await dana.send("POST", "/auth/factors/passkeys", body), "passkey-known", 409)


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"flags": PRESENT}], ids=str)
async def test_a_wrong_passkey_is_none(dana: Holder, wrong: dict[str, Any]) -> None:
    """Made for another site, or without looking at its holder: refused, recorded, and its challenge is used up."""
    asked = await dana.did("POST", "/auth/factors/passkeys/options")
    credential = Authenticator(**wrong).create(asked["public_key"])
    body = {"challenge_id": asked["challenge_id"], "name": "x", "credential": credential}
    refused(await dana.send("POST", "/auth/factors/passkeys", body), "factor-not-proved")
    body["credential"] = Authenticator().create(asked["public_key"])
    refused(await dana.send("POST", "/auth/factors/passkeys", body), "challenge-over", 409)
    assert (await dana.events()).count("user.prove-failed") == 1


async def test_a_secret_is_not_in_the_database(dana: Holder) -> None:
    """The app's secret is ciphertext, and recovery codes are hashes."""
    await dana.add_app()
    row = await dana.referee.fetchrow("SELECT secret FROM factors ORDER BY created_at DESC LIMIT 1")
    assert dana.secret not in row["secret"]
    hashes = await dana.referee.fetch("SELECT hash FROM recovery_codes")
    assert not {code.encode() for code in dana.recovery_codes} & {row["hash"] for row in hashes}


async def test_adding_a_factor_ends_other_sign_ins(dana: Holder) -> None:
    """Who was signed in elsewhere without proving anything is out at once; here the sign-in goes on, proved."""
    async with dana.elsewhere() as tablet:
        assert (await tablet.send("GET", "/clients")).status_code == 200
        await dana.add_app()
        refused(await tablet.send("GET", "/clients"), "not-authenticated", 401)
    assert (await dana.send("GET", "/clients")).status_code == 200


async def test_a_mailbox_alone_adds_and_removes_nothing(dana: Holder) -> None:
    """Who reads the mail of somebody with a factor comes as far as the link: they add none and take none away."""
    factor = (await dana.add_app())["factor"]["id"]
    async with dana.elsewhere() as thief:
        refused(await thief.send("GET", "/clients"), "second-factor-required")
        refused(await thief.send("POST", "/auth/factors/totp", {"name": "x"}), "step-up-required")
        refused(await thief.send("POST", "/auth/factors/passkeys/options"), "step-up-required")
        refused(await thief.send("DELETE", f"/auth/factors/{factor}"), "second-factor-required")
        refused(await thief.send("POST", "/auth/factors/recovery-codes"), "second-factor-required")
        refused(await thief.send("POST", "/auth/tokens", {"name": "x"}), "second-factor-required")


async def test_an_old_sign_in_adds_none(dana: Holder) -> None:
    """A browser that somebody left signed in does not get a first factor either: only a fresh link does."""
    await dana.grow_old()
    refused(await dana.send("POST", "/auth/factors/totp", {"name": "x"}), "step-up-required")
    await dana.sign_in()
    await dana.add_app()


async def test_a_factor_is_removed(dana: Holder) -> None:
    """It proves nothing any more; where nobody asks for one, the last one can go too."""
    device = Authenticator()
    made = await dana.add_passkey(device)
    await dana.did("DELETE", f"/auth/factors/{made['factor']['id']}")
    assert not (await dana.standing())["is_enrolled"]
    assert (await dana.did("POST", "/auth/prove/options"))["public_key"] is None
    refused(await dana.send("DELETE", f"/auth/factors/{made['factor']['id']}"), "not-found", 404)


async def test_the_last_one_stays_where_one_is_required(strict_dana: Holder) -> None:
    """One of two can go, the last one cannot."""
    one, two = [await strict_dana.add_passkey(Authenticator()) for _ in range(2)]
    await strict_dana.did("DELETE", f"/auth/factors/{one['factor']['id']}")
    refused(await strict_dana.send("DELETE", f"/auth/factors/{two['factor']['id']}"), "last-factor", 409)


async def test_another_s_factor_is_unknown(dana: Holder, app: FastAPI, practice: Practice) -> None:
    """Nobody removes or confirms what is another's, in the same practice or in another."""
    factor = (await dana.add_app())["factor"]["id"]
    half = await dana.did("POST", "/auth/factors/totp", {"name": "half"})
    refused(await practice.delete(f"/auth/factors/{factor}"), "not-found", 404)
    confirm = await practice.post(f"/auth/factors/totp/{half['id']}/confirm", {"code": "123456"})
    refused(confirm, "not-found", 404)


async def test_the_user_is_told(dana: Holder) -> None:
    """Each change of the sign-in is a mail, in the practice's language, without a secret."""
    made = await dana.add_passkey(Authenticator())
    await dana.did("POST", "/auth/factors/recovery-codes")
    await dana.did("DELETE", f"/auth/factors/{made['factor']['id']}")
    mails = await dana.told()
    bodies = [part.get_content() for mail in mails if (part := mail.get_body(("plain",)))]
    assert ["added" in bodies[0], "recovery codes" in bodies[1], "removed" in bodies[2]] == [True] * 3
    assert not [code for code in dana.recovery_codes if any(code in body for body in bodies)]


async def test_a_new_device_is_told_of(dana: Holder) -> None:
    """The first browser is nobody's surprise, nor the same one again; another one is a mail."""
    await dana.sign_in()
    assert await dana.told() == []
    async with dana.elsewhere():
        (mail,) = await dana.told()
    body = mail.get_body(("plain",))
    assert body is not None
    assert "browser" in body.get_content()


async def test_renewed_codes_void_earlier_ones(dana: Holder) -> None:
    """An old recovery code proves nothing once there are new ones."""
    await dana.add_app()
    old = dana.recovery_codes[0]
    new = (await dana.did("POST", "/auth/factors/recovery-codes"))["recovery_codes"][0]
    async with dana.elsewhere() as tablet:
        refused(await tablet.prove(recovery_code=old), "factor-not-proved")
        assert (await tablet.prove(recovery_code=new)).status_code == 200


async def test_the_page_is_there(app: FastAPI) -> None:
    """It is served under a policy that lets it run its own script and ask this server, no more."""
    async with browser(app) as http:
        answer = await http.get("/second-factor")
    assert (answer.status_code, API) == (200, "/api/v1")
    rules = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "script-src 'sha256-" in rules
    assert "connect-src 'self'" in rules
