"""What second factors take in and show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, Strict, StringConstraints, model_validator

from pazpaz.core.schemas import Body, Name
from pazpaz.factors.models import Factor

AppCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
RecoveryText = Annotated[str, StringConstraints(min_length=16, max_length=40)]
Answer = Annotated[
    dict[str, Any], Field(max_length=20, description="A PublicKeyCredential as JSON (WebAuthn).")
]


class TotpCreate(Body):
    """An authenticator app to set up."""

    name: Name


class TotpConfirm(Body):
    """The first code that the app shows."""

    code: AppCode


class PasskeyCreate(Body):
    """The browser's answer to the options, and a name to tell the passkey apart."""

    challenge_id: UUID
    name: Name
    credential: Answer


class Proof(Body):
    """One of: a code of an app, a recovery code, a passkey's answer to the options."""

    code: AppCode | None = None
    recovery_code: RecoveryText | None = None
    challenge_id: UUID | None = None
    credential: Answer | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [self.code, self.recovery_code, self.credential]
        if sum(value is not None for value in given) != 1 or (self.challenge_id is None) != (
            self.credential is None
        ):
            message = "one of code, recovery_code, or challenge_id with credential"
            raise ValueError(message)
        return self


class Requirement(Body):
    """Whether everybody in the practice needs a second factor; null: as this deployment does."""

    is_required: Annotated[bool, Strict()] | None


@dataclass(frozen=True, slots=True)
class FactorList:
    """A user's second factors, and where they stand."""

    items: list[Factor]
    total: int
    next_cursor: str | None
    recovery_codes_left: int
    is_required: bool
    proved_at: datetime | None


@dataclass(frozen=True, slots=True)
class TotpMade:
    """What an app is to hold; shown this once. `qr` is the address as an SVG picture."""

    id: UUID
    secret: str
    uri: str
    qr: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A factor that counts from now on; recovery codes come with the first one, and are shown this once."""

    factor: Factor
    recovery_codes: list[str] | None
    proved_at: datetime


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Ten codes, each good for one proof; shown this once. Earlier ones are void."""

    recovery_codes: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to hand to `navigator.credentials`; null where the user has no passkey."""

    challenge_id: UUID | None
    public_key: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Proved:
    """When this sign-in was proved."""

    proved_at: datetime
