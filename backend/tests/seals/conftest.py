"""A database of its own for each test: what is tampered with is no one else's."""

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from pazpaz.core.config import load_settings
from pazpaz.seals import ledger
from tests.seals.log import Log, open_log
from tests.support import stack


@pytest.fixture
async def log() -> AsyncIterator[Log]:
    """An empty audit log."""
    name = f"pazpaz_seals_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    await stack.create_database(name)
    values = stack.environment(name)
    values["PAZPAZ_S3_BUCKET_NAME"] += "-seals"
    settings = load_settings(
        _env_file=None, **{key.removeprefix("PAZPAZ_").lower(): value for key, value in values.items()}
    )
    referee = await asyncpg.connect(stack.superuser_url(name))
    async with ledger.connected(settings) as connection:
        log = await open_log(settings, referee, connection)
        yield log
        await log.storage.close()
    await referee.close()
