"""Notes as the device has them, and how they are kept in the file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FIELDS = ("subjective", "objective", "assessment", "plan")


@dataclass
class LocalNote:
    """One note. The item that is sent follows from it alone, so that it is the same after a crash."""

    client_session_id: str
    appointment_id: str
    created_at: str
    updated_at: str
    texts: dict[str, str | None] = field(default_factory=dict)
    base_version: int | None = None
    session_id: str | None = None
    is_waiting: bool = True
    conflict_id: str | None = None
    error: str | None = None

    @property
    def state(self) -> str:
        """What became of it, in a word."""
        if self.error is not None:
            return f"rejected: {self.error}"
        if self.is_waiting:
            return "waiting"
        return "conflict" if self.conflict_id else "sent"

    def write(self, texts: Mapping[str, str | None], at: str) -> None:
        """Change fields; the note waits to be sent."""
        self.texts.update(texts)
        self.updated_at, self.is_waiting, self.error = at, True, None

    def item(self) -> dict[str, Any]:
        base = {} if self.base_version is None else {"base_version": self.base_version}
        return {
            "client_session_id": self.client_session_id,
            "appointment_id": self.appointment_id,
            "created_at_client": self.created_at,
            "updated_at_client": self.updated_at,
            **self.texts,
            **base,
        }

    def take(self, result: Mapping[str, Any]) -> None:
        """Take over what the server answered to the item."""
        if result["status"] == "rejected":
            first = result["error"]["errors"][0]
            self.error = f"{first['pointer'].rpartition('/')[2]} {first['detail']}"
            return
        self.is_waiting = False
        self.session_id = result["server_session_id"] or self.session_id
        self.conflict_id = result["conflict_id"]
        if result["version"] is not None:
            self.base_version = result["version"]
        if result["text"] is not None:
            self.texts = {name: result["text"][name] for name in FIELDS}


def dump(notes: list[LocalNote]) -> bytes:
    return json.dumps([asdict(note) for note in notes], ensure_ascii=False).encode()


def load(plain: bytes | None) -> list[LocalNote]:
    return [] if plain is None else [LocalNote(**values) for values in json.loads(plain)]
