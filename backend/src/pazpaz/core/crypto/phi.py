"""Sealed columns: health data is AES-256-GCM ciphertext bound to workspace, table, column and row."""

import hmac
import os
from collections.abc import Callable
from datetime import date
from typing import Any, Literal
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from pazpaz.core.base.ids import derived_id

VERSION = 1
_HEADER = 5  # version byte and key number
_NONCE = 12
_TAG = 16
_BODY = _HEADER + _NONCE
_MARK = b"pazpaz fingerprint"
EMPTY_TEXT_BYTES = _BODY + _TAG  # what an empty text is sealed to; nothing is shorter

Kind = Literal["text", "date", "json"]


def header_of(number: int) -> bytes:
    """How every ciphertext of this key number begins."""
    return bytes((VERSION,)) + number.to_bytes(4, "big")


_ENCODE: dict[str, Callable[[Any], bytes]] = {
    "text": lambda value: value.encode(),
    "date": lambda value: value.isoformat().encode(),
    "json": orjson.dumps,
}
_DECODE: dict[str, Callable[[bytes], Any]] = {
    "date": lambda plain: date.fromisoformat(plain.decode()),
    "json": orjson.loads,
}


class Sealed(TypeDecorator[bytes]):
    """A bytea column that only the handle's verbs read and write, and only sealed."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: Kind = "text") -> None:
        """`kind` says what the plain value is: a string, a date, or JSON."""
        super().__init__()
        self.kind: Kind = kind


class TamperedError(Exception):
    """A ciphertext does not belong where it was found, or was changed."""


class UnknownNumberError(TamperedError):
    """A ciphertext names a data key that is not known here: made elsewhere a moment ago, or never."""


class WorkspaceCipher:
    """Seals and opens one workspace's fields with its data keys."""

    __slots__ = ("_current", "_destroyed", "_keys", "_marks", "_workspace")

    def __init__(
        self,
        workspace_id: UUID,
        keys: dict[int, bytes],
        current: int | None = None,
        destroyed: frozenset[int] = frozenset(),
    ) -> None:
        """`keys` maps key numbers to 32-byte keys; new text is sealed with `current`, or the highest number.

        What a key of `destroyed` sealed was erased with it, and opens as nothing.
        """
        self._destroyed = destroyed
        self._workspace = workspace_id.bytes
        self._keys = {number: AESGCM(key) for number, key in keys.items()}
        self._marks = {number: hmac.digest(key, _MARK, "sha256") for number, key in keys.items()}
        self._current = current or max(keys)

    def seal(self, value: object, kind: Kind, place: bytes, row: UUID) -> bytes:
        """Ciphertext of `value`: version, key number, 96-bit random nonce, AES-256-GCM (NIST SP 800-38D).

        `place` is b"table.column" and `row` the row's id; with the workspace they are authenticated, not
        stored.
        """
        header = header_of(self._current)
        nonce = os.urandom(_NONCE)
        bound = header + self._workspace + row.bytes + place
        return header + nonce + self._keys[self._current].encrypt(nonce, _ENCODE[kind](value), bound)

    def resealed(self, sealed: bytes, place: bytes, row: UUID, number: int) -> bytes:
        """Return the same value for the same place, sealed with the key of this number; as long as before."""
        header, nonce = header_of(number), os.urandom(_NONCE)
        plain: str = self.open(sealed, "text", place, row)  # every kind is UTF-8
        bound = header + self._workspace + row.bytes + place
        return header + nonce + self._keys[number].encrypt(nonce, plain.encode(), bound)

    def fingerprints(self, plain: bytes) -> list[UUID]:
        """Ids that only this workspace's keys can derive from health data, the sealing key's first.

        HMAC-SHA-256 under a key derived from each data key: equal text is recognised and none is told.
        """
        numbers = sorted(self._marks, key=lambda number: (number == self._current, number), reverse=True)
        return [derived_id(hmac.digest(self._marks[number], plain, "sha256")) for number in numbers]

    def open(self, sealed: bytes, kind: Kind, place: bytes, row: UUID) -> Any:
        """Return the value that was sealed for exactly this place; TamperedError for anything else."""
        header = sealed[:_HEADER]
        number = int.from_bytes(header[1:], "big")
        key = self._keys.get(number)
        if key is None and number in self._destroyed and len(sealed) >= EMPTY_TEXT_BYTES:
            return "" if kind == "text" else None
        if key is None or header[0] != VERSION or len(sealed) < EMPTY_TEXT_BYTES:
            whole = len(sealed) >= EMPTY_TEXT_BYTES and header[0] == VERSION
            raise UnknownNumberError if whole else TamperedError
        try:
            plain = key.decrypt(
                sealed[_HEADER:_BODY], sealed[_BODY:], header + self._workspace + row.bytes + place
            )
        except InvalidTag:
            raise TamperedError from None
        return plain.decode() if kind == "text" else _DECODE[kind](plain)
