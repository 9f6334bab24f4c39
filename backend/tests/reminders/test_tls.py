"""A mail server is spoken to as is set: encrypted, known by its certificate, signed in to; or not at all."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery, jobs
from tests.reminders.coming import due, outcomes, rule
from tests.support.certificates import self_signed
from tests.support.practice import Practice

PASSWORD = "a password of the tests"
WAITS = ("pending", "server-unavailable")


@dataclass
class Server:
    """What has arrived, and how."""

    port: int = 0
    taken: list[bool] = field(default_factory=list)
    passwords: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        assert server.transport is not None
        self.taken.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 2.0.0 ok"

    def authenticate(
        self, _server: object, _session: object, _envelope: object, _how: str, said: Any
    ) -> AuthResult:
        assert isinstance(said, LoginPassword)
        self.passwords.append(said.password)
        return AuthResult(success=said.password == PASSWORD.encode())

    def resources(self, resources: Resources, **values: object) -> Resources:
        told: dict[str, object] = {
            "smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_step_seconds": 2.0,
            "reminder_retry_seconds": 1000.0, **values,
        }  # fmt: skip
        return Resources(
            resources.settings.model_copy(update=told),
            resources.engine, resources.system_engine, resources.keys, resources.queue,
        )  # fmt: skip


@asynccontextmanager
async def serving(pem: Path, *, tls: bool = False, starttls: bool = False) -> AsyncIterator[Server]:
    """A server that offers encryption at once, on request, or not."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    server, loop = Server(), asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            server, hostname="tested", loop=loop, tls_context=context if starttls else None,
            require_starttls=starttls, authenticator=server.authenticate, auth_require_tls=starttls,
        )  # fmt: skip

    listening = await loop.create_server(session, "127.0.0.1", 0, ssl=context if tls else None)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of the server."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(self_signed())
    return file


@pytest.fixture
def trusted(pem: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, and this process trusts it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return pem


@pytest.fixture
async def waiting(practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]") -> Practice:
    """A practice with one reminder that is due."""
    await rule(practice)
    await due(practice, superuser)
    await jobs.schedule(resources)
    return practice


def signed_in(mode: str, password: str = PASSWORD) -> dict[str, object]:
    return {"smtp_tls": mode, "smtp_username": SecretStr("clinic"), "smtp_password": SecretStr(password)}


@pytest.mark.parametrize("mode", ["tls", "starttls"])
async def test_it_is_sent_encrypted_and_signed_in(
    waiting: Practice, resources: Resources, trusted: Path, mode: str
) -> None:
    """With TLS from the start or by STARTTLS, the password and the mail go over the encrypted connection."""
    async with serving(trusted, tls=mode == "tls", starttls=mode == "starttls") as server:
        await delivery.deliver(server.resources(resources, **signed_in(mode)), new_id())
    assert (server.taken, server.passwords) == ([True], [PASSWORD.encode()])
    assert await outcomes(waiting) == [("sent", None)]


@pytest.mark.parametrize("mode", ["tls", "starttls"])
async def test_an_unknown_certificate_is_told_nothing(
    waiting: Practice, resources: Resources, pem: Path, mode: str
) -> None:
    """A server whose certificate nobody vouches for gets neither password nor mail; the reminder waits."""
    async with serving(pem, tls=mode == "tls", starttls=mode == "starttls") as server:
        await delivery.deliver(server.resources(resources, **signed_in(mode)), new_id())
    assert (server.taken, server.passwords) == ([], [])
    assert await outcomes(waiting) == [WAITS]


async def test_without_starttls_nothing_is_sent(waiting: Practice, resources: Resources, pem: Path) -> None:
    """A server that does not offer STARTTLS when it is set, perhaps because somebody took it out, gets nothing."""
    async with serving(pem) as server:
        await delivery.deliver(server.resources(resources, **signed_in("starttls")), new_id())
    assert (server.taken, server.passwords) == ([], [])
    assert await outcomes(waiting) == [WAITS]


async def test_a_wrong_password_delays(waiting: Practice, resources: Resources, trusted: Path) -> None:
    """A password that the server refuses is the operator's to mend: the reminder waits and has not failed."""
    async with serving(trusted, starttls=True) as server:
        await delivery.deliver(server.resources(resources, **signed_in("starttls", "wrong")), new_id())
    assert (server.taken, set(server.passwords)) == ([], {b"wrong"})
    assert await outcomes(waiting) == [WAITS]
