"""Data keys wrapped by AWS KMS, as moto serves it over HTTP."""

import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import boto3.session
import pytest
from moto.server import ThreadedMotoServer

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.key_providers import (
    KeyContext,
    KeyProviders,
    KeyRefusedError,
    KeyUnreachableError,
    Wrapped,
)
from pazpaz.core.crypto.kms import KmsKeyProvider

CONTEXT, KEY, REGION = KeyContext(new_id(), 1), bytes(range(60)), "eu-central-1"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A KMS on loopback."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """As boto3 finds them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKQ82JS7QK")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sJ28sk2ksQ0aj2")


@pytest.fixture
def admin(url: str) -> Any:
    """The operator's own client."""
    return boto3.session.Session().client("kms", region_name=REGION, endpoint_url=url)


@pytest.fixture
def key_id(admin: Any) -> str:
    """A fresh KMS key."""
    made: str = admin.create_key()["KeyMetadata"]["Arn"]
    return made


@pytest.fixture
async def kms(url: str, key_id: str) -> AsyncIterator[KmsKeyProvider]:
    """A provider that uses it."""
    kms = KmsKeyProvider(key_id, region=REGION, endpoint_url=url)
    yield kms
    await kms.close()


async def test_a_key_comes_back(kms: KmsKeyProvider, key_id: str) -> None:
    """What was wrapped for a place is unwrapped for it, and its row names the KMS key."""
    wrapped = await kms.wrap(KEY, CONTEXT)
    assert await kms.unwrap(wrapped, CONTEXT) == KEY
    assert wrapped.kek_id == await kms.current() == f"aws-kms:{key_id}"


@pytest.mark.parametrize(
    "context", [KeyContext(new_id(), 1), KeyContext(CONTEXT.workspace_id, 2)], ids=["workspace", "number"]
)
async def test_it_opens_only_in_its_context(kms: KmsKeyProvider, context: KeyContext) -> None:
    """KMS refuses it under another encryption context."""
    with pytest.raises(KeyRefusedError, match="InvalidCiphertextException"):
        await kms.unwrap(await kms.wrap(KEY, CONTEXT), context)


async def test_it_proves_itself(kms: KmsKeyProvider) -> None:
    """What the doctor does."""
    assert await KeyProviders(kms).prove() == await kms.current()


async def test_another_key_still_unwraps(kms: KmsKeyProvider, admin: Any, url: str, key_id: str) -> None:
    """After the settings name another KMS key, the former one opens what it wrapped, if it is named."""
    wrapped = await kms.wrap(KEY, CONTEXT)
    newer = admin.create_key()["KeyMetadata"]["Arn"]
    both = KmsKeyProvider(newer, key_id, region=REGION, endpoint_url=url)
    alone = KmsKeyProvider(newer, region=REGION, endpoint_url=url)
    assert await both.unwrap(wrapped, CONTEXT) == KEY
    assert not alone.has(wrapped.kek_id)
    with pytest.raises(KeyRefusedError, match="no configured key"):
        await KeyProviders(alone).unwrap(wrapped, CONTEXT)
    for one in (both, alone):
        await one.close()


class Errors(BaseHTTPRequestHandler):
    """A KMS that answers every call with one error, in its own form; moto knows few of them."""

    code, status = "", 400

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        raw = json.dumps({"__type": self.code, "message": "no"}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("DisabledException", 400, KeyRefusedError),  # the operator's switch: held keys have no grace
        ("AccessDeniedException", 400, KeyRefusedError),
        ("KMSInvalidStateException", 400, KeyRefusedError),
        ("NotFoundException", 400, KeyRefusedError),
        ("ThrottlingException", 400, KeyUnreachableError),
        ("KeyUnavailableException", 500, KeyUnreachableError),
        ("KMSInternalException", 500, KeyUnreachableError),
    ],
)
async def test_errors_are_told_apart(key_id: str, code: str, status: int, kind: type[Exception]) -> None:
    """An answer is a refusal; what may pass is an absence. Either names KMS's own word for it."""
    handler = type("Handler", (Errors,), {"code": code, "status": status})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        kms = KmsKeyProvider(
            key_id, region=REGION, endpoint_url=f"http://127.0.0.1:{server.server_address[1]}"
        )
        with pytest.raises(kind, match=code):
            await kms.wrap(KEY, CONTEXT)
        await kms.close()
        server.shutdown()
        thread.join()


async def test_garbage_is_refused(kms: KmsKeyProvider) -> None:
    """Bytes that KMS did not make."""
    with pytest.raises(KeyRefusedError):
        await kms.unwrap(Wrapped(await kms.current(), b"garbage" * 20), CONTEXT)


async def test_nobody_listening_is_unreachable(key_id: str) -> None:
    """A closed port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        kms = KmsKeyProvider(key_id, region=REGION, endpoint_url=url)
        with pytest.raises(KeyUnreachableError, match="EndpointConnectionError"):
            await kms.wrap(KEY, CONTEXT)
        await kms.close()
