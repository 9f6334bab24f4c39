"""An authenticator in software: it makes passkeys and signs challenges as WebAuthn says, or wrongly when told to."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED, EXTENDED = 0x01, 0x04, 0x40, 0x80


def text(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(written: str) -> bytes:
    """The bytes of such text."""
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


@dataclass
class Authenticator:
    """One passkey and the browser it is used in. `flags` are what it says of its holder."""

    origin: str = "http://testserver"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    host: str | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(32))
    user: bytes = b""
    extensions: dict[str, Any] = field(default_factory=dict)

    def create(self, options: dict[str, Any], **wrong: Any) -> dict[str, Any]:
        """`navigator.credentials.create`, as JSON."""
        self.user = raw(options["user"]["id"])
        data = self._data(wrong.get("host") or self.host or options["rp"]["id"], ATTESTED) + self._attested()
        data += self._extended()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], wrong)
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attestation)})

    def sign(self, options: dict[str, Any], **wrong: Any) -> dict[str, Any]:
        """`navigator.credentials.get`, as JSON."""
        self.count += 1
        data = self._data(wrong.get("host") or self.host or options["rpId"], 0) + self._extended()
        client = self._client("webauthn.get", options["challenge"], wrong)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        said = {
            "authenticatorData": data,
            "clientDataJSON": client,
            "signature": signature,
            "userHandle": self.user,
        }
        return self._answer({name: text(value) for name, value in said.items()})

    def _data(self, host: str, more: int) -> bytes:
        return (
            hashlib.sha256(host.encode()).digest()
            + bytes([self.flags | more | (EXTENDED if self.extensions else 0)])
            + self.count.to_bytes(4, "big")
        )

    def _attested(self) -> bytes:
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        return bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)

    def _extended(self) -> bytes:
        return cbor2.dumps(self.extensions) if self.extensions else b""

    def _client(self, kind: str, challenge: str, wrong: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**said, **{name: value for name, value in wrong.items() if name in said}}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        return {
            "id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response,
            "clientExtensionResults": {}, "authenticatorAttachment": "platform",
        }  # fmt: skip
