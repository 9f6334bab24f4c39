"""What an authenticator says, looked at in size and shape before the library that decodes it sees it.

PazPaz asks for no attestation, so that nothing is taken but none, or a signature by the passkey itself.
"""

from typing import Any

from webauthn import base64url_to_bytes
from webauthn.helpers import parse_cbor

from pazpaz.factors.cbor import NotPlainError, end_of_item

MOST_ID_BYTES = 1_023  # WebAuthn level 3, 4
MOST_KEY_BYTES = 600  # RSA of 4,096 bits, with room
_MOST_NUMBER_BYTES = 512
_MOST_EXPONENT_BYTES = 4
_FIXED_BYTES, _FLAGS, _ATTESTED, _EXTENDED = 37, 32, 0x40, 0x80
_AAGUID_BYTES = 16
_KTY, _RSA, _EXPONENT = 1, 3, -2


def plain_attestation(written: str) -> str:
    """Return an attestation object in base64url, as it came; ValueError."""
    data = _bytes(written)
    _require(end_of_item(data) == len(data), "is not what an authenticator makes")
    said = parse_cbor(data)
    _require(
        type(said) is dict and set(said) == {"fmt", "attStmt", "authData"}, "is not an attestation object"
    )
    _require(_is_taken(said["fmt"], said["attStmt"]), "attests what was not asked for")
    _require(type(said["authData"]) is bytes, "is not an attestation object")
    _check(said["authData"])
    return written


def plain_data(written: str) -> str:
    """Return authenticator data in base64url, as they came; ValueError."""
    _check(_bytes(written))
    return written


def _bytes(written: str) -> bytes:
    try:
        return base64url_to_bytes(written)
    except ValueError:
        raise ValueError("is not base64url") from None


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotPlainError(otherwise)


def _is_taken(kind: Any, statement: Any) -> bool:
    if kind == "packed":
        return (
            type(statement) is dict and set(statement) == {"alg", "sig"} and type(statement["sig"]) is bytes
        )
    return bool(kind == "none" and statement == {})


def _check(data: bytes) -> None:
    """Check authenticator data (WebAuthn level 3, 6.1): what follows the fixed part, to the last byte."""
    _require(len(data) >= _FIXED_BYTES, "is too short")
    at, flags = _FIXED_BYTES, data[_FLAGS]
    if flags & _ATTESTED:
        start = at + _AAGUID_BYTES + 2
        length = int.from_bytes(data[start - 2 : start], "big")
        _require(0 < length <= MOST_ID_BYTES, f"has an id that is not of 1 to {MOST_ID_BYTES} bytes")
        start += length
        at = end_of_item(data, start)
        _require(_is_key(data[start:at]), "has a key that is none, or too large")
    if flags & _EXTENDED:
        at = end_of_item(data, at)
    _require(at == len(data), "is not what an authenticator makes")


def _is_key(data: bytes) -> bool:
    """Return a public key (COSE, RFC 9052) of a size that verifying is quick with."""
    if len(data) > MOST_KEY_BYTES:
        return False
    key = parse_cbor(data)
    if type(key) is not dict:
        return False
    numbers = [value for value in key.values() if type(value) is bytes]
    exponent = key.get(_EXPONENT, b"") if key.get(_KTY) == _RSA else b""
    return (
        all(type(value) in (int, bytes) for value in key.values())
        and all(len(number) <= _MOST_NUMBER_BYTES for number in numbers)
        and type(exponent) is bytes
        and len(exponent) <= _MOST_EXPONENT_BYTES
    )
