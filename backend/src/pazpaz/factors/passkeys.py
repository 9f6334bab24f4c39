"""Passkeys: what a browser is asked for, and whether its answer holds (WebAuthn level 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
import webauthn
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

CHALLENGE_BYTES = 32
NAME = "PazPaz"
_TIMEOUT_MS = 120_000


class RefusedError(Exception):
    """An authenticator's answer that proves nothing; why is nobody's to know."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whom a passkey is made for: the host, and the address in the browser's bar."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "Site":
        """The site at this address."""
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of one: its id, its public key (COSE, RFC 9052), and how often its authenticator has signed."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def creation_options(
    site: Site, challenge: bytes, user_id: UUID, email: str, known: Sequence[bytes]
) -> dict[str, Any]:
    """For `navigator.credentials.create`: a discoverable key that verifies its holder, and is none of the `known`."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=user_id.bytes,
        user_name=email,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return _plain(options)


def created(site: Site, challenge: bytes, answer: Mapping[str, Any]) -> Passkey:
    """The passkey that an answer to `creation_options` made; RefusedError."""
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
    """For `navigator.credentials.get`: a signature by one of the `known` passkeys, of a holder it has verified."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options)


def proved(site: Site, challenge: bytes, answer: Mapping[str, Any], passkey: Passkey) -> int:
    """The sign count of an answer to `request_options` that this passkey signed; RefusedError.

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
    """The id of the passkey that an answer says it is of; RefusedError when it says none."""
    try:
        return webauthn.base64url_to_bytes(answer["rawId"])
    except Exception as error:  # as above
        raise RefusedError from error


def _plain(options: Any) -> dict[str, Any]:
    """Options as JSON has them, binary values in base64url."""
    plain: dict[str, Any] = orjson.loads(webauthn.options_to_json(options))
    return plain
