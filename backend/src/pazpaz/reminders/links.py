"""What a reminder's links and its return path hold: the reminder's id, signed."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

_MAC_BYTES = 16
_RETURN_MAC_BYTES = 10
_RETURN_MARK = "b-"


class Act(StrEnum):
    """What a link does when it is acted on."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    MOVE = "move"
    UNSUBSCRIBE = "unsubscribe"
    UNSUBSCRIBE_ADDRESS = "unsubscribe-address"


_ACTS = tuple(Act)  # a token holds the place here: new ones go to the end
ENDING = (Act.UNSUBSCRIBE, Act.UNSUBSCRIBE_ADDRESS)


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: of which reminder, and to do what."""

    log_id: UUID
    act: Act


def _mac(secret: bytes, purpose: bytes, what: bytes, size: int) -> bytes:
    return hmac.digest(secret, b"reminder-" + purpose + b"\0" + what, "sha256")[:size]


def signed(secret: bytes, purpose: bytes, said: bytes) -> str:
    """URL-safe text that says `said`; who does not hold `secret` cannot make one."""
    return base64.urlsafe_b64encode(said + _mac(secret, purpose, said, _MAC_BYTES)).decode()


def said_by(secret: bytes, purpose: bytes, token: str, size: int) -> bytes | None:
    """Return what a signed text says, in so many bytes; None for one that was not made here."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != size + _MAC_BYTES:
        return None
    said = raw[:size]  # written anew: base64 has several texts for some bytes, and one of them is ours
    return said if hmac.compare_digest(signed(secret, purpose, said), token) else None


def token_of(secret: bytes, link: Link) -> str:
    """44 URL-safe characters."""
    return signed(secret, b"link", link.log_id.bytes + bytes((_ACTS.index(link.act),)))


def link_of(secret: bytes, token: str) -> Link | None:
    """Return what a token says; None for one that was not made here."""
    said = said_by(secret, b"link", token, 17)
    if said is None or said[16] >= len(_ACTS):
        return None
    return Link(UUID(bytes=said[:16]), _ACTS[said[16]])


def return_path(secret: bytes, log_id: UUID, bounce_address: str) -> str:
    """Where a mail's bounce goes (VERP)."""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{_RETURN_MARK}{_return_code(secret, log_id)}@{domain}"


def _return_code(secret: bytes, log_id: UUID) -> str:
    """In base32, because servers may change the case."""
    coded = log_id.bytes + _mac(secret, b"return", log_id.bytes, _RETURN_MAC_BYTES)
    return base64.b32encode(coded).decode().rstrip("=").lower()


def log_of_return_path(secret: bytes, address: str) -> UUID | None:
    """Which reminder's bounce was sent to this address; None for one that was not made here."""
    _, _, mark = address.rpartition("@")[0].rpartition("+")
    mark = mark.lower()
    coded = mark.removeprefix(_RETURN_MARK)
    if coded == mark or not coded.isascii():
        return None
    try:
        raw = base64.b32decode(coded.upper() + "=" * (-len(coded) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 16 + _RETURN_MAC_BYTES:
        return None
    log_id = UUID(bytes=raw[:16])  # written anew, as in said_by
    return log_id if hmac.compare_digest(_return_code(secret, log_id), coded) else None
