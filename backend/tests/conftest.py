"""The stack, the application and the practices that tests use."""

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core import logging
from pazpaz.core.config import Settings, load_settings
from pazpaz.core.resources import Resources
from pazpaz.main import create_app
from tests.support import stack
from tests.support.practice import Practice, open_practice

_run = pytest.StashKey[stack.RunStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the stack in the process that starts the workers."""
    logging.configure("WARNING")
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    config.stash[_run] = stack.RunStack()
    config.stash[_run].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it where it was started."""
    if _run in config.stash:
        config.stash[_run].stop()


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop that production runs on."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
async def database() -> str:
    """This worker's own database."""
    name = f"pazpaz_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    await stack.create_database(name)
    return name


@pytest.fixture(scope="session")
def settings(database: str) -> Settings:
    """Settings as the application's own roles."""
    values = stack.environment(database).items()
    return load_settings(
        _env_file=None, **{name.removeprefix("PAZPAZ_").lower(): value for name, value in values}
    )


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, started."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
def resources(app: FastAPI) -> Resources:
    """What the application holds."""
    found: Resources = app.state.resources
    return found


@pytest.fixture
async def practice(app: FastAPI) -> AsyncIterator[Practice]:
    """A fresh workspace with its owner."""
    practice = await open_practice(app)
    async with practice.http:
        yield practice


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[Practice]:
    """Another workspace, which must never see or touch the first."""
    practice = await open_practice(app, name="Other")
    async with practice.http:
        yield practice


@pytest.fixture
async def superuser(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """PostgreSQL as the tests' referee sees it: past row-level security."""
    connection = await asyncpg.connect(stack.superuser_url(database))
    yield connection
    await connection.close()
