"""A database of its own: keys of all workspaces are rotated here."""

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from pazpaz.core.base.config import Settings
from pazpaz.features import load_settings
from pazpaz.main import create_app
from tests.keys.house import House
from tests.support import stack


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    """An application, its settings, and a referee past row-level security."""
    name = f"pazpaz_keys_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    await stack.create_database(name)
    values = stack.environment(name).items()
    settings: Settings = load_settings(
        _env_file=None, **{key.removeprefix("PAZPAZ_").lower(): value for key, value in values}
    )
    app = create_app(settings)
    referee = await asyncpg.connect(stack.superuser_url(name))
    async with app.router.lifespan_context(app):
        yield House(app, settings, referee, dict(values))
    await referee.close()
