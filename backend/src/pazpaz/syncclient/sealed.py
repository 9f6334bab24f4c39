"""The encrypted file: AES-256-GCM under a key file or a passphrase, replaced as a whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from pazpaz.syncclient.errors import SyncClientError

_MAGIC = b"PZNOTES1"
_SALT = 16
_NONCE = 12
_KEY = 32
_HEAD = len(_MAGIC) + _SALT + _NONCE


class Key:
    """The secret of the file: 32 bytes of a key file, or a passphrase stretched by scrypt (RFC 7914)."""

    def __init__(self, secret: bytes, *, stretched: bool) -> None:
        """`stretched`: the secret is a passphrase."""
        self._secret = secret
        self._stretched = stretched

    @classmethod
    def of_file(cls, path: Path) -> "Key":
        """Return the key in the file, which is made when there is none, readable by its owner only."""
        try:
            if not path.exists():
                _write_durably(path, os.urandom(_KEY))
            if path.stat().st_mode & 0o077:
                raise SyncClientError(f"the key file {path} is readable by others: chmod 600 it")
            secret = path.read_bytes()
        except OSError as error:
            raise SyncClientError(f"the key file {path} cannot be used: {error.strerror}") from None
        if len(secret) != _KEY:
            raise SyncClientError(f"the key file {path} is no key: name the one these notes were sealed with")
        return cls(secret, stretched=False)

    @classmethod
    def of_passphrase(cls, passphrase: str) -> "Key":
        """Return a passphrase, which only its owner knows."""
        return cls(passphrase.encode(), stretched=True)

    def cipher(self, salt: bytes) -> AESGCM:
        if not self._stretched:
            return AESGCM(self._secret)
        return AESGCM(Scrypt(salt=salt, length=_KEY, n=2**15, r=8, p=1).derive(self._secret))


class SealedFile:
    """One file that holds everything. What `write` returned from is there after any crash."""

    def __init__(self, path: Path, key: Key) -> None:
        """Nothing is touched yet."""
        self.path = path
        self._key = key

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes of this client away."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SyncClientError(f"{self.path.parent} cannot be written to: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def read(self) -> bytes | None:
        """Return what was written last, or None before anything was."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SyncClientError(f"{self.path} cannot be read: {error.strerror}") from None
        salt, nonce = raw[len(_MAGIC) : _HEAD - _NONCE], raw[_HEAD - _NONCE : _HEAD]
        if not raw.startswith(_MAGIC) or len(raw) < _HEAD:
            raise SyncClientError(f"{self.path} is no file of notes: name another with --store")
        try:
            return self._key.cipher(salt).decrypt(nonce, raw[_HEAD:], raw[:_HEAD])
        except InvalidTag:
            raise SyncClientError(f"{self.path} does not open: wrong passphrase or key file") from None

    def write(self, plain: bytes) -> None:
        """Replace the file: after a crash it is the old one or the new one, never a part."""
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        head = _MAGIC + salt + nonce
        try:
            _write_durably(self.path, head + self._key.cipher(salt).encrypt(nonce, plain, head))
        except OSError as error:
            raise SyncClientError(f"{self.path} cannot be written: {error.strerror}") from None


def _write_durably(path: Path, data: bytes) -> None:
    """To a new file beside it, to the disk, and only then in its place; the folder's entry too."""
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
