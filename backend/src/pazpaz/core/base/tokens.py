"""Secrets that are handed out: 256 bits, stored only as a hash, or derived so that nothing is stored."""

import base64
import hashlib
import hmac
import re
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """256 random bits as URL-safe text; none begins with a dash, which a command line takes for an option."""
    while (token := secrets.token_urlsafe(32)).startswith("-"):
        pass
    return token


def is_token(text: str) -> bool:
    """Whether it could be one of ours at all."""
    return _FORM.fullmatch(text) is not None


def hashed(token: str) -> bytes:
    """Return what is stored of a token. It has 256 bits of entropy, so a plain SHA-256 cannot be searched."""
    return hashlib.sha256(token.encode()).digest()


def derived(secret: bytes, purpose: str, row_id: UUID) -> bytes:
    """32 bytes only the holder of `secret` can tell, the same each time: HMAC-SHA-256 (RFC 2104)."""
    return hmac.digest(secret, purpose.encode() + b"\0" + row_id.bytes, "sha256")


def derived_token(secret: bytes, purpose: str, row_id: UUID) -> str:
    """Return a derived token as URL-safe text: a mail that is sent twice holds the same one."""
    return base64.urlsafe_b64encode(derived(secret, purpose, row_id)).decode().rstrip("=")


def derived_code(secret: bytes, purpose: str, row_id: UUID) -> str:
    """Six digits for a person to type; the caller limits the tries."""
    return f"{int.from_bytes(derived(secret, purpose, row_id)[:8], 'big') % 1_000_000:06d}"


def sealed_token(plain: bytes, key: bytes) -> str:
    """Return URL-safe text that tells nothing and opens with the key only (32 bytes): AES-256-GCM."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plain, None)).decode().rstrip("=")


def opened_token(text: str, key: bytes) -> bytes | None:
    """Return what was sealed; None for any other text."""
    try:
        sealed = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    except (ValueError, InvalidTag):
        return None


def blinded(secret: bytes, text: str) -> str:
    """Return a name for `text` that tells nothing of it without `secret`: HMAC-SHA-256 in hexadecimal."""
    return hmac.digest(secret, text.encode(), "sha256").hex()


def same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
