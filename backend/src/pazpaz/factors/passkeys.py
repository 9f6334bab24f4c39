"""Passkeys: what a browser is asked for, and whether its answer holds (WebAuthn level 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
import webauthn
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

CHALLENGE_BYTES = 32
NAME = "PazPaz"
VERIFY_SECONDS = 3.0
_TIMEOUT_MS = 120_000
_SECRETS: dict[str, Any] = {"extensions": {"prf": {}}}


class RefusedError(Exception):
    """An authenticator's answer that proves nothing; why is nobody's to know."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whom a passkey is made for: the host, and the address in the browser's bar."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "Site":
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of one: its id, its public key (COSE, RFC 9052), and how often its authenticator has signed."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def _nobodys_key() -> bytes:
    """In COSE (RFC 9053, 7.1): ES256 on P-256."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    return encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})


# A public key as authenticators make them, of which nobody has the private half: what a passkey that nobody has
# is compared with, so that it takes as long as one that somebody has.
NOBODYS = Passkey(b"", _nobodys_key(), 0)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a passkey is made for, as a browser lists it: `shown` tells one's practices apart."""

    id: UUID
    email: str
    shown: str


def creation_options(site: Site, challenge: bytes, user: Named, known: Sequence[bytes]) -> dict[str, Any]:
    """For `navigator.credentials.create`: a discoverable key that verifies its holder, and is none of the `known`.

    Where the authenticator can, it also derives secrets for the browser (`prf`), which never come here.
    """
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.shown,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return {**_plain(options), **_SECRETS}


def created(site: Site, challenge: bytes, answer: Mapping[str, Any]) -> Passkey:
    """Return the passkey that an answer to `creation_options` made; RefusedError."""
    try:
        found = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # a stranger's bytes: whatever they break, they prove nothing
        raise RefusedError from error
    return Passkey(found.credential_id, found.credential_public_key, found.sign_count)


def request_options(site: Site, challenge: bytes, known: Sequence[bytes]) -> dict[str, Any]:
    """For `navigator.credentials.get`: a signature by one of the `known` passkeys, of a holder it has verified.

    With none known, the browser offers whatever it has for this site. For what the browser wants a secret (`prf`),
    the app says to it, and not to us.
    """
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return {**_plain(options), **_SECRETS}


def proved(site: Site, challenge: bytes, answer: Mapping[str, Any], passkey: Passkey) -> int:
    """Return the sign count of an answer to `request_options` that this passkey signed; RefusedError.

    A count that does not rise says that the key was copied; authenticators that do not count say 0.
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # as above
        raise RefusedError from error
    if found.credential_id != passkey.credential_id:
        raise RefusedError
    return found.new_sign_count


def answering(answer: Mapping[str, Any]) -> bytes:
    """Return the id of the passkey that an answer says it is of; RefusedError when it says none."""
    try:
        return webauthn.base64url_to_bytes(answer["rawId"])
    except Exception as error:  # as above
        raise RefusedError from error


def holder(answer: Mapping[str, Any]) -> UUID:
    """Return the user that an authenticator says its passkey is of; RefusedError when it says none."""
    try:
        return UUID(bytes=webauthn.base64url_to_bytes(answer["response"]["userHandle"]))
    except Exception as error:  # as above
        raise RefusedError from error


def _plain(options: Any) -> dict[str, Any]:
    """Options as JSON has them, binary values in base64url."""
    plain: dict[str, Any] = orjson.loads(webauthn.options_to_json(options))
    return plain
