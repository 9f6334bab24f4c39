"""A checkpoint: what it says, in a text that is signed and hashed, and its form outside the database."""

from base64 import b64decode, b64encode
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pazpaz.checkpoints import merkle
from pazpaz.core.db.engine import Record

NOTHING = bytes(32)  # what the first checkpoint follows
FORMAT = "pazpaz-audit-checkpoint-v1"
_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, order=True)
class LogPosition:
    """A place in the order of the events: position, then workspace and id for those before there were positions."""

    position: int
    workspace_id: UUID
    event_id: UUID

    @classmethod
    def after_all(cls, position: int) -> Self:
        """Behind every event of this position."""
        return cls(position, _HIGHEST, _HIGHEST)


BEGINNING = LogPosition(-(2**63), _LOWEST, _LOWEST)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Of all events after the previous checkpoint's end up to `through`."""

    number: int
    previous: bytes
    root: bytes
    event_count: int
    through: LogPosition
    complete_at: datetime | None  # an event that got its position before this moment is covered
    signed_at: datetime
    given_up: bytes | None  # the newest of the checkpoints that a restored database does not have any more
    public_key: bytes
    signature: bytes
    leaves: bytes

    @property
    def text(self) -> bytes:
        """What is signed."""
        through = f"{self.through.position} {self.through.workspace_id} {self.through.event_id}"
        lines = [
            FORMAT,
            f"number {self.number}",
            f"previous {self.previous.hex()}",
            f"root {self.root.hex()}",
            f"events {self.event_count}",
            f"through {through}",
            f"complete {_moment(self.complete_at)}",
            f"signed {_moment(self.signed_at)}",
            f"given-up {self.given_up.hex() if self.given_up else '-'}",
            f"key {self.public_key.hex()}",
        ]
        return "".join(f"{line}\n" for line in lines).encode()

    @property
    def hash(self) -> bytes:
        """What the next checkpoint names."""
        return sha256(self.text).digest()

    @property
    def is_signed(self) -> bool:
        """Whether the signature is this key's over this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(self.signature, self.text)
        except (InvalidSignature, ValueError):
            return False
        return True

    @property
    def is_whole(self) -> bool:
        """Whether the leaves are those of the root."""
        return (
            len(self.leaves) == merkle.RECORD_BYTES * self.event_count
            and merkle.root(self.leaves) == self.root
        )

    @property
    def name(self) -> str:
        return f"checkpoint {self.number} of {self.signed_at:%Y-%m-%d %H:%M:%S} UTC"

    def signed(self, key: Ed25519PrivateKey) -> "Checkpoint":
        """Return the same with its key and signature."""
        named = replace(self, public_key=key.public_key().public_bytes_raw())
        return replace(named, signature=key.sign(named.text))

    @classmethod
    def of(cls, record: Record) -> "Checkpoint":
        through = LogPosition(
            record["through_position"], record["through_workspace_id"], record["through_id"]
        )
        plain = {name: record[name] for name in _PLAIN}
        return cls(through=through, **plain)

    def to_json(self) -> bytes:
        """One line: every field of the row, bytes in base64."""
        values = {name: _outside(getattr(self, name)) for name in _PLAIN}
        end = self.through
        values["through"] = [end.position, str(end.workspace_id), str(end.event_id)]
        return orjson.dumps(values)

    @classmethod
    def from_json(cls, line: bytes) -> "Checkpoint":
        """ValueError, KeyError or TypeError when it is none."""
        values: dict[str, Any] = orjson.loads(line)
        position, workspace_id, event_id = values["through"]
        plain: dict[str, Any] = {name: _inside(name, values[name]) for name in _PLAIN}
        return cls(through=LogPosition(int(position), UUID(workspace_id), UUID(event_id)), **plain)


_PLAIN = tuple(field.name for field in fields(Checkpoint) if field.name != "through")
_NUMBERS = frozenset({"number", "event_count"})


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else "-"


def _outside(value: object) -> object:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return _moment(value) if isinstance(value, datetime) else value


def _inside(name: str, value: Any) -> object:
    if value is None or name in _NUMBERS:
        return value if value is None else int(value)
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return b64decode(value, validate=True)
