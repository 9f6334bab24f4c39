"""One embedded stack for a test run, one database per worker, built by the migrations."""

import json
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from pazpaz.cli.database import upgrade
from pazpaz.embedded.stack import Stack

_ENVIRONMENT = "PAZPAZ_TEST_ENVIRONMENT"
_SUPERUSER = "PAZPAZ_TEST_SUPERUSER"
_URLS = ("PAZPAZ_DATABASE_URL", "PAZPAZ_DATABASE_SYSTEM_URL", "PAZPAZ_DATABASE_OWNER_URL")


class RunStack:
    """Started by the run's first process, used by all of its workers."""

    def __init__(self) -> None:
        self._dir = Path(tempfile.mkdtemp(prefix="pazpaz-tests-"))
        self._stack = Stack(self._dir / "data", durable=False)

    def start(self) -> None:
        """Start, migrate the template database, and tell the workers."""
        self._stack.start()
        environment = self._stack.environment() | {
            "PAZPAZ_PUBLIC_URL": "http://testserver",
            "PAZPAZ_ACCESS_LOG": "false",
            "PAZPAZ_RATE_LIMIT_READS_PER_MINUTE": "1000000",
            "PAZPAZ_RATE_LIMIT_WRITES_PER_MINUTE": "1000000",
            "PAZPAZ_RATE_LIMIT_PUBLIC_PER_MINUTE": "1000000",
            "PAZPAZ_RATE_LIMIT_LINKS_PER_MINUTE": "1000000",
        }
        upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
        os.environ[_ENVIRONMENT] = json.dumps(environment)
        os.environ[_SUPERUSER] = self._stack.superuser_url

    def stop(self) -> None:
        """Stop, and leave nothing behind."""
        self._stack.stop()
        shutil.rmtree(self._dir, ignore_errors=True)


def on_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def superuser_url(database: str = "postgres") -> str:
    """The superuser, for what the application's roles may not do."""
    return on_database(os.environ[_SUPERUSER], database)


def environment(database: str) -> dict[str, str]:
    """The settings of an application on this database."""
    found: dict[str, str] = json.loads(os.environ[_ENVIRONMENT])
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
