"""Passkeys by rule: what a right answer proves, and that no wrong one proves anything."""

import copy
import os
import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from pazpaz.factors import passkeys
from pazpaz.factors.attestation import plain_attestation, plain_data
from pazpaz.factors.passkeys import Named, Passkey, RefusedError, Site
from tests.support.authenticator import PRESENT, Authenticator, raw, text

SITE = Site.of("http://testserver")
DANA = Named(uuid4(), "dana@example.org", "Dana Cohen · Clinic")
Answer = dict[str, Any]


def _made(device: Authenticator) -> Passkey:
    challenge = os.urandom(passkeys.CHALLENGE_BYTES)
    options = passkeys.creation_options(SITE, challenge, DANA, [])
    return passkeys.created(SITE, challenge, device.create(options))


def _asked(passkey: Passkey) -> tuple[bytes, Answer]:
    challenge = os.urandom(passkeys.CHALLENGE_BYTES)
    return challenge, passkeys.request_options(SITE, challenge, [passkey.credential_id])


def test_a_passkey_is_made_and_proves() -> None:
    """What a browser makes is kept, and its signature over a fresh challenge proves it, again and again."""
    device = Authenticator()
    passkey = _made(device)
    for expected in (1, 2, 3):
        challenge, options = _asked(passkey)
        answer = device.sign(options)
        assert passkeys.answering(answer) == passkey.credential_id
        count = passkeys.proved(SITE, challenge, answer, passkey)
        assert count == expected
        passkey = Passkey(passkey.credential_id, passkey.public_key, count)


def test_a_browser_is_asked_for_what_counts() -> None:
    """It must verify its holder, be found without a name, be none that is known, and nobody attests its make."""
    options = passkeys.creation_options(SITE, bytes(32), DANA, [b"known"])
    assert options["authenticatorSelection"] == {
        "residentKey": "required", "requireResidentKey": True, "userVerification": "required",
    }  # fmt: skip
    assert options["excludeCredentials"] == [{"id": text(b"known"), "type": "public-key"}]
    assert options["attestation"] == "none"
    asked = passkeys.request_options(SITE, bytes(32), [b"known"])
    assert (asked["userVerification"], asked["rpId"]) == ("required", "testserver")


def test_a_browser_is_asked_for_secrets_of_its_own() -> None:
    """Where the authenticator can derive them (`prf`); an answer that says so is taken like any other."""
    challenge = os.urandom(passkeys.CHALLENGE_BYTES)
    options = passkeys.creation_options(SITE, challenge, DANA, [])
    assert options["extensions"] == {"prf": {}}
    device = Authenticator(extensions={"hmac-secret": True})
    answer = device.create(options)
    assert plain_attestation(answer["response"]["attestationObject"])
    passkey = passkeys.created(SITE, challenge, answer)
    challenge, asked = _asked(passkey)
    assert asked["extensions"] == {"prf": {}}
    device.extensions = {"hmac-secret": os.urandom(80)}
    answer = device.sign(asked)
    assert plain_data(answer["response"]["authenticatorData"])
    assert passkeys.proved(SITE, challenge, answer, passkey) == 1


def test_a_site_is_its_host_and_its_address() -> None:
    """The port belongs to the origin, not to the host."""
    assert Site.of("https://pazpaz.example.org:8443/x") == Site(
        "pazpaz.example.org", "https://pazpaz.example.org:8443"
    )


WRONG: dict[str, Callable[[Authenticator, Answer], Answer]] = {
    "origin": lambda device, options: device.sign(options, origin="https://testserver"),
    "origin of a subdomain": lambda device, options: device.sign(options, origin="http://x.testserver"),
    "site": lambda device, options: device.sign(options, host="elsewhere.example.org"),
    "challenge": lambda device, options: device.sign(options, challenge=text(bytes(32))),
    "kind": lambda device, options: device.sign(options, type="webauthn.create"),
    "not verified": lambda device, options: Authenticator(
        key=device.key, id=device.id, count=device.count, flags=PRESENT
    ).sign(options),
    "not present": lambda device, options: Authenticator(
        key=device.key, id=device.id, count=device.count, flags=4
    ).sign(options),
    "key": lambda device, options: Authenticator(id=device.id, count=device.count).sign(options),
    "id": lambda device, options: Authenticator(key=device.key, count=device.count).sign(options),
    "copied": lambda device, options: Authenticator(
        key=device.key, id=device.id, count=device.count - 1
    ).sign(options),
    "nothing": lambda _device, _options: {},
}


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_answer_proves_nothing(how: str) -> None:
    """Of another site, of a holder it has not verified, by another key, of a copied key: refused."""
    device = Authenticator(count=5)
    passkey = _made(device)
    challenge, options = _asked(passkey)
    answer = WRONG[how](device, options)
    with pytest.raises(RefusedError):
        passkeys.proved(SITE, challenge, answer, passkey)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"challenge": text(bytes(32))},
        {"type": "webauthn.get"},
        {"host": "x"},
    ],
)
def test_a_wrong_creation_is_no_passkey(wrong: dict[str, str]) -> None:
    """An answer for another site or challenge makes no passkey."""
    challenge = os.urandom(32)
    options = passkeys.creation_options(SITE, challenge, DANA, [])
    with pytest.raises(RefusedError):
        passkeys.created(SITE, challenge, Authenticator().create(options, **wrong))


def test_a_passkey_verifies_its_holder_from_the_start() -> None:
    """One whose holder was only present is not taken."""
    challenge = os.urandom(32)
    options = passkeys.creation_options(SITE, challenge, DANA, [])
    with pytest.raises(RefusedError):
        passkeys.created(SITE, challenge, Authenticator(flags=PRESENT).create(options))


@pytest.mark.parametrize("seed", range(50))
def test_broken_bytes_are_refused(seed: int) -> None:
    """Whatever is changed in the bytes of an answer, it is refused by the one error, and proves nothing."""
    chance, device = random.Random(seed), Authenticator()
    passkey = _made(device)
    challenge, options = _asked(passkey)
    answer = copy.deepcopy(device.sign(options))
    field = chance.choice(["authenticatorData", "clientDataJSON", "signature"])
    damaged = bytearray(raw(answer["response"][field]))
    for _ in range(chance.randint(1, 4)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    if chance.random() < 0.3:
        damaged = damaged[: chance.randrange(len(damaged))]
    if bytes(damaged) == raw(answer["response"][field]):
        damaged.append(0)
    answer["response"][field] = text(bytes(damaged))
    with pytest.raises(RefusedError):
        passkeys.proved(SITE, challenge, answer, passkey)
