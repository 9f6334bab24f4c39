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


_ACTS = tuple(Act)


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
    """What a signed text says, in so many bytes; None for one that was not made here."""
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
    """What a token says; None for one that was not made here."""
    said = said_by(secret, b"link", token, 17)
    if said is None or said[16] >= len(_ACTS):
        return None
    return Link(UUID(bytes=said[:16]), _ACTS[said[16]])


def return_path(secret: bytes, log_id: UUID, bounce_address: str) -> str:
    """Where a mail's bounce goes (VERP): base32, because servers may change the case."""
    signed = log_id.bytes + _mac(secret, b"return", log_id.bytes, _RETURN_MAC_BYTES)
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{_RETURN_MARK}{base64.b32encode(signed).decode().rstrip('=').lower()}@{domain}"


def log_of_return_path(secret: bytes, address: str) -> UUID | None:
    """Which reminder's bounce was sent to this address; None for one that was not made here."""
    _, _, mark = address.rpartition("@")[0].rpartition("+")
    if not mark.lower().startswith(_RETURN_MARK):
        return None
    coded = mark[len(_RETURN_MARK) :].upper()
    try:
        raw = base64.b32decode(coded + "=" * (-len(coded) % 8))
    except (binascii.Error, ValueError):
        return None
    log_id, mac = raw[:16], raw[16:]
    if not hmac.compare_digest(mac, _mac(secret, b"return", log_id, _RETURN_MAC_BYTES)):
        return None
    return UUID(bytes=log_id)
