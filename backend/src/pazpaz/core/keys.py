"""Data keys: one set per workspace, wrapped by the key-encryption key, held in memory for a minute."""

import hashlib
import os
import time
from collections import OrderedDict
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, DateTime, Integer, LargeBinary, Text, UniqueConstraint, func

from pazpaz.core.phi import WorkspaceCipher
from pazpaz.core.tenancy import scoped_table

HELD_SECONDS = 60.0
HELD_WORKSPACES = 10_000
_NONCE = 12

workspace_keys = scoped_table(
    "workspace_keys",
    Column("number", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("kek_id", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("workspace_id", "number", name="uq_workspace_keys_number"),
)


class UnknownKeyError(Exception):
    """A data key was wrapped by a key-encryption key that this process does not have."""


class KeyRing:
    """Wraps new data keys and keeps the opened ones of recently used workspaces."""

    def __init__(self, key_encryption_key: bytes) -> None:
        """`key_encryption_key` is 32 bytes; its id is the first half of its SHA-256, so it says nothing of the key."""
        self._kek = AESGCM(key_encryption_key)
        self.kek_id = hashlib.sha256(b"pazpaz-kek" + key_encryption_key).hexdigest()[:16]
        self._held: OrderedDict[UUID, tuple[float, WorkspaceCipher]] = OrderedDict()

    def _bound(self, workspace_id: UUID, number: int) -> bytes:
        return b"pazpaz-data-key" + workspace_id.bytes + number.to_bytes(4, "big")

    def new_wrapped(self, workspace_id: UUID, number: int) -> bytes:
        """A fresh 256-bit data key, wrapped for this workspace and number only."""
        nonce = os.urandom(_NONCE)
        return nonce + self._kek.encrypt(nonce, os.urandom(32), self._bound(workspace_id, number))

    def held(self, workspace_id: UUID) -> WorkspaceCipher | None:
        """The workspace's cipher, when it was opened within the last minute."""
        entry = self._held.get(workspace_id)
        if entry is None or entry[0] < time.monotonic():
            return None
        return entry[1]

    def hold(self, workspace_id: UUID, wrapped: dict[int, bytes]) -> WorkspaceCipher:
        """Open the wrapped keys and keep the cipher; UnknownKeyError when none or another key wrapped them."""
        try:
            keys = {
                number: self._kek.decrypt(blob[:_NONCE], blob[_NONCE:], self._bound(workspace_id, number))
                for number, blob in wrapped.items()
            }
        except InvalidTag:
            keys = {}
        if not keys:
            raise UnknownKeyError
        cipher = WorkspaceCipher(workspace_id, keys)
        self._held[workspace_id] = (time.monotonic() + HELD_SECONDS, cipher)
        self._held.move_to_end(workspace_id)
        if len(self._held) > HELD_WORKSPACES:
            self._held.popitem(last=False)
        return cipher
