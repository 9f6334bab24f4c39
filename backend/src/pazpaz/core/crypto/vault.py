"""Data keys wrapped by Vault's (or OpenBao's) Transit engine, bound to their place by associated data.

Over its HTTP API: POST /v1/<mount>/encrypt/<name> and .../decrypt/<name>. Transit's rewrap takes no associated
data, so that a key is rewrapped by decrypting and encrypting it; what is decrypted is still sealed by the
erasure key.
"""

import binascii
import re
from base64 import b64decode, b64encode
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import orjson
import urllib3

from pazpaz.core.crypto.erasure import ErasureFileError, refuse_shared
from pazpaz.core.crypto.key_providers import (
    KeyContext,
    KeyRefusedError,
    KeyUnreachableError,
    RemoteKeyProvider,
    Wrapped,
)

_LARGEST_ANSWER = 65_536
_NOWHERE = KeyContext(UUID(int=0), 0)
_ciphertext = re.compile(r"vault:v([1-9][0-9]{0,8}):[A-Za-z0-9+/]+={0,2}")


class VaultKeyProvider(RemoteKeyProvider):
    """One named key of Transit, of an AEAD type (aes256-gcm96, its default); its versions are Vault's matter."""

    name = "vault"

    def __init__(
        self,
        url: str,
        *,
        mount: str,
        key_name: str,
        token: str | None = None,
        token_file: Path | None = None,
        ca_file: Path | None = None,
        namespace: str | None = None,
    ) -> None:
        """`token_file` is read for each call, so that an agent may renew what is in it."""
        super().__init__()
        self._prefix = f"vault:{mount}/{key_name}:"
        self._url = f"{url.rstrip('/')}/v1/{quote(mount)}/{{}}/{quote(key_name, safe='')}"
        self._token, self._token_file = token, token_file
        self._headers = {"Content-Type": "application/json", "X-Vault-Request": "true"}
        if namespace:
            self._headers["X-Vault-Namespace"] = namespace
        self._http = urllib3.PoolManager(
            maxsize=8,
            timeout=urllib3.Timeout(connect=2, read=2.5),
            retries=False,
            cert_reqs="CERT_REQUIRED",
            ca_certs=str(ca_file) if ca_file else None,
        )

    def has(self, kek_id: str) -> bool:
        """Whether it is a version of the configured key."""
        return kek_id.startswith(self._prefix)

    async def current(self) -> str:
        """Return the key's newest version, which only Vault knows."""
        return (await self.wrap(b"\0" * 32, _NOWHERE)).kek_id

    async def wrap(self, plain: bytes, context: KeyContext) -> Wrapped:
        """Transit's encrypt; the id ends in the version that was used."""
        text = await self._call("encrypt", "ciphertext", {"plaintext": b64encode(plain).decode()}, context)
        found = _ciphertext.fullmatch(text)
        if found is None:
            raise KeyRefusedError("what answers there is not Vault's Transit")
        return Wrapped(f"{self._prefix}v{found.group(1)}", text.encode())

    async def unwrap(self, wrapped: Wrapped, context: KeyContext) -> bytes:
        try:
            ciphertext = wrapped.blob.decode("ascii")
        except UnicodeDecodeError:
            raise KeyRefusedError("the wrapped data key is none of Vault's") from None
        text = await self._call("decrypt", "plaintext", {"ciphertext": ciphertext}, context)
        try:
            return b64decode(text, validate=True)
        except binascii.Error:
            raise KeyRefusedError("what answers there is not Vault's Transit") from None

    def _ask(self, verb: str, wanted: str, values: dict[str, str], context: KeyContext) -> str:
        body = orjson.dumps({**values, "associated_data": b64encode(context.bound).decode()})
        headers = {**self._headers, "X-Vault-Token": self._current_token()}
        try:
            answer = self._http.request(
                "POST",
                self._url.format(verb),
                body=body,
                headers=headers,
                redirect=False,
                preload_content=False,
            )
            status, content = answer.status, answer.read(_LARGEST_ANSWER)
            if len(content) < _LARGEST_ANSWER:
                answer.release_conn()
            else:
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            raise KeyUnreachableError(type(error).__name__) from None
        if status != 200:
            for_now = status >= 500 or status in {408, 412, 425, 429} or 300 <= status < 400
            raise (KeyUnreachableError if for_now else KeyRefusedError)(f"http {status}")
        try:
            found = orjson.loads(content)["data"][wanted]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            found = None
        if not isinstance(found, str):
            raise KeyRefusedError("what answers there is not Vault's Transit")
        return found

    def _current_token(self) -> str:
        if self._token_file is None:
            return self._token or ""
        try:
            refuse_shared(self._token_file)
            return self._token_file.read_text(encoding="ascii").strip()
        except (ErasureFileError, OSError, UnicodeDecodeError):
            raise KeyRefusedError("PAZPAZ_VAULT_TOKEN_FILE cannot be read") from None

    async def close(self) -> None:
        await super().close()
        self._http.clear()
