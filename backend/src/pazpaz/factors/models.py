"""Tables and rows of second factors: authenticator apps, passkeys, recovery codes, and what was asked of a browser."""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from pazpaz.core.base.tokens import same
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import METADATA, Forgotten, choice, moment, one_of, reference, scoped_table

STEP_SECONDS = 30
SKEW_STEPS = 1  # a phone's clock may be off by so many
RECOVERY_CODES = 10
MOST_FACTORS = 20
TRIES, TRIES_LIFETIME = 5, timedelta(minutes=15)
CHALLENGE_LIFETIME = timedelta(minutes=5)
UNCONFIRMED_LIFETIME = timedelta(minutes=15)
_ISSUER = "PazPaz"
_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"  # nothing that is read as something else


class FactorKind(StrEnum):
    """What a user proves themselves by."""

    TOTP = "totp"
    PASSKEY = "passkey"


class Purpose(StrEnum):
    """What a browser was asked for."""

    CREATE = "create"
    PROVE = "prove"


factors = scoped_table(
    "factors",
    Column("user_id", Uuid, nullable=False),
    choice("kind", FactorKind),
    Column("name", Text, nullable=False),
    Column("secret", Sealed()),
    Column("last_step", BigInteger),
    Column("passkey_id", LargeBinary),
    Column("public_key", LargeBinary),
    Column("sign_count", BigInteger),
    moment("created_at", now=True),
    moment("confirmed_at"),
    moment("last_used_at"),
    moment("removed_at"),
    reference("factors", "user_id", "users"),
    one_of("kind", FactorKind),
    CheckConstraint("(kind = 'totp') = (secret IS NOT NULL)", name="totp"),
    CheckConstraint(
        "(kind = 'passkey') = (passkey_id IS NOT NULL AND public_key IS NOT NULL AND sign_count IS NOT NULL)",
        name="passkey",
    ),
    CheckConstraint(
        # As long as attestation.py takes them.
        "octet_length(passkey_id) BETWEEN 1 AND 1023 AND octet_length(public_key) BETWEEN 1 AND 600",
        name="passkey_lengths",
    ),
    UniqueConstraint("workspace_id", "passkey_id", name="uq_factors_passkey_id"),
    Index("ix_factors_user_id", "workspace_id", "user_id"),
    forgotten=Forgotten({"name": "''", "removed_at": "coalesce(removed_at, now())"}),
)

# A user as the holder of factors: tries that failed, and which set of recovery codes counts.
factor_holders = scoped_table(
    "factor_holders",
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("tried_at"),
    Column("recovery_set_id", Uuid),
    reference("factor_holders", "id", "users"),
)

recovery_codes = scoped_table(
    "recovery_codes",
    Column("user_id", Uuid, nullable=False),
    Column("set_id", Uuid, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    moment("used_at"),
    reference("recovery_codes", "user_id", "users"),
    UniqueConstraint("workspace_id", "set_id", "hash", name="uq_recovery_codes_hash"),
)

# What browsers were asked for before anybody is known; such a challenge is its browser's.
passkey_challenges = Table(
    "passkey_challenges",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("challenge", LargeBinary, nullable=False),
    Column("browser_hash", LargeBinary, nullable=False),
    moment("expires_at", nullable=False),
    moment("used_at"),
    Index("ix_passkey_challenges_expires_at", "expires_at"),
)

factor_challenges = scoped_table(
    "factor_challenges",
    Column("user_id", Uuid, nullable=False),
    Column("credential_id", Uuid, nullable=False),
    choice("purpose", Purpose),
    Column("challenge", LargeBinary, nullable=False),
    moment("expires_at", nullable=False),
    moment("used_at"),
    reference("factor_challenges", "user_id", "users"),
    reference("factor_challenges", "credential_id", "credentials"),
    one_of("purpose", Purpose),
    Index("ix_factor_challenges_expires_at", "expires_at"),
)


@row
class Factor:
    """A second factor, as its holder sees it."""

    id: UUID
    kind: FactorKind
    name: str
    created_at: datetime
    last_used_at: datetime | None


@row
class HeldFactor:
    """A second factor with what it is verified by."""

    id: UUID
    kind: FactorKind
    secret: str | None
    last_step: int | None
    passkey_id: bytes | None
    public_key: bytes | None
    sign_count: int | None
    confirmed_at: datetime | None

    def stepped(self, code: str, now: datetime) -> Mapping[str, object] | None:
        """Return the changes that use an app's code up; None for a wrong one, and for one of a step already used."""
        step = step_of(self.secret or "", code, now)
        if step is None or (self.last_step is not None and step <= self.last_step):
            return None
        return {"last_step": step, "last_used_at": now}


@row
class Holder:
    """A user as the holder of factors."""

    id: UUID
    tries: int
    recovery_set_id: UUID | None


@row
class RecoveryCode:
    """A code that proves its holder once."""

    id: UUID
    user_id: UUID
    used_at: datetime | None


@row
class Challenge:
    """What a browser was asked to sign."""

    id: UUID
    challenge: bytes


FACTOR = Entity("factor", factors, Factor)
HELD = Entity("factor", factors, HeldFactor)
HOLDER = Entity("factor_holder", factor_holders, Holder)
RECOVERY_CODE = Entity("recovery_code", recovery_codes, RecoveryCode)
CHALLENGE = Entity("factor_challenge", factor_challenges, Challenge)


def new_secret() -> str:
    """160 random bits in base32, as apps take them (RFC 4226, 4)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the 30-second step whose code this is (RFC 6238), now or one away; None for none of them."""
    hotp = HOTP(base64.b32decode(secret), 6, SHA1())  # noqa: S303 (what apps know; HMAC needs no collisions)
    step = int(now.timestamp()) // STEP_SECONDS
    for near in range(step - SKEW_STEPS, step + SKEW_STEPS + 1):
        if same(hotp.generate(near).decode(), code):
            return near
    return None


def otpauth(secret: str, email: str, practice: str) -> str:
    """Return the address an app reads from a picture (the key URI format)."""
    label = quote(f"{_ISSUER}:{email}", safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(f'{_ISSUER} {practice}', safe='')}"


def new_recovery_code() -> str:
    """Twenty-four letters and digits in fours: 117 bits, so that a plain hash of it cannot be searched."""
    return spoken("".join(secrets.choice(_ALPHABET) for _ in range(24)))


def spoken(code: str) -> str:
    """Return a recovery code as it was made, however it was typed."""
    bare = "".join(char for char in code.lower() if char.isalnum())
    return "-".join(bare[start : start + 4] for start in range(0, len(bare), 4))
