"""Secrets that are handed out."""

import base64
import hashlib

import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import derived_code, derived_token, hashed, new_token, same

SECRET, ROW = bytes(range(32)), new_id()


def decoded(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def test_a_token_has_256_bits() -> None:
    """A new token is 32 bytes of URL-safe text."""
    assert len(decoded(new_token())) == 32


def test_tokens_differ() -> None:
    """No two new tokens are the same."""
    assert len({new_token() for _ in range(1000)}) == 1000


def test_what_is_stored_is_sha256() -> None:
    """The stored form is the SHA-256 of the token's text."""
    assert hashed("abc") == hashlib.sha256(b"abc").digest()


def test_a_derived_token_is_the_same_each_time() -> None:
    """A mail that is sent twice holds the same 256-bit token."""
    assert derived_token(SECRET, "link", ROW) == derived_token(SECRET, "link", ROW)
    assert len(decoded(derived_token(SECRET, "link", ROW))) == 32


@pytest.mark.parametrize(
    ("secret", "purpose", "row"),
    [(bytes(32), "link", ROW), (SECRET, "code", ROW), (SECRET, "link", new_id())],
    ids=["secret", "purpose", "row"],
)
def test_a_derived_token_depends_on_everything(secret: bytes, purpose: str, row: object) -> None:
    """Another secret, purpose or row makes another token."""
    assert derived_token(secret, purpose, row) != derived_token(SECRET, "link", ROW)  # type: ignore[arg-type]


def test_codes_are_six_digits() -> None:
    """A code is six ASCII digits, leading zeros kept, and not always the same."""
    codes = {derived_code(SECRET, "code", new_id()) for _ in range(500)}
    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in codes)
    assert len(codes) > 400


def test_comparison_takes_any_text() -> None:
    """Comparing works beyond ASCII, where `hmac.compare_digest` on text would raise."""
    assert same("אבג", "אבג")
    assert not same("אבג", "אבד")
