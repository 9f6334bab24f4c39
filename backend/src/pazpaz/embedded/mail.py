"""The mail catcher as a service: nothing leaves the machine, every message is a file."""

import signal
import socket
import sys
from pathlib import Path

from pazpaz.embedded.files import private_dir
from pazpaz.embedded.ports import HOST
from pazpaz.embedded.process import Command, Spawner
from pazpaz.embedded.service import Service


class MailCatcher(Service):
    """An SMTP server that fills the Maildir `<data-dir>/mail`."""

    name = "mail"

    def __init__(self, data_dir: Path, spawner: Spawner, port: int, key: str) -> None:
        super().__init__(data_dir / "mail", spawner)
        self._port = port
        self._key = key

    def _prepared(self) -> Command:
        private_dir(self._folder)
        # By path and isolated: quicker than `-m`, and it needs nothing else of the project.
        script = str(Path(__file__).with_name("mailcatcher.py"))
        argv = [sys.executable, "-I", script, "--port", str(self._port), "--dir", str(self._folder)]
        return Command(self.name, argv, str(self._folder), signal.SIGKILL, ((signal.SIGTERM, 5.0),))

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
