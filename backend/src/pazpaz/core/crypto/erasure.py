"""The erasure key, a puncturable PRF: a secret a workspace, each of which can be forgotten for good by itself.

A tree of seeds (Goldreich, Goldwasser, Micali: How to construct random functions, 1986): a seed makes its two
children by HMAC-SHA-256, and a workspace's secret is the leaf that the 128 bits of its id lead to. To forget
a workspace, the seed above it is replaced by the seeds beside the way down to it: from them every other leaf
can be made, and this one cannot.
"""

import base64
import binascii
import fcntl
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import UUID

import structlog

SEED_BYTES = 32
DEPTH = 128
_FORMAT = "pazpaz erasure key 1"
_CHILD = {"0": b"pazpaz erasure 0", "1": b"pazpaz erasure 1"}
log = structlog.get_logger(__name__)


class ForgottenError(Exception):
    """The secret of this workspace was destroyed."""


class ErasureFileError(Exception):
    """The file is missing, damaged or readable by others; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class PuncturableKey:
    """Seeds by the prefix of a workspace id's bits that leads to them."""

    id: str
    seeds: dict[str, bytes]

    @classmethod
    def fresh(cls) -> Self:
        """Return a tree that has forgotten nothing."""
        return cls(secrets.token_hex(8), {"": secrets.token_bytes(SEED_BYTES)})

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the text of a file; ValueError for anything else."""
        try:
            found = json.loads(text)
            if found["format"] != _FORMAT:
                raise ValueError(_FORMAT)
            seeds = {prefix: base64.b64decode(seed, validate=True) for prefix, seed in found["seeds"].items()}
            key = cls(str(found["id"]), seeds)
        except (binascii.Error, KeyError, TypeError, AttributeError) as error:
            raise ValueError(_FORMAT) from error
        if any(len(seed) != SEED_BYTES for seed in seeds.values()):
            raise ValueError(_FORMAT)
        return key

    def text(self) -> str:
        seeds = {prefix: base64.b64encode(seed).decode() for prefix, seed in sorted(self.seeds.items())}
        return json.dumps({"format": _FORMAT, "id": self.id, "seeds": seeds}, indent=1) + "\n"

    def secret_of(self, workspace_id: UUID) -> bytes:
        """Return the workspace's 32 bytes; ForgottenError when no seed leads to them."""
        path = _path(workspace_id)
        prefix = self._above(path)
        seed = self.seeds[prefix]
        for bit in path[len(prefix) :]:
            seed = _child(seed, bit)
        return seed

    def without(self, workspace_id: UUID) -> Self:
        """Return the tree that has forgotten this workspace too."""
        path = _path(workspace_id)
        prefix = self._above(path)
        seeds = {other: seed for other, seed in self.seeds.items() if other != prefix}
        seed = self.seeds[prefix]
        for depth in range(len(prefix), DEPTH):
            bit = path[depth]
            beside = "1" if bit == "0" else "0"
            seeds[path[:depth] + beside] = _child(seed, beside)
            seed = _child(seed, bit)
        return type(self)(self.id, seeds)

    def _above(self, path: str) -> str:
        for length in range(DEPTH + 1):
            if path[:length] in self.seeds:
                return path[:length]
        raise ForgottenError


def _path(workspace_id: UUID) -> str:
    return format(workspace_id.int, f"0{DEPTH}b")


def _child(seed: bytes, bit: str) -> bytes:
    return hmac.digest(seed, _CHILD[bit], "sha256")


class ErasureFile:
    """The erasure key in its file, read again when another process has changed it."""

    def __init__(self, path: Path) -> None:
        """Read it; ErasureFileError when that cannot be done safely."""
        self._path = path
        self._seen = self._stamp()
        self._key = self._read()

    @classmethod
    def create(cls, path: Path) -> Self:
        """Return a new one; FileExistsError rather than write over any."""
        write_new_private(path, PuncturableKey.fresh().text())
        return cls(path)

    def key(self) -> PuncturableKey:
        """As the file is now. When it cannot be read, what was read last goes on: a restart will say so."""
        try:
            stamp = self._stamp()
            if stamp != self._seen:
                self._key, self._seen = self._read(), stamp
        except ErasureFileError as error:
            log.error("the erasure key cannot be read again", cause=str(error))  # noqa: TRY400 (it says all)
        return self._key

    def forget(self, workspace_id: UUID) -> None:
        """Destroy the workspace's secret in the file; blocks for the disk. It may be repeated."""
        with self._locked():
            try:
                key = self._read().without(workspace_id)
            except ForgottenError:
                return
            replace_private(self._path, key.text())
        self._key, self._seen = key, self._stamp()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, also across processes; the lock is on a file beside it, which stays."""
        descriptor = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _stamp(self) -> tuple[int, int, int]:
        found = refuse_shared(self._path)
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> PuncturableKey:
        try:
            return PuncturableKey.parse(self._path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ErasureFileError(f"{self._path} cannot be read ({type(error).__name__})") from None
        except ValueError:
            raise ErasureFileError(f"{self._path} is damaged: put back the newest copy of it") from None


def refuse_shared(path: Path) -> os.stat_result:
    """Return the file's state; ErasureFileError when it is missing, somebody else's, or readable by others."""
    try:
        found = path.stat()
    except OSError as error:
        raise ErasureFileError(
            f"{path} cannot be read ({type(error).__name__}); a new one is made with: pazpaz keys init"
        ) from None
    if not stat.S_ISREG(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077:
        raise ErasureFileError(f"{path} can be read by others than its owner: chmod 600 {path}")
    if found.st_uid not in {os.geteuid(), 0}:  # whoever owns it could put another key there
        raise ErasureFileError(
            f"{path} belongs to another user: chown it to the one that PazPaz runs as, or to root"
        )
    return found


def write_new_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads; FileExistsError when there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    _sync_folder(path.parent)


def replace_private(path: Path, text: str) -> None:
    """Replace such a file in one step; after it the old text is in no file."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_new_private(draft, text)
    draft.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
