"""Exim and OpenSMTPD beside Postfix, each relaying to a server that refuses: what they write of it is what counts.

Debian installs one mail server at a time, so theirs are unpacked into a folder (`.ci/run`) and run from there.
"""

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam

import pytest
from aiosmtpd.smtp import SMTP

from pazpaz.embedded.process import Command, Spawner
from tests.e2e.running import free_port
from tests.reminders.mta import HOST, NAME, Sink

UNPACKED = Path("/opt/pazpaz-tests/mta")
EXIM, OPENSMTPD = UNPACKED / "usr/sbin/exim4", UNPACKED / "usr/sbin/smtpd"
_WAIT_SECONDS = 30.0
_USERS = {EXIM: ("Debian-exim",), OPENSMTPD: ("opensmtpd", "opensmtpq")}

_EXIM = """
exim_path = {program}
exim_user = Debian-exim
exim_group = Debian-exim
primary_hostname = {name}
spool_directory = {folder}/spool
log_file_path = {folder}/spool/log-%slog
daemon_smtp_ports = {port}
local_interfaces = {host}
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept
tls_advertise_hosts =
keep_environment =
begin routers
all:
  driver = manualroute
  transport = out
  route_list = * {host}
  self = send
begin transports
out:
  driver = smtp
  port = {sink}
  allow_localhost
  hosts_try_fastopen =
begin retry
* * F,1s,1s
"""
_OPENSMTPD = """
queue ttl 3s
bounce warn-interval 1s
listen on {host} port {port}
action out relay host smtp://{host}:{sink}
match from any for any action out
"""


def _exim(folder: Path, configuration: Path) -> list[str]:
    (folder / "spool").mkdir()
    shutil.chown(folder / "spool", "Debian-exim", "Debian-exim")
    return [str(EXIM), "-C", str(configuration), "-bdf", "-q1s"]


def _opensmtpd(_folder: Path, configuration: Path) -> list[str]:
    """Its queue and its socket have their places in the system, whatever is configured: one runs at a time."""
    for place, mode in (("/var/spool/smtpd", 0o711), ("/var/lib/opensmtpd/empty", 0o755)):
        Path(place).mkdir(mode=mode, parents=True, exist_ok=True)
    return [str(OPENSMTPD), "-d", "-f", str(configuration)]


@dataclass(frozen=True)
class Kind:
    """A mail server, its configuration, and how it is started."""

    name: str
    program: Path
    configuration: str
    argv: Callable[[Path, Path], list[str]]

    def missing(self) -> str | None:
        """Why it cannot be started here."""
        if not self.program.exists():
            return f"no {self.name} in {UNPACKED}: .ci/run unpacks it"
        if os.geteuid() != 0:
            return f"{self.name} is started by root only"
        try:
            [getpwnam(user) for user in _USERS[self.program]]
        except KeyError as error:
            return f"{self.name} needs its user: {error}"
        return None


KINDS = (
    Kind("Exim", EXIM, _EXIM, _exim),
    Kind("OpenSMTPD", OPENSMTPD, _OPENSMTPD, _opensmtpd),
)
every_kind = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=kind.name, marks=pytest.mark.skipif(why is not None, reason=why or ""))
        for kind in KINDS
        for why in [kind.missing()]
    ],
)


@asynccontextmanager
async def relaying(kind: Kind, answers: dict[str, str]) -> AsyncIterator[tuple[int, Sink]]:
    """Yield the port of such a server, and what it relays to."""
    sink, loop = Sink(answers), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink", loop=loop), HOST, 0)
    folder = _folder()
    lock = os.open(os.devnull, os.O_RDONLY)
    spawner = Spawner(folder, lock)
    port = free_port()
    try:
        values = {"folder": folder, "program": kind.program, "host": HOST, "name": NAME, "port": port}
        text = kind.configuration.format(sink=server.sockets[0].getsockname()[1], **values)
        stops = ((signal.SIGTERM, 10.0),)
        argv = kind.argv(folder, _written(folder, text))
        child = spawner.spawn(Command(kind.name.lower(), argv, str(folder), signal.SIGTERM, stops))
        await asyncio.to_thread(child.until, lambda: _answers(port), _WAIT_SECONDS)
        yield port, sink
    finally:
        await asyncio.to_thread(spawner.close)
        os.close(lock)
        shutil.rmtree(folder)
        server.close()


def _folder() -> Path:
    """Not below pytest's folder, into which only root may look."""
    folder = Path(tempfile.mkdtemp(prefix="pazpaz-mta-"))
    folder.chmod(0o755)
    return folder


def _written(folder: Path, text: str) -> Path:
    configuration = folder / "configuration"
    configuration.write_text(text)
    return configuration


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False
