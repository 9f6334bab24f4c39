"""A real Postfix in a folder of its own, which relays what it takes to a server that may refuse it later."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from pazpaz.core.process.resources import Resources
from pazpaz.embedded.process import Command, Spawner
from tests.e2e.running import free_port
from tests.support.certificates import self_signed

HOST = "127.0.0.1"
NAME = "mta.example.net"
USER, PASSWORD = f"pazpaz@{NAME}", "a password of the tests"
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_MASTER = Path("/usr/lib/postfix/sbin/master")
_WAIT_SECONDS = 30.0


def _missing() -> str | None:
    """Why no Postfix can be started here."""
    if not (_MASTER.exists() and shutil.which("saslpasswd2", path=_PATH)):
        return "no Postfix here: apt install postfix sasl2-bin libsasl2-modules"
    return None if os.geteuid() == 0 else "Postfix is started by root only"


with_postfix = pytest.mark.skipif((_why := _missing()) is not None, reason=_why or "")

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/data/log
maillog_file_prefixes = {folder}
myhostname = {name}
inet_interfaces = {host}
inet_protocols = ipv4
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
relayhost = [{host}]:{sink}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {folder}/conf/chain.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = {name}
cyrus_sasl_config_path = {folder}/conf/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
delay_warning_time = 1s
"""
_SERVICES = """
{host}:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/conf/sasl/users
mech_list: PLAIN LOGIN
"""


@dataclass
class Mail:
    """What has arrived at the end."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def is_report(self) -> bool:
        """Whether a server wrote it: with the null reverse-path (RFC 5321, 4.5.5)."""
        return not self.sender


@dataclass
class Sink:
    """The server behind the relay: answers at RCPT as told per address, keeps the rest."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        self.mails.append(Mail((envelope.mail_from or "").strip("<>"), list(envelope.rcpt_tos), content))
        return "250 2.0.0 ok"

    def arrived(self, address: str) -> list[Mail]:
        """What came for an address."""
        return [mail for mail in self.mails if address in mail.recipients]

    async def report(self, said: str) -> Mail:
        """The first report in which this is said, once it is here."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _WAIT_SECONDS
        pattern = re.compile(said.encode())
        while not (found := [mail for mail in self.mails if mail.is_report and pattern.search(mail.raw)]):
            assert loop.time() < until, f"no report came that says {said}"
            await asyncio.sleep(0.05)
        return found[0]


def _run(*words: str, given: str = "") -> None:
    done = subprocess.run(
        words, input=given, env={"PATH": _PATH}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{words[0]}: {done.stderr}"


class Postfix:
    """An instance with a configuration, a queue and ports of its own; it ends with its starter at the latest."""

    def __init__(self, sink: Sink, sink_port: int) -> None:
        # Not below pytest's folder, into which only root may look.
        self._folder = Path(tempfile.mkdtemp(prefix="pazpaz-postfix-"))
        self._folder.chmod(0o755)
        self.sink = sink
        self.port = free_port()
        self._conf = self._folder / "conf"
        self.authority = self._conf / "chain.pem"
        self._lock = os.open(os.devnull, os.O_RDONLY)
        self._spawner = Spawner(self._folder, self._lock)
        self._write(sink_port)

    def _write(self, sink_port: int) -> None:
        for name in ("conf/sasl", "queue", "data"):
            (self._folder / name).mkdir(parents=True)
        shutil.chown(self._folder / "data", "postfix")
        values = {"folder": self._folder, "host": HOST, "name": NAME, "port": self.port, "sink": sink_port}
        for name, text in (("main.cf", _MAIN), ("master.cf", _SERVICES), ("sasl/smtpd.conf", _SASL)):
            (self._conf / name).write_text(text.format(**values))
        self.authority.write_bytes(self_signed())
        database = self._conf / "sasl" / "users"
        _run(
            "saslpasswd2", "-p", "-c", "-f", str(database), "-u", NAME, USER.partition("@")[0], given=PASSWORD
        )
        shutil.chown(database, "postfix")
        _run("postfix", "-c", str(self._conf), "check")

    def start(self) -> Self:
        """Start, and wait for its greeting."""
        # `-s` is `postfix start-fg`: in front, in a process group of its own, which SIGTERM ends as a whole.
        argv = [str(_MASTER), "-s", "-c", str(self._conf)]
        stops = ((signal.SIGTERM, 10.0),)
        self._child = self._spawner.spawn(Command("postfix", argv, str(self._folder), signal.SIGTERM, stops))
        self._child.until(self._answers, _WAIT_SECONDS)
        return self

    def processes(self) -> list[psutil.Process]:
        """All of it."""
        master = psutil.Process(self._child.pid)
        return [master, *master.children(recursive=True)]

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=5) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False

    def give_up(self) -> None:
        """Bounce what waits in the queue, as if its time were over."""
        for option in ("postsuper -e ALL", "postqueue -f"):
            program, *words = option.split()
            _run(program, "-c", str(self._conf), *words)

    def stop(self) -> None:
        """End it, and leave nothing."""
        self._spawner.close()
        os.close(self._lock)
        shutil.rmtree(self._folder)

    def resources(self, resources: Resources, **values: object) -> Resources:
        """What a worker holds, with this server set as a practice sets its own."""
        told: dict[str, object] = {
            "smtp_host": HOST, "smtp_port": self.port, "smtp_tls": "starttls", "smtp_username": SecretStr(USER),
            "smtp_password": SecretStr(PASSWORD), "reminder_retry_seconds": 0.01,
        }  # fmt: skip
        return Resources(
            resources.settings.model_copy(update=told | values),
            resources.engine, resources.system_engine, resources.keys, resources.queue,
        )  # fmt: skip


@asynccontextmanager
async def relaying(answers: Iterable[tuple[str, str]] = ()) -> AsyncIterator[Postfix]:
    """A Postfix, and the server it relays to."""
    sink, loop = Sink(dict(answers)), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink", loop=loop), HOST, 0)
    postfix = Postfix(sink, server.sockets[0].getsockname()[1])
    try:
        yield await asyncio.to_thread(postfix.start)
    finally:
        await asyncio.to_thread(postfix.stop)
        server.close()
