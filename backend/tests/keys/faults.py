"""A provider that can be made to fail, and what a key ring needs around it."""

import asyncio
from typing import Any
from uuid import UUID

from pazpaz.core.crypto.erasure import ErasureFile
from pazpaz.core.crypto.key_providers import (
    KeyContext,
    KeyProviders,
    KeyUnopenedError,
    LocalKeyProvider,
    Wrapped,
)
from pazpaz.core.db.keys import KeyRing, WrappedKey

KEY, OTHER_KEY = bytes(range(32)), bytes(range(32, 64))


class FaultyKeyProvider(LocalKeyProvider):
    """The local provider, which fails when it is told to and counts what it is asked."""

    def __init__(self, *keys: bytes) -> None:
        super().__init__(keys or (KEY,))
        self.fault: KeyUnopenedError | None = None
        self.asked = 0

    async def unwrap(self, wrapped: Wrapped, context: KeyContext) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        return await super().unwrap(wrapped, context)


class Rows:
    """Wrapped keys by workspace, as PostgreSQL has them."""

    def __init__(self) -> None:
        self.rows: dict[UUID, list[dict[str, Any]]] = {}
        self.looks = 0

    async def __call__(self, workspace_id: UUID) -> list[dict[str, Any]]:
        self.looks += 1
        await asyncio.sleep(0)
        return list(self.rows.get(workspace_id, ()))

    def add(self, workspace_id: UUID, number: int, key: WrappedKey, *, is_new: bool = False) -> None:
        self.rows.setdefault(workspace_id, []).append(
            {
                "number": number,
                "wrapped": key.wrapped,
                "kek_id": key.kek_id,
                "erasure_id": key.erasure_id,
                "client_id": None,
                "is_new": is_new,
            }
        )


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Bench:
    """A key ring on a faulty provider, with its rows and its clock."""

    def __init__(self, erasure: ErasureFile, kek: FaultyKeyProvider | None = None) -> None:
        self.kek = kek or FaultyKeyProvider()
        self.rows, self.clock = Rows(), Clock()
        self.ring = KeyRing(KeyProviders(self.kek), erasure, self.rows, self.clock)

    async def new(self, workspace_id: UUID, number: int = 1, *, is_new: bool = False) -> None:
        """One more data key of the workspace."""
        self.rows.add(workspace_id, number, await self.ring.new_wrapped(workspace_id, number), is_new=is_new)


def key_of(row: dict[str, Any]) -> WrappedKey:
    """The wrapped key of a row."""
    return WrappedKey(row["wrapped"], row["kek_id"], row["erasure_id"])


def flipped(whole: bytes, bit: int) -> bytes:
    """The same bytes with one bit changed."""
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
