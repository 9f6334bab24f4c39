"""The mail catcher as a service: nothing leaves the machine, every message is a file."""

import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from pazpaz.embedded.files import private_dir
from pazpaz.embedded.ports import HOST
from pazpaz.embedded.process import Child, Command, Spawner

_START_SECONDS = 30.0


class MailCatcher:
    """An SMTP server that fills the Maildir `<data-dir>/mail`."""

    name = "mail"

    def __init__(self, data_dir: Path, spawner: Spawner, port: int, key: str) -> None:
        self._folder = data_dir / "mail"
        self._spawner = spawner
        self._port = port
        self._key = key
        self._child: Child | None = None

    @property
    def child(self) -> Child | None:
        return self._child

    def start(self, report: Callable[[str], None]) -> None:
        del report
        private_dir(self._folder)
        # By path and isolated: quicker than `-m`, and it needs nothing else of the project.
        script = str(Path(__file__).with_name("mailcatcher.py"))
        argv = [sys.executable, "-I", script, "--port", str(self._port), "--dir", str(self._folder)]
        command = Command(self.name, argv, str(self._folder), signal.SIGKILL, ((signal.SIGTERM, 5.0),))
        self._child = self._spawner.spawn(command)
        self._child.until(self._answers, _START_SECONDS)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def environment(self) -> dict[str, str]:
        return {
            "PAZPAZ_SMTP_HOST": HOST,
            "PAZPAZ_SMTP_PORT": str(self._port),
            "PAZPAZ_SMTP_TLS": "none",
            "PAZPAZ_MAIL_FROM": "PazPaz <no-reply@pazpaz.localhost>",
            "PAZPAZ_MAIL_CATCHER_DIR": str(self._folder),
            "PAZPAZ_MAIL_CATCHER_KEY": self._key,
        }

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self._port), timeout=1) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False
