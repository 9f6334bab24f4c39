"""Key-encryption keys: what wraps the workspaces' data keys, wherever it is kept."""

import asyncio
import hashlib
import os
import time
from base64 import b64decode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pazpaz.core.crypto.erasure import ErasureFileError, refuse_shared

SECONDS = 5.0  # the most that wrapping or unwrapping one key may take
RETRY_SECONDS = 5.0  # between two tries of a provider that does not answer
THREADS = 16
_NONCE = 12
_KEY = 32


class KeyUnopenedError(Exception):
    """A data key cannot be had; `cause` is a word or two for the operator, never a secret."""

    def __init__(self, cause: str) -> None:
        """Such as `AccessDeniedException`."""
        super().__init__(cause)
        self.cause = cause


class KeyUnreachableError(KeyUnopenedError):
    """The provider does not answer; it may in a moment."""


class KeyRefusedError(KeyUnopenedError):
    """The provider answered no, has no such key, or the data key is not where it belongs."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key as it is stored, and the id of what wrapped it."""

    kek_id: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class KeyContext:
    """Which data key it is; authenticated with it, and not stored in it."""

    workspace_id: UUID
    number: int

    @property
    def bound(self) -> bytes:
        """As bytes that AES-GCM authenticates."""
        return b"pazpaz-data-key" + self.workspace_id.bytes + self.number.to_bytes(4, "big")


class KeyProvider(Protocol):
    """A provider of key-encryption keys. Each call ends within SECONDS, in a KeyUnopenedError if need be."""

    name: str

    def has(self, kek_id: str) -> bool:
        """Whether a key with this id is one of its own."""
        ...

    async def current(self) -> str:
        """Return the id under which it wraps now."""
        ...

    async def wrap(self, plain: bytes, context: KeyContext) -> Wrapped:
        """Wrap for this place only."""
        ...

    async def unwrap(self, wrapped: Wrapped, context: KeyContext) -> bytes:
        """Return what was wrapped for this place."""
        ...

    async def close(self) -> None: ...


def kek_id_of(key: bytes) -> str:
    """Return the first half of a hash of the key: it names the key and says nothing of it."""
    return hashlib.sha256(b"pazpaz-kek" + key).hexdigest()[:16]


class LocalKeyProvider:
    """Keys from the settings or a file: the first wraps, all of them unwrap (AES-256-GCM)."""

    name = "local"

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` are 32 bytes each."""
        self._ciphers: dict[str, AESGCM] = {}
        self._current: str | None = None
        self._take(keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {kek_id_of(key): AESGCM(key) for key in keys}
        self._current = next(iter(self._ciphers), None)

    def has(self, kek_id: str) -> bool:
        return kek_id in self._ciphers

    async def current(self) -> str:
        if self._current is None:
            raise KeyRefusedError("no local key is configured")
        return self._current

    async def wrap(self, plain: bytes, context: KeyContext) -> Wrapped:
        """Under the first key: a 96-bit random nonce, ciphertext and tag."""
        kek_id, nonce = await self.current(), os.urandom(_NONCE)
        return Wrapped(kek_id, nonce + self._ciphers[kek_id].encrypt(nonce, plain, context.bound))

    async def unwrap(self, wrapped: Wrapped, context: KeyContext) -> bytes:
        blob = wrapped.blob
        try:
            return self._ciphers[wrapped.kek_id].decrypt(blob[:_NONCE], blob[_NONCE:], context.bound)
        except (InvalidTag, ValueError):
            raise KeyRefusedError("the wrapped data key does not open") from None

    async def close(self) -> None:
        """Nothing is open."""


class FileKeyProvider(LocalKeyProvider):
    """Keys in a private file, one in base64 a line; read again when it has changed."""

    def __init__(self, path: Path) -> None:
        """ErasureFileError when the file is missing, damaged or readable by others."""
        super().__init__(())
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._refresh()

    def has(self, kek_id: str) -> bool:
        """Whether the file has it, by now."""
        if kek_id not in self._ciphers:
            self._try_refresh()
        return kek_id in self._ciphers

    async def current(self) -> str:
        """Return the id of the file's first key, by now."""
        self._try_refresh()
        return await super().current()

    def _try_refresh(self) -> None:
        try:
            self._refresh()
        except ErasureFileError as error:
            if self._current is None:
                raise KeyRefusedError(str(error)) from None

    def _refresh(self) -> None:
        found = refuse_shared(self._path)
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        if stamp == self._seen:
            return
        self._take(keys_of(self._path))
        self._seen = stamp


def keys_of(path: Path) -> list[bytes]:
    """Return the keys of a file; empty lines and lines that begin with # are left out."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        keys = [b64decode(line, validate=True) for line in map(str.strip, lines) if line and line[0] != "#"]
    except (OSError, ValueError):
        keys = []
    if not keys or any(len(key) != _KEY for key in keys):
        raise ErasureFileError(
            f"{path} must hold 32 random bytes in base64 on each line (openssl rand -base64 32)"
        )
    return keys


class RemoteKeyProvider:
    """A provider behind a blocking client: its calls run in threads and end in time.

    After one that found nobody, the next ones fail at once, but for one that tries again every RETRY_SECONDS.
    """

    name = "remote"

    def __init__(self) -> None:
        """Nothing connects before the first call."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=self.name)
        self._away_until = 0.0
        self._cause = ""

    def _ask(self, *arguments: Any) -> Any:
        """Return the blocking call; KeyUnopenedError says what went wrong."""
        raise NotImplementedError

    async def _call(self, *arguments: Any) -> Any:
        if self._cause:
            if time.monotonic() < self._away_until:
                raise KeyUnreachableError(self._cause)
            self._away_until = (
                time.monotonic() + SECONDS + RETRY_SECONDS
            )  # this one tries, the others do not wait
        try:
            async with asyncio.timeout(SECONDS):
                answer = await asyncio.get_running_loop().run_in_executor(
                    self._threads, self._ask, *arguments
                )
        except TimeoutError:
            raise self._away("timeout") from None
        except KeyUnreachableError as error:
            raise self._away(error.cause) from None
        except KeyRefusedError:
            self._cause = ""
            raise
        self._cause = ""
        return answer

    def _away(self, cause: str) -> KeyUnreachableError:
        self._cause, self._away_until = cause, time.monotonic() + RETRY_SECONDS
        return KeyUnreachableError(cause)

    async def close(self) -> None:
        """Let go, without waiting for a call that still waits."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class KeyProviders:
    """One provider that wraps, and all that may unwrap what was wrapped before."""

    def __init__(self, wraps: KeyProvider, *opens: KeyProvider) -> None:
        """Ask `opens` after `wraps`."""
        self._wraps = wraps
        self._all = (wraps, *opens)

    async def current(self) -> str:
        """Return the id under which data keys are wrapped now."""
        return await self._wraps.current()

    async def wrap(self, plain: bytes, context: KeyContext) -> Wrapped:
        """Wrap for this place only."""
        return await self._wraps.wrap(plain, context)

    async def unwrap(self, wrapped: Wrapped, context: KeyContext) -> bytes:
        """Only a configured key is asked: what a row names is not trusted."""
        for provider in self._all:
            if provider.has(wrapped.kek_id):
                return await provider.unwrap(wrapped, context)
        raise KeyRefusedError(f"no configured key has the id {wrapped.kek_id}")

    async def prove(self) -> str:
        """Wrap and unwrap random bytes, and see that they open nowhere else; returns the id."""
        plain, context = os.urandom(_KEY), KeyContext(UUID(int=0), 1)
        wrapped = await self._wraps.wrap(plain, context)
        if await self._wraps.unwrap(wrapped, context) != plain:
            raise KeyRefusedError("it does not give back what it wrapped")
        try:
            await self._wraps.unwrap(wrapped, KeyContext(UUID(int=0), 2))
        except KeyRefusedError:
            return wrapped.kek_id
        raise KeyRefusedError("it does not bind a data key to its place")

    async def close(self) -> None:
        for provider in self._all:
            await provider.close()
