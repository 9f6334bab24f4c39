"""One embedded stack for a test run, started when a test first needs it; one database per worker."""

import json
import os
import shutil
import socket
import tempfile
from functools import cache
from pathlib import Path
from socketserver import StreamRequestHandler, UnixStreamServer
from threading import Thread
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg

if TYPE_CHECKING:
    from pazpaz.embedded.stack import Stack

_ASKED_AT = "PAZPAZ_TEST_STACK"
_URLS = ("PAZPAZ_DATABASE_URL", "PAZPAZ_DATABASE_SYSTEM_URL", "PAZPAZ_DATABASE_OWNER_URL")
_QUOTAS = (
    "READS_PER_MINUTE",
    "WRITES_PER_MINUTE",
    "PUBLIC_PER_MINUTE",
    "OWN_PER_MINUTE",
    "LINKS_PER_MINUTE",
    "LINKS_PER_DAY",
    "SIGN_UPS_PER_DAY",
    "INVITATIONS_PER_DAY",
)


class RunStack:
    """Held by the run's first process, whose workers ask for it over a socket; who asks first waits for the start."""

    def __init__(self) -> None:
        self._dir = Path(tempfile.mkdtemp(prefix="pazpaz-tests-"))
        address = self._dir / "asked"
        self._server = _Server(str(address), self._dir / "data")
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        os.environ[_ASKED_AT] = str(address)

    def stop(self) -> None:
        """Stop, and leave nothing behind."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        shutil.rmtree(self._dir, ignore_errors=True)


class _Server(UnixStreamServer):
    """Answers one worker after the other, so that the stack is started once."""

    def __init__(self, address: str, data_dir: Path) -> None:
        super().__init__(address, _Answer)
        self._data_dir = data_dir
        self._stack: Stack | None = None

    def told(self) -> dict[str, object]:
        """What a worker needs to know of the stack, which runs from now on, its template database migrated."""
        # Imported here: a test of a pure rule pays for none of it.
        from pazpaz.cli.database import upgrade
        from pazpaz.embedded.stack import Stack

        if self._stack is None:
            self._stack = Stack(self._data_dir, durable=False)
            self._stack.start()
            upgrade(self._stack.environment()["PAZPAZ_DATABASE_OWNER_URL"])
        quotas = {f"PAZPAZ_RATE_LIMIT_{name}": "1000000" for name in _QUOTAS}
        others = {"PAZPAZ_PUBLIC_URL": "http://testserver", "PAZPAZ_ACCESS_LOG": "false"}
        return {
            "environment": self._stack.environment() | others | quotas,
            "superuser": self._stack.superuser_url,
        }

    def server_close(self) -> None:
        """Stop what was started."""
        super().server_close()
        if self._stack is not None:
            self._stack.stop()


class _Answer(StreamRequestHandler):
    def handle(self) -> None:
        try:
            told = cast("_Server", self.server).told()
        except Exception as error:  # noqa: BLE001 (it fails the test that asked)
            told = {"failed": repr(error)}
        self.wfile.write(json.dumps(told).encode())


@cache
def _told() -> dict[str, object]:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(os.environ[_ASKED_AT])
        with asking.makefile("rb") as answer:
            told: dict[str, object] = json.load(answer)
    if "failed" in told:
        raise RuntimeError(f"the tests' stack did not start: {told['failed']}")
    return told


def on_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def superuser_url(database: str = "postgres") -> str:
    """The superuser, for what the application's roles may not do."""
    return on_database(str(_told()["superuser"]), database)


def environment(database: str) -> dict[str, str]:
    """The settings of an application on this database."""
    found = dict(cast("dict[str, str]", _told()["environment"]))
    # A queue and a bucket of its own for each worker: some tests empty them.
    number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1")[2:])
    found["PAZPAZ_S3_BUCKET_NAME"] = f"pazpaz-{number}"
    found["PAZPAZ_ARQ_REDIS_URL"] = found["PAZPAZ_ARQ_REDIS_URL"].removesuffix("/0") + f"/{number}"
    return found | {name: on_database(found[name], database) for name in _URLS}


async def create_database(name: str) -> None:
    """A fresh copy of the migrated template."""
    connection = await asyncpg.connect(superuser_url())
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE pazpaz OWNER pazpaz_owner')
    finally:
        await connection.close()
