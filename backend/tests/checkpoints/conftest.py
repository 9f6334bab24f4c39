"""A database of its own for each test: what is tampered with is no one else's."""

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from pazpaz.checkpoints import ledger
from pazpaz.core.base.config import Settings
from pazpaz.core.files.storage import Storage
from pazpaz.features import load_settings
from tests.checkpoints.log import Log, open_log
from tests.support import stack

_NAME = f"pazpaz_checkpoints_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="module")
def log_settings() -> Settings:
    """Of the database and the bucket that each log has in turn."""
    values = stack.environment(_NAME)
    values["PAZPAZ_S3_BUCKET_NAME"] += "-checkpoints"
    return load_settings(
        _env_file=None, **{key.removeprefix("PAZPAZ_").lower(): value for key, value in values.items()}
    )


@pytest.fixture(scope="module")
async def log_storage(log_settings: Settings) -> AsyncIterator[Storage]:
    """One client of the store for a file: each is ten megabytes."""
    storage = Storage(log_settings)
    yield storage
    await storage.close()


@pytest.fixture
async def log(log_settings: Settings, log_storage: Storage) -> AsyncIterator[Log]:
    """An empty audit log."""
    name, settings = _NAME, log_settings
    await stack.create_database(name)
    referee = await asyncpg.connect(stack.superuser_url(name))
    async with ledger.connected(settings) as connection:
        log = await open_log(settings, referee, connection, log_storage)
        yield log
    await referee.close()
