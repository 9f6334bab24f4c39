"""The stack, the application and the practices that tests use."""

# What a fixture needs is imported when it is first asked for: a test of a pure rule runs at once.
import gc
import inspect
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from pazpaz.core.base import logging
from tests.support import stack
from tests.support.lengths import SLOW

if TYPE_CHECKING:
    from fastapi import FastAPI

    from pazpaz.core.base.config import Settings
    from pazpaz.core.process.resources import Resources
    from tests.support.practice import Practice

_run = pytest.StashKey[stack.RunStack]()


# The longest first, so that no worker is left alone with one of them; and before them the search of the database,
# which takes the longer the more tests have written into it.
_FIRST = (
    "guards/test_phi.py",
    "guards/test_fuzz.py",
    "e2e/test_cli.py",
    "guards/test_isolation.py",
    "embedded/test_kills.py",
    "reminders/test_kills.py",
    "sync/test_machine.py",
    "attachments/test_kills.py",
    "checkpoints/test_kills.py",
    "guards/test_policy.py",
    "reminders/test_moments.py",
    "checkpoints/test_tampering.py",
    "attachments/test_store.py",
    "e2e/test_first_note.py",
    "guards/test_queries.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`./dev test --slow`."""
    parser.addoption("--slow", action="store_true", help="run random histories, kills and fuzzing for long")


def pytest_configure(config: pytest.Config) -> None:
    """Hold the stack in the process that starts the workers; the first test that asks for it starts it."""
    logging.configure("WARNING")
    if config.option.slow:
        os.environ[SLOW] = "1"
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    # A run that was started in the background ignores Ctrl-C, and would hand that on to every process it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[_run] = stack.RunStack()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it where it was started."""
    if _run in config.stash:
        config.stash[_run].stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; no test that would have its fixtures made in a loop that ends with it."""
    for item in items:
        if awaited := _awaited(item):
            raise pytest.UsageError(f"{item.nodeid}: make it `async def`: it asks for {', '.join(awaited)}")
    places = {name: place for place, name in enumerate(_FIRST)}
    items.sort(key=lambda item: places.get("/".join(item.path.parts[-2:]), len(_FIRST)))


def _awaited(item: pytest.Item) -> list[str]:
    """Return which fixtures of a test that waits for nothing are the application's, which later tests share."""
    test = getattr(item, "obj", None)
    test = getattr(getattr(test, "hypothesis", None), "inner_test", test)
    if inspect.iscoroutinefunction(test):
        return []
    return [name for name in ("app", "resources") if name in getattr(item, "fixturenames", ())]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: a collection of garbage need not walk it each time."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run without a property loads Hypothesis only to say that it wrote nothing, for as long as the run takes."""
    if "hypothesis" not in sys.modules:
        session.config.pluginmanager.unregister(name="hypothesispytest")


@pytest.fixture(scope="module", autouse=True)
def _nothing_kept() -> Iterator[None]:
    """Applications and clients of a file hold each other in cycles: they go when it ends."""
    yield
    gc.collect()


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
    from pazpaz.features import load_settings

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
