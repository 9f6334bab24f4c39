"""What a passkey's answer may hold: over-long or oddly typed ones are refused before anything decodes them."""

import asyncio
import threading
from typing import Any

import asyncpg
import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.factors import passkeys
from pazpaz.factors.attestation import MOST_ID_BYTES, MOST_KEY_BYTES, plain_attestation, plain_data
from pazpaz.factors.cbor import DEEPEST, MOST_ITEMS, NotPlainError, end_of_item
from pazpaz.factors.schemas import PASSKEY_BODY_BYTES
from tests.core.problem import problem_of
from tests.factors.holders import Holder
from tests.support.authenticator import Authenticator, text

ES256 = {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}
ED25519 = {1: 1, 3: -8, -1: 6, -2: bytes(32)}
RS256 = {1: 3, 3: -257, -1: bytes(512), -2: b"\1\0\1"}
SIGNED = {"alg": -7, "sig": bytes(70)}

_numbers = st.integers(-(2**64), 2**64 - 1)
_leaves = st.none() | st.booleans() | _numbers | st.binary(max_size=300) | st.text(max_size=300)
_plain = (
    _leaves
    | st.lists(_leaves, max_size=5)
    | st.dictionaries(_numbers | st.text(max_size=9), st.lists(_leaves, max_size=4), max_size=5)
)


def data(key: object = ES256, *, length: int = 32, more: bytes = b"", flags: int = 0x45) -> bytes:
    """Authenticator data with a passkey in it."""
    attested = bytes(16) + length.to_bytes(2, "big") + bytes(length) + cbor2.dumps(key)
    return bytes(32) + bytes([flags]) + bytes(4) + attested + more


def attestation(said: bytes, kind: object = "none", statement: object = None, **more: object) -> str:
    """An attestation object as browsers send it."""
    return text(cbor2.dumps({"fmt": kind, "attStmt": statement or {}, "authData": said, **more}))


@given(_plain, st.binary(max_size=5))
def test_an_item_ends_where_it_ends(value: object, more: bytes) -> None:
    """Of whatever is plain, the end is that of the bytes which say it, whatever follows."""
    written = cbor2.dumps(value)
    assert end_of_item(written + more) == len(written)
    assert end_of_item(more + written, len(more)) == len(more) + len(written)


@given(_plain, st.data())
def test_what_is_cut_short_is_refused(value: object, chosen: st.DataObject) -> None:
    """An item whose last bytes are missing is none."""
    written = cbor2.dumps(value)
    with pytest.raises(NotPlainError):
        end_of_item(written[: chosen.draw(st.integers(0, len(written) - 1))])


def nested(depth: int) -> object:
    """A list in a list, so many deep."""
    return [] if depth == 1 else [nested(depth - 1)]


@pytest.mark.parametrize(
    "value",
    [1.5, [1.5], {"a": 1.5}, cbor2.undefined, {b"bytes": 1}, nested(DEEPEST + 1), [0] * MOST_ITEMS],
    ids=str,
)
def test_what_is_not_plain_is_refused(value: object) -> None:
    """Floats, undefined, keys of bytes, more depth and more items than an authenticator has use for."""
    with pytest.raises(NotPlainError):
        end_of_item(cbor2.dumps(value))


@pytest.mark.parametrize("value", [nested(DEEPEST), [0] * (MOST_ITEMS - 1)], ids=["depth", "items"])
def test_the_bounds_themselves_are_plain(value: object) -> None:
    """As deep and as many as is allowed is allowed."""
    written = cbor2.dumps(value)
    assert end_of_item(written) == len(written)


GOOD = {
    "elliptic curve": attestation(data()),
    "Edwards curve": attestation(data(ED25519)),
    "RSA of 4,096 bits": attestation(data(RS256)),
    "the longest id": attestation(data(length=MOST_ID_BYTES)),
    "signed by itself": attestation(data(), "packed", SIGNED),
    "extensions": attestation(data(more=cbor2.dumps({"credProtect": 2}), flags=0xC5)),
}
BAD = {
    "an id too long": attestation(data(length=MOST_ID_BYTES + 1)),
    "no id": attestation(data(length=0)),
    "a key too large": attestation(data(RS256 | {-1: bytes(600)})),
    "a number too large": attestation(data(ES256 | {-2: bytes(513)})),
    "an exponent too large": attestation(data(RS256 | {-2: bytes(5)})),
    "an exponent that is none": attestation(data(RS256 | {-2: 3})),
    "a key of text": attestation(data(ES256 | {-2: "x"})),
    "a key that is no map": attestation(data([1, 2])),
    "bytes behind it": attestation(data(more=b"\0")),
    "an extension that is not there": attestation(data(flags=0xC5)),
    "an attestation nobody asked for": attestation(data(), "packed", SIGNED | {"x5c": [bytes(9)]}),
    "another kind of it": attestation(data(), "fido-u2f", SIGNED),
    "a statement for none": attestation(data(), "none", SIGNED),
    "a kind that is a number": attestation(data(), 5),
    "a fourth part": attestation(data(), more=1),
    "data of text": attestation("x" * 40),  # type: ignore[arg-type]
    "a list": text(cbor2.dumps([1, 2])),
    "two of them": attestation(data()) + "AAAA",
    "not base64url": "A",
}


@pytest.mark.parametrize("what", GOOD)
def test_what_authenticators_make_is_taken(what: str) -> None:
    """Each is let through as it came."""
    assert plain_attestation(GOOD[what]) == GOOD[what]


@pytest.mark.parametrize("what", BAD)
def test_what_none_makes_is_refused(what: str) -> None:
    """Each is refused by the one kind of error that becomes a 422."""
    with pytest.raises(ValueError, match=r"^(is|has|attests) |^$"):
        plain_attestation(BAD[what])


@pytest.mark.parametrize("bad", [bytes(36), bytes(38), data(length=MOST_ID_BYTES + 1)])
def test_data_that_are_signed_are_looked_at_too(bad: bytes) -> None:
    """Too short, with bytes behind them, with an id too long: refused, and the plain 37 bytes are taken."""
    with pytest.raises(ValueError):  # noqa: PT011 (what becomes a 422)
        plain_data(text(bad))
    assert plain_data(text(bytes(37))) == text(bytes(37))


async def creation(dana: Holder, **changes: Any) -> dict[str, Any]:
    """The body of a new passkey, with something else in what the browser answered."""
    asked = await dana.did("POST", "/auth/factors/passkeys/options")
    credential = Authenticator().create(asked["public_key"])
    credential["response"] |= changes
    return {"challenge_id": asked["challenge_id"], "name": "x", "credential": credential}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("attestationObject", BAD["an id too long"]),
        ("attestationObject", BAD["a key too large"]),
        ("attestationObject", "A" * 6_001),
        ("attestationObject", [1]),
        ("attestationObject", None),
        ("clientDataJSON", "A" * 4_001),
        ("clientDataJSON", {"a": 1}),
    ],
)
async def test_an_over_long_or_oddly_typed_attestation_is_a_422(
    dana: Holder, field: str, value: object
) -> None:
    """It is refused by its field, no passkey is kept, and the challenge is good for a right answer."""
    good = await creation(dana)
    wrong = {**good, "credential": {**good["credential"]}}
    wrong["credential"]["response"] = {**good["credential"]["response"], field: value}
    answer = problem_of(await dana.send("POST", "/auth/factors/passkeys", wrong), 422, "invalid-input")
    assert [error["pointer"] for error in answer["errors"]] == [f"/credential/response/{field}"]
    assert (await dana.did("GET", "/auth/factors"))["total"] == 0
    await dana.did("POST", "/auth/factors/passkeys", good)


async def test_the_longest_id_is_kept_and_proves(dana: Holder) -> None:
    """A passkey whose id has 1,023 bytes is made, and signs."""
    device = Authenticator(id=bytes(MOST_ID_BYTES))
    await dana.add_passkey(device)
    assert (await dana.prove(**await dana.sign_by(device))).status_code == 200


@pytest.mark.parametrize(("column", "most"), [("passkey_id", MOST_ID_BYTES), ("public_key", MOST_KEY_BYTES)])
@pytest.mark.parametrize("length", ["none", "too many"])
async def test_the_database_takes_no_other_lengths(
    dana: Holder, superuser: "asyncpg.Connection[Any]", column: str, most: int, length: str
) -> None:
    """What the API takes is what is kept, whoever writes it."""
    device = Authenticator()
    await dana.add_passkey(device)
    change = f"UPDATE factors SET {column} = $1 WHERE passkey_id = $2"
    assert await superuser.execute(change, bytes(most), device.id) == "UPDATE 1"
    await dana.add_passkey(Authenticator(id=b"another"))
    with pytest.raises(asyncpg.CheckViolationError, match="passkey_lengths"):
        await superuser.execute(change, bytes(0 if length == "none" else most + 1), b"another")


@pytest.mark.parametrize("path", ["/auth/factors/passkeys", "/auth/prove"])
async def test_a_body_that_no_passkey_needs_is_too_large(dana: Holder, path: str) -> None:
    """Over 19,000 bytes a body is a 413, whatever is in it."""
    body = await creation(dana, more="x" * PASSKEY_BODY_BYTES)
    problem_of(await dana.send("POST", path, body), 413, "content-too-large")


async def test_what_a_browser_says_beside_is_not_looked_at(dana: Holder) -> None:
    """Fields that later browsers add are no reason to refuse a passkey."""
    body = await creation(dana, transports=["internal"], publicKeyAlgorithm=-7, later={"x": [1.5]})
    body["credential"]["later"] = None
    await dana.did("POST", "/auth/factors/passkeys", body)


async def test_verifying_waits_for_a_thread_and_not_for_ever(
    dana: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While every thread is busy, a passkey is a 503 in bounded time, and nothing is kept of it."""
    monkeypatch.setattr(passkeys, "VERIFY_SECONDS", 0.05)
    body, over = await creation(dana), threading.Event()
    others = [asyncio.create_task(dana.resources.threads.run(n, over.wait)) for n in range(2)]
    try:
        await asyncio.sleep(0)  # they begin
        problem_of(await dana.send("POST", "/auth/factors/passkeys", body), 503, "unavailable")
    finally:
        over.set()
        await asyncio.gather(*others)
    assert (await dana.did("GET", "/auth/factors"))["total"] == 0
