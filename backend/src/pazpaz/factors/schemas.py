"""What second factors take in and show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Strict, StringConstraints, model_validator

from pazpaz.accounts.models import User, Workspace
from pazpaz.accounts.schemas import SecondFactor
from pazpaz.core.http.schemas import Body, Name
from pazpaz.factors.attestation import plain_attestation, plain_data
from pazpaz.factors.models import Factor

AppCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
RecoveryText = Annotated[str, StringConstraints(min_length=16, max_length=40)]
PASSKEY_BODY_BYTES = 19_000  # what the fields below may hold, and what else browsers say
BASE64URL = r"^[A-Za-z0-9_-]+={0,2}$"
PasskeyId = Annotated[str, StringConstraints(max_length=1_366, pattern=BASE64URL)]
ClientData = Annotated[str, StringConstraints(max_length=4_000, pattern=BASE64URL)]
Attestation = Annotated[
    str, StringConstraints(max_length=6_000, pattern=BASE64URL), AfterValidator(plain_attestation)
]
AuthenticatorData = Annotated[
    str, StringConstraints(max_length=4_000, pattern=BASE64URL), AfterValidator(plain_data)
]
ShortClientData = Annotated[str, StringConstraints(max_length=2_500, pattern=BASE64URL)]
ShortAuthenticatorData = Annotated[
    str, StringConstraints(max_length=1_500, pattern=BASE64URL), AfterValidator(plain_data)
]
Signature = Annotated[str, StringConstraints(max_length=700, pattern=BASE64URL)]
UserHandle = Annotated[str, StringConstraints(max_length=88)]


class _Said(BaseModel):
    """A part of what a browser says; what it says beside is not looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, strict=True)


class _Credential(_Said):
    id: PasskeyId
    rawId: PasskeyId  # noqa: N815 (WebAuthn's name)
    type: Literal["public-key"]

    def answer(self) -> dict[str, Any]:
        return self.model_dump()


class Creation(_Said):
    """What `navigator.credentials.create` answered."""

    clientDataJSON: ClientData  # noqa: N815
    attestationObject: Attestation  # noqa: N815


class Assertion(_Said):
    """What `navigator.credentials.get` answered."""

    clientDataJSON: ClientData  # noqa: N815
    authenticatorData: AuthenticatorData  # noqa: N815
    signature: Signature
    userHandle: UserHandle | None = None  # noqa: N815


class CreatedCredential(_Credential):
    """A PublicKeyCredential that was created, as JSON (WebAuthn)."""

    response: Creation


class ProvedCredential(_Credential):
    """A PublicKeyCredential that signed, as JSON (WebAuthn)."""

    response: Assertion


class TotpCreate(Body):
    """An authenticator app to set up."""

    name: Name


class TotpConfirm(Body):
    """The first code that the app shows."""

    code: AppCode


class SignInAssertion(Assertion):
    """The same from strangers, who send less."""

    clientDataJSON: ShortClientData  # noqa: N815
    authenticatorData: ShortAuthenticatorData  # noqa: N815
    userHandle: UserHandle  # noqa: N815


class SignInCredential(ProvedCredential):
    """A PublicKeyCredential that signed and names its user, as JSON (WebAuthn)."""

    response: SignInAssertion


class PasskeyCreate(Body):
    """The browser's answer to the options, and a name to tell the passkey apart."""

    challenge_id: UUID
    name: Name
    credential: CreatedCredential


class Proof(Body):
    """One of: a code of an app, a recovery code, a passkey's answer to the options."""

    code: AppCode | None = None
    recovery_code: RecoveryText | None = None
    challenge_id: UUID | None = None
    credential: ProvedCredential | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [self.code, self.recovery_code, self.credential]
        if sum(value is not None for value in given) != 1 or (self.challenge_id is None) != (
            self.credential is None
        ):
            raise ValueError("one of code, recovery_code, or challenge_id with credential")
        return self


class PasskeySignIn(Body):
    """The browser's answer to the options."""

    challenge_id: UUID
    credential: SignInCredential


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
class NewRecoveryCodes:
    """Ten codes, each good for one proof; shown this once. Earlier ones are void."""

    recovery_codes: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to hand to `navigator.credentials`; null where the user has no passkey."""

    challenge_id: UUID | None
    public_key: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class FactorKinds:
    """By what the user can prove who they are, beside recovery codes."""

    passkey: bool
    totp: bool


@dataclass(frozen=True, slots=True)
class ThisSignIn:
    """The browser's sign-in: it locks when idle for so long, and ends at `expires_at`."""

    id: UUID
    expires_at: datetime
    idle_minutes: int
    step_up_minutes: int
    locked: bool
    factors: FactorKinds


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in, and where; `sign_in` is null for an API token."""

    user: User
    workspace: Workspace
    second_factor: SecondFactor
    sign_in: ThisSignIn | None


@dataclass(frozen=True, slots=True)
class Proved:
    """When this sign-in was proved."""

    proved_at: datetime
