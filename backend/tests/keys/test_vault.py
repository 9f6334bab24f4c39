"""Data keys wrapped by Vault's Transit engine, over its HTTP contract."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto import key_providers
from pazpaz.core.crypto.key_providers import (
    KeyContext,
    KeyProviders,
    KeyRefusedError,
    KeyUnreachableError,
    Wrapped,
)
from pazpaz.core.crypto.vault import VaultKeyProvider
from tests.keys.vault import TOKEN, VaultServer

CONTEXT, KEY = KeyContext(new_id(), 1), bytes(range(60))


@pytest.fixture
def server() -> Iterator[VaultServer]:
    """A Vault with one Transit key."""
    with VaultServer() as server:
        yield server


@pytest.fixture
async def vault(server: VaultServer) -> AsyncIterator[VaultKeyProvider]:
    """A provider that uses it."""
    vault = make(server)
    yield vault
    await vault.close()


def make(server: VaultServer, **more: Any) -> VaultKeyProvider:
    values: dict[str, Any] = {"mount": "transit", "key_name": "pazpaz", "token": TOKEN, **more}
    return VaultKeyProvider(server.url, **values)


async def test_a_key_comes_back(vault: VaultKeyProvider) -> None:
    """What was wrapped for a place is unwrapped for it."""
    assert await vault.unwrap(await vault.wrap(KEY, CONTEXT), CONTEXT) == KEY


@pytest.mark.parametrize(
    "context", [KeyContext(new_id(), 1), KeyContext(CONTEXT.workspace_id, 2)], ids=["workspace", "number"]
)
async def test_it_opens_only_in_its_context(vault: VaultKeyProvider, context: KeyContext) -> None:
    """Vault refuses it for another workspace or number."""
    with pytest.raises(KeyRefusedError, match="http 400"):
        await vault.unwrap(await vault.wrap(KEY, CONTEXT), context)


async def test_the_id_names_the_version(vault: VaultKeyProvider, server: VaultServer) -> None:
    """After a rotation in Vault the current id is another, and what was wrapped before opens."""
    wrapped = await vault.wrap(KEY, CONTEXT)
    server.transit.rotate("pazpaz")
    assert wrapped.kek_id == "vault:transit/pazpaz:v1"
    assert await vault.current() == "vault:transit/pazpaz:v2"
    assert await vault.unwrap(wrapped, CONTEXT) == KEY


async def test_it_proves_itself(vault: VaultKeyProvider) -> None:
    """What the doctor does: a round trip that opens nowhere else."""
    assert await KeyProviders(vault).prove() == "vault:transit/pazpaz:v1"


async def test_the_namespace_is_named(server: VaultServer) -> None:
    """In Vault Enterprise and OpenBao a namespace is a header."""
    vault = make(server, namespace="clinics")
    await vault.wrap(KEY, CONTEXT)
    await vault.close()
    assert server.transit.requests[0][1]["x-vault-namespace"] == "clinics"


async def test_the_token_file_is_read_for_each_call(server: VaultServer, tmp_path: Path) -> None:
    """An agent renews the token in its file; the new one is used at once."""
    path = tmp_path / "token"
    path.write_text("old\n")
    path.chmod(0o600)
    vault = make(server, token=None, token_file=path)
    with pytest.raises(KeyRefusedError, match="http 403"):
        await vault.wrap(KEY, CONTEXT)
    path.write_text(f"{TOKEN}\n")
    assert await vault.wrap(KEY, CONTEXT)
    path.chmod(0o644)
    with pytest.raises(KeyRefusedError, match="PAZPAZ_VAULT_TOKEN_FILE"):
        await vault.wrap(KEY, CONTEXT)
    await vault.close()


@pytest.mark.parametrize("status", [301, 307, 408, 412, 429, 500, 502, 503])
async def test_what_may_pass_is_unreachable(
    vault: VaultKeyProvider, server: VaultServer, status: int
) -> None:
    """Busy, sealed, standing by: held keys may go on."""
    server.transit.fault = (status, {"errors": ["for now"]})
    with pytest.raises(KeyUnreachableError, match=f"http {status}"):
        await vault.wrap(KEY, CONTEXT)


async def test_a_sealed_vault_is_unreachable(vault: VaultKeyProvider, server: VaultServer) -> None:
    """Until somebody unseals it."""
    server.transit.sealed = True
    with pytest.raises(KeyUnreachableError, match="http 503"):
        await vault.wrap(KEY, CONTEXT)


async def test_a_wrong_token_is_refused(server: VaultServer) -> None:
    """403 is an answer, not an absence."""
    vault = make(server, token="hvs.other")
    with pytest.raises(KeyRefusedError, match="http 403"):
        await vault.wrap(KEY, CONTEXT)
    await vault.close()


async def test_an_unknown_key_is_refused(server: VaultServer) -> None:
    """A name that Transit does not have."""
    vault = make(server, key_name="other")
    with pytest.raises(KeyRefusedError, match="http 400"):
        await vault.unwrap(Wrapped("vault:transit/other:v1", b"vault:v1:AAAA"), CONTEXT)
    await vault.close()


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", b'{"data": null}', b'{"data": {}}', b'{"data": {"ciphertext": 5, "plaintext": 5}}',
     b'{"data": {"ciphertext": "v1", "plaintext": "%"}}', b"x" * 200_000],
    ids=["empty", "html", "list", "null", "missing", "number", "no form", "large"],
)  # fmt: skip
async def test_garbage_is_refused(vault: VaultKeyProvider, server: VaultServer, content: bytes) -> None:
    """A 200 of anything but Transit is not taken for a key, whether it wraps or unwraps."""
    wrapped = await vault.wrap(KEY, CONTEXT)
    server.transit.fault = (200, content)
    with pytest.raises(KeyRefusedError, match="not Vault"):
        await vault.wrap(KEY, CONTEXT)
    with pytest.raises(KeyRefusedError, match="not Vault"):
        await vault.unwrap(wrapped, CONTEXT)


async def test_a_stored_key_that_is_none_of_vault_s_is_refused(vault: VaultKeyProvider) -> None:
    """Bytes of another provider under Vault's name."""
    with pytest.raises(KeyRefusedError):
        await vault.unwrap(Wrapped("vault:transit/pazpaz:v1", b"\xff\x00"), CONTEXT)


async def test_nobody_listening_is_unreachable() -> None:
    """A closed port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        vault = VaultKeyProvider(url, mount="transit", key_name="pazpaz", token=TOKEN)
        with pytest.raises(KeyUnreachableError, match="NewConnectionError"):
            await vault.wrap(KEY, CONTEXT)
        await vault.close()


async def test_a_slow_answer_is_given_up(server: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound holds for the event loop whatever the client's thread waits for; the next ones do not wait."""
    monkeypatch.setattr(key_providers, "SECONDS", 0.2)
    server.transit.delay = 1.0
    vault = make(server)
    async with asyncio.timeout(0.9):
        for _ in range(20):
            with pytest.raises(KeyUnreachableError, match="timeout"):
                await vault.wrap(KEY, CONTEXT)
    assert len(server.transit.requests) == 1
    await vault.close()


async def test_one_tries_again_for_all(vault: VaultKeyProvider, server: VaultServer) -> None:
    """When the pause is over one call goes out, and its success opens the way for the rest."""
    server.transit.sealed = True
    with pytest.raises(KeyUnreachableError):
        await vault.wrap(KEY, CONTEXT)
    server.transit.sealed = False
    with pytest.raises(KeyUnreachableError):
        await vault.wrap(KEY, CONTEXT)
    vault._away_until = 0.0
    first, second = await asyncio.gather(
        vault.wrap(KEY, CONTEXT), vault.wrap(KEY, CONTEXT), return_exceptions=True
    )
    assert isinstance(first, Wrapped)
    assert isinstance(second, KeyUnreachableError)
    assert await vault.wrap(KEY, CONTEXT)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A key with its self-signed certificate in one file, and the certificate alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vault")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both, ca = folder / "both.pem", folder / "ca.pem"
    both.write_bytes(private + public)
    ca.write_bytes(public)
    return both, ca


async def test_only_a_known_certificate_is_spoken_to(tmp_path: Path) -> None:
    """Over TLS with the operator's own certificates; without them the token is not sent."""
    both, ca = certificate(tmp_path)
    with VaultServer(both) as server:
        known, unknown = make(server, ca_file=ca), make(server)
        assert await known.unwrap(await known.wrap(KEY, CONTEXT), CONTEXT) == KEY
        asked = len(server.transit.requests)
        with pytest.raises(KeyUnreachableError, match="SSLError"):
            await unknown.wrap(KEY, CONTEXT)
        assert len(server.transit.requests) == asked
        for one in (known, unknown):
            await one.close()
