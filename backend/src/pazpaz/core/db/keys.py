"""Data keys: one set per workspace, wrapped outside of PostgreSQL, held in memory for a minute."""

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Integer, LargeBinary, Text, UniqueConstraint, Uuid

from pazpaz.core.base import metrics
from pazpaz.core.crypto.erasure import ErasureFile, ForgottenError
from pazpaz.core.crypto.key_providers import (
    KeyContext,
    KeyProviders,
    KeyRefusedError,
    KeyUnreachableError,
    Wrapped,
)
from pazpaz.core.crypto.phi import WorkspaceCipher
from pazpaz.core.db.opened import OpenedIndexes
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.db.tenancy import moment, scoped_table

HELD_SECONDS = 60.0
AWAY_SECONDS = 300.0  # how long an opened key is used while nobody can open it again
AGAIN_SECONDS = 5.0  # between two tries in that time
NEW_SECONDS = 310  # by then every process has read a new key, so that none meets what it cannot recognise
HELD_WORKSPACES = 10_000
_NONCE = 12
_KEY = 32
log = structlog.get_logger(__name__)

workspace_keys = scoped_table(
    "workspace_keys",
    Column("number", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("kek_id", Text, nullable=False),
    Column("erasure_id", Text),
    Column("client_id", Uuid),  # whose record alone it seals, to be erased with it
    moment("created_at", now=True),
    moment("resealed_at"),
    UniqueConstraint("workspace_id", "number", name="uq_workspace_keys_number"),
)

KEYS_OF = SystemStatement.of(f"""
    SELECT number, wrapped, kek_id, erasure_id, client_id, created_at > now() - interval '{NEW_SECONDS} s' AS is_new
    FROM workspace_keys WHERE workspace_id = %(workspace)s::uuid
""")

Look = Callable[[UUID], Awaitable[Sequence[Any]]]
_Held = tuple[float, float, WorkspaceCipher]  # until when it is used as it is, when it was opened


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as its row has it: sealed by the workspace's secret, then wrapped by the key-encryption key."""

    wrapped: bytes
    kek_id: str
    erasure_id: str | None


class KeyMaker(Protocol):
    """What makes data keys, and opens none."""

    async def new_wrapped(self, workspace_id: UUID, number: int) -> WrappedKey:
        """Make a data key."""


class KeyRing:
    """Wraps new data keys and keeps the opened ones of recently used workspaces."""

    def __init__(
        self,
        providers: KeyProviders,
        erasure: ErasureFile,
        look: Look,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`look` reads a workspace's rows (KEYS_OF); `now` is a clock that only goes forward."""
        self.providers = providers
        self.erasure = erasure
        self.opened = OpenedIndexes()  # what the held keys have opened goes with them
        self._look = look
        self._now = now
        self._held: OrderedDict[UUID, _Held] = OrderedDict()
        self._opening: dict[UUID, asyncio.Task[WorkspaceCipher]] = {}
        self._asked_again: dict[UUID, float] = {}

    async def new_wrapped(self, workspace_id: UUID, number: int, client_id: UUID | None = None) -> WrappedKey:
        """Return a fresh 256-bit data key, wrapped for this workspace and number only.

        That of a client is sealed by the client's own secret too, which can be forgotten without the workspace's.
        """
        context, key = KeyContext(workspace_id, number), os.urandom(_KEY)
        if client_id is not None:
            nonce = os.urandom(_NONCE)
            own = AESGCM(self.erasure.key().secret_of(client_id))
            key = nonce + own.encrypt(nonce, key, context.bound)
        return await self._wrapped(context, key)

    async def rewrapped(self, workspace_id: UUID, number: int, key: WrappedKey) -> WrappedKey:
        """Return the same data key, wrapped by what wraps now; its seal stays as it is, if it has one."""
        context = KeyContext(workspace_id, number)
        inner = await self.providers.unwrap(Wrapped(key.kek_id, key.wrapped), context)
        if key.erasure_id is None:
            return await self._wrapped(context, inner)
        wrapped = await self.providers.wrap(inner, context)
        return WrappedKey(wrapped.blob, wrapped.kek_id, key.erasure_id)

    async def _wrapped(self, context: KeyContext, key: bytes) -> WrappedKey:
        tree, nonce = self.erasure.key(), os.urandom(_NONCE)
        try:
            secret = AESGCM(tree.secret_of(context.workspace_id))
        except ForgottenError:
            raise KeyRefusedError("this workspace's secret was destroyed") from None
        wrapped = await self.providers.wrap(nonce + secret.encrypt(nonce, key, context.bound), context)
        return WrappedKey(wrapped.blob, wrapped.kek_id, tree.id)

    async def _opened_key(self, context: KeyContext, row: Any) -> bytes | None:
        """Return a row's key; None for a client's that was destroyed."""
        key, client_id = WrappedKey(row["wrapped"], row["kek_id"], row["erasure_id"]), row["client_id"]
        if client_id is None:
            return await self._unwrapped(context, key)
        try:
            own = AESGCM(self.erasure.key().secret_of(client_id))
        except ForgottenError:
            return None
        return await self._unwrapped(context, key, own)

    async def _unwrapped(self, context: KeyContext, key: WrappedKey, own: AESGCM | None = None) -> bytes:
        inner = await self.providers.unwrap(Wrapped(key.kek_id, key.wrapped), context)
        plain = inner if key.erasure_id is None else self._unsealed(context, inner, key.erasure_id)
        if own is not None:
            try:
                plain = own.decrypt(plain[:_NONCE], plain[_NONCE:], context.bound)
            except (InvalidTag, ValueError):
                raise KeyRefusedError("a client's key does not open") from None
        if len(plain) != _KEY:
            raise KeyRefusedError("what was wrapped is no data key")
        return plain

    def _unsealed(self, context: KeyContext, inner: bytes, erasure_id: str) -> bytes:
        tree = self.erasure.key()
        if tree.id != erasure_id:
            raise KeyRefusedError(f"it needs the erasure key {erasure_id}, and the file holds {tree.id}")
        try:
            secret = AESGCM(tree.secret_of(context.workspace_id))
            return secret.decrypt(inner[:_NONCE], inner[_NONCE:], context.bound)
        except ForgottenError:
            raise KeyRefusedError("this workspace's secret was destroyed") from None
        except (InvalidTag, ValueError):
            raise KeyRefusedError("the data key's seal does not open") from None

    def held(self, workspace_id: UUID) -> WorkspaceCipher | None:
        """Return the workspace's cipher, when it was opened within the last minute."""
        entry = self._held.get(workspace_id)
        if entry is None or entry[0] < self._now():
            return None
        return entry[2]

    async def open(self, workspace_id: UUID) -> WorkspaceCipher:
        """Open the workspace's keys and keep them; who asks meanwhile waits for the same.

        KeyUnopenedError when that cannot be done. While the provider does not answer, keys that were opened
        less than AWAY_SECONDS ago are used on.
        """
        opening = self._opening.get(workspace_id)
        if opening is None:
            opening = self._opening[workspace_id] = asyncio.ensure_future(self._open(workspace_id))
            opening.add_done_callback(lambda task: self._opened(workspace_id, task))
        return await asyncio.shield(opening)

    def _opened(self, workspace_id: UUID, task: "asyncio.Task[WorkspaceCipher]") -> None:
        del self._opening[workspace_id]
        if not task.cancelled():
            task.exception()  # it is known, also when nobody waits for it any more

    async def open_again(self, workspace_id: UUID) -> WorkspaceCipher:
        """For a key number that is not among the held ones: at most once a second, because it may be made up."""
        now, last = self._now(), self._asked_again.get(workspace_id, 0.0)
        held = self.held(workspace_id)
        if held is not None and last + 1 > now:
            return held
        if len(self._asked_again) > HELD_WORKSPACES:
            self._asked_again.clear()
        self._asked_again[workspace_id] = now
        return await self.open(workspace_id)

    def forget(self, workspace_id: UUID) -> None:
        self._held.pop(workspace_id, None)
        self.opened.drop(workspace_id)

    async def _open(self, workspace_id: UUID) -> WorkspaceCipher:
        rows = await self._look(workspace_id)
        try:
            cipher = await self._cipher_of(workspace_id, rows)
        except KeyUnreachableError as error:
            return self._held_on(workspace_id, error)
        except KeyRefusedError:
            self.forget(workspace_id)
            raise
        self._keep(workspace_id, cipher)
        return cipher

    async def _cipher_of(self, workspace_id: UUID, rows: Sequence[Any]) -> WorkspaceCipher:
        if not rows:
            raise KeyRefusedError("the workspace has no data key")
        numbers = [row["number"] for row in rows]
        opened = await asyncio.gather(
            *(self._opened_key(KeyContext(workspace_id, row["number"]), row) for row in rows)
        )
        keys = {number: key for number, key in zip(numbers, opened, strict=True) if key is not None}
        sealing = [row for row in rows if row["client_id"] is None]
        first = min((row["number"] for row in sealing), default=min(numbers))
        current = max((row["number"] for row in sealing if not row["is_new"]), default=first)
        return WorkspaceCipher(workspace_id, keys, current, frozenset(numbers) - keys.keys())

    def _keep(self, workspace_id: UUID, cipher: WorkspaceCipher) -> None:
        now, held = self._now(), self._held
        held[workspace_id] = (now + HELD_SECONDS, now, cipher)
        held.move_to_end(workspace_id)
        while len(held) > HELD_WORKSPACES or next(iter(held.values()))[1] + AWAY_SECONDS < now:
            self.opened.drop(held.popitem(last=False)[0])

    def _held_on(self, workspace_id: UUID, error: KeyUnreachableError) -> WorkspaceCipher:
        """Return the keys as they were opened last, for some minutes; then the error."""
        metrics.KEY_PROVIDER_AWAY.inc()
        entry, now = self._held.get(workspace_id), self._now()
        if entry is None or entry[1] + AWAY_SECONDS < now:
            self.forget(workspace_id)
            raise error
        until = entry[1] + AWAY_SECONDS
        self._held[workspace_id] = (min(now + AGAIN_SECONDS, until), entry[1], entry[2])
        log.warning(
            "the key provider does not answer; held keys go on", cause=error.cause, seconds=int(until - now)
        )
        return entry[2]
