"""The stack, the application and the practices that tests use."""

# What a fixture needs is imported when it is first asked for: a test of a pure rule runs at once.
import os
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from pazpaz.core import logging
from tests.support import stack

if TYPE_CHECKING:
    from fastapi import FastAPI

    from pazpaz.core.config import Settings
    from pazpaz.core.resources import Resources
    from tests.support.practice import Practice

_run = pytest.StashKey[stack.RunStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Hold the stack in the process that starts the workers; the first test that asks for it starts it."""
    logging.configure("WARNING")
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    config.stash[_run] = stack.RunStack()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it where it was started."""
    if _run in config.stash:
        config.stash[_run].stop()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One file runs in this process: a worker would only have to be started for it."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and files.pop().endswith(".py") else None


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
def settings(database: str) -> "Settings":
    """Settings as the application's own roles."""
    from pazpaz.core.config import load_settings

    values = stack.environment(database).items()
    return load_settings(
        _env_file=None, **{name.removeprefix("PAZPAZ_").lower(): value for name, value in values}
    )


@pytest.fixture(scope="session")
async def app(settings: "Settings") -> AsyncIterator["FastAPI"]:
    """The application, started."""
    from pazpaz.main import create_app

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
def resources(app: "FastAPI") -> "Resources":
    """What the application holds."""
    found: Resources = app.state.resources
    return found


@pytest.fixture
async def practice(app: "FastAPI") -> AsyncIterator["Practice"]:
    """A fresh workspace with its owner."""
    from tests.support.practice import open_practice

    practice = await open_practice(app)
    async with practice.http:
        yield practice


@pytest.fixture
async def other(app: "FastAPI") -> AsyncIterator["Practice"]:
    """Another workspace, which must never see or touch the first."""
    from tests.support.practice import open_practice

    practice = await open_practice(app, name="Other")
    async with practice.http:
        yield practice


@pytest.fixture
async def superuser(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """PostgreSQL as the tests' referee sees it: past row-level security."""
    connection = await asyncpg.connect(stack.superuser_url(database))
    yield connection
    await connection.close()
