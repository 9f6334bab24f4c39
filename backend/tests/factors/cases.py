"""What factors tell the guards."""

import base64
import json
from collections.abc import Iterator

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from pazpaz.core.base import clock
from pazpaz.core.process.ratelimit import Limit
from tests.accounts.cases import DEVICE, MEMBER
from tests.support.authenticator import Authenticator
from tests.support.case import (
    ANY,
    CHALLENGE,
    EVERYONE,
    FACTOR,
    NOBODY,
    OWNER,
    Call,
    Case,
    Event,
    Ids,
    Shelf,
    Step,
    Tries,
    Try,
)
from tests.support.practice import Practice


def _foreign_challenge(path: str, **more: str) -> Tries:
    """What another's browser was asked: over, as one that never was."""

    def tries(ids: Ids) -> Iterator[Try]:
        answer = json.loads(ids["passkey"])
        signed = Authenticator().sign({"rpId": "testserver", "challenge": "x"})
        credential = signed if path == "/auth/prove" else answer["credential"]
        body = {"challenge_id": answer["challenge_id"], "credential": credential, **more}
        yield Try(Call("POST", path, body), 409, control=False)

    return tries


def _elsewhere(ids: Ids) -> Iterator[Try]:
    """What another's passkey signed, from another browser than theirs."""
    own = {"pazpaz_browser": ids["own browser"]}
    yield Try(Call("POST", "/auth/passkeys/verify", json.loads(ids["passkey sign-in"]), cookies=own), 409)


_ASKED = (Event("factor_challenge.create", CHALLENGE),)
CASES = (
    Case("POST /auth/passkeys/options", NOBODY, ()),  # nobody has shown to be anyone, and nothing was looked up
    Case(
        "POST /auth/passkeys/verify", NOBODY, "user.sign-in", body=lambda i: json.loads(i["passkey sign-in"]),
        cookies=lambda i: {"pazpaz_browser": i["passkey browser"], **DEVICE}, stranger=_elsewhere,
        statements=7,  # the challenge, whose key it is, its use, a sign-in, its event, the answer, the browser
    ),
    Case("GET /auth/me", EVERYONE, "user.read", statements=3),  # the user, the workspace and the sign-in
    Case(
        "GET /auth/factors", EVERYONE, "factor.list",
        statements=5,  # the factors, the codes left, and where the practice and the sign-in stand
    ),
    Case(
        "POST /auth/factors/totp", EVERYONE, "factor.create", body={"name": "phone"},
        statements=4,  # user, practice and the others are looked at first
    ),
    Case(
        "POST /auth/factors/totp/{factor_id}/confirm", EVERYONE, "factor.enrol", "unconfirmed factor",
        body=lambda i: {"code": i["code"]}, mine={"code": "123456"}, control=False,
        statements=7,  # the app, a try, the tries forgotten, the sign-in proved, a notice, and that there are codes
    ),
    Case(
        "POST /auth/factors/passkeys/options", EVERYONE, _ASKED,
        statements=4,  # user, practice and the known ones are looked at first
    ),
    Case(
        "POST /auth/factors/passkeys", EVERYONE, (Event("factor.enrol", FACTOR),),
        body=lambda i: json.loads(i["passkey"]), stranger=_foreign_challenge("/auth/factors/passkeys", name="mine"),
        statements=8,  # the challenge is used up, the rest as above
    ),
    Case(
        "DELETE /auth/factors/{factor_id}", EVERYONE, "factor.remove", "factor, removed factor", limit=Limit.OWN,
        statements=5,  # the user is held, what is left counted, a notice made
    ),
    Case(
        "POST /auth/factors/recovery-codes", EVERYONE, "user.renew-recovery-codes", needs="factor",
        statements=14,  # ten codes
    ),
    Case("POST /auth/prove/options", EVERYONE, _ASKED, needs="factor", limit=Limit.OWN, statements=2),
    Case(
        "POST /auth/prove", EVERYONE, (Event("recovery_code.use", ANY),),
        body=lambda i: {"recovery_code": i["recovery code"]}, stranger=_foreign_challenge("/auth/prove"),
        limit=Limit.OWN,
        statements=8,  # a try, the code, its use, a notice, the tries forgotten, the sign-in looked at and proved
    ),
    Case(
        "PUT /workspace/second-factor", OWNER, "workspace.update", body={"is_required": False}, needs="factor",
        statements=2,  # who asks has a factor
    ),
    Case(
        "POST /members/{member_id}/reset-factors", OWNER, "user.reset-factors", MEMBER, limit=Limit.OWN,
        statements=2,  # a notice
    ),
)  # fmt: skip


async def _factors(shelf: Shelf) -> dict[str, str]:
    """A factor of the practice's user, one that was removed, one not yet confirmed, and what proves them."""
    practice = shelf.practice
    made, device = [], Authenticator()
    for earlier in (await practice.get("/auth/factors")).json()["items"][:-1]:
        await practice.delete(f"/auth/factors/{earlier['id']}")
    for kept in (device, Authenticator()):
        asked = (await practice.post("/auth/factors/passkeys/options")).json()
        answer = kept.create(asked["public_key"])
        body = {"challenge_id": asked["challenge_id"], "name": "laptop", "credential": answer}
        enrolled = await practice.post("/auth/factors/passkeys", body)
        assert enrolled.status_code == 200, enrolled.text
        made.append(enrolled.json())
    await practice.delete(f"/auth/factors/{made[1]['factor']['id']}")
    app = (await practice.post("/auth/factors/totp", {"name": "phone"})).json()
    asked = (await practice.post("/auth/factors/passkeys/options")).json()
    another = {"challenge_id": asked["challenge_id"], "name": "key"}
    codes = (
        made[0]["recovery_codes"]
        or (await practice.post("/auth/factors/recovery-codes")).json()["recovery_codes"]
    )
    totp = TOTP(base64.b32decode(app["secret"]), 6, SHA1(), 30)
    return {
        "factor": made[0]["factor"]["id"], "removed factor": made[1]["factor"]["id"],
        "unconfirmed factor": app["id"], "code": totp.generate(int(clock.now().timestamp())).decode(),
        "recovery code": codes[0],
        "passkey": json.dumps({**another, "credential": Authenticator().create(asked["public_key"])}),
        **await _signed_by(practice, device),
    }  # fmt: skip


async def _signed_by(practice: Practice, device: Authenticator) -> dict[str, str]:
    """What signs in by this passkey, and the cookie of the browser that asked."""
    answer = await practice.post("/auth/passkeys/options")
    asked, browser = answer.json(), answer.cookies["pazpaz_browser"]
    practice.http.cookies.clear()
    body = {"challenge_id": asked["challenge_id"], "credential": device.sign(asked["public_key"])}
    return {"passkey sign-in": json.dumps(body), "passkey browser": browser}


STEPS = (
    Step(
        "factor, removed factor, unconfirmed factor, code, recovery code, passkey, passkey sign-in, passkey browser",
        _factors,
        personal=True,  # who proves one must have got it by their own sign-in
        first=True,  # a factor ends sign-ins that have proved none
    ),
)
