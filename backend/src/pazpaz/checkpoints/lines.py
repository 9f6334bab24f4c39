"""An event as a line of text: as PostgreSQL's COPY writes its columns, with times in UTC."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from pazpaz.checkpoints.checkpoint import LogPosition

COLUMNS = (
    *("position", "at", "workspace_id", "id", "user_id", "action", "entity_type", "entity_id"),
    *("request_id", "ip_prefix"),
)
KEY_BYTES = 32


def key(line: bytes) -> bytes:
    _, _, workspace_id, event_id, _ = line.split(b"\t", 4)
    return bytes.fromhex((workspace_id + event_id).decode().replace("-", ""))


def record(line: bytes) -> bytes:
    """Return what the tree holds of an event: its key and the SHA-256 of its line."""
    return key(line) + sha256(line).digest()


def place(line: bytes) -> LogPosition:
    """Where an event stands."""
    position, _, workspace_id, event_id, _ = line.split(b"\t", 4)
    return LogPosition(int(position), UUID(workspace_id.decode()), UUID(event_id.decode()))


def at(line: bytes) -> bytes:
    """Its moment; such texts are in the order of time."""
    return line.split(b"\t", 2)[1]


def moment(when: datetime) -> bytes:
    """Return a moment in the form of `at`, to the second below."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S").encode()


def named(line: bytes) -> str:
    """Return an event as people are told of it."""
    fields = line.decode(errors="replace").split("\t")
    return f"event {fields[3]} of {fields[1][:19]} UTC ({fields[5]}, workspace {fields[2]})"


def named_by(key_: bytes) -> str:
    """Return an event of which only the key is left; the id of a UUIDv7 tells its moment."""
    workspace_id, event_id = UUID(bytes=key_[:16]), UUID(bytes=key_[16:KEY_BYTES])
    when = ""
    if event_id.version == 7:
        when = f" of {datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"event {event_id}{when} (workspace {workspace_id})"
