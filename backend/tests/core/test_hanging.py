"""PostgreSQL that takes everything and answers nothing: who asks is told soon, and all is well when it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from pazpaz.core.base.config import Settings
from pazpaz.core.db import engine
from pazpaz.core.http import health
from pazpaz.main import create_app
from tests.core.problem import problem_of
from tests.support.practice import API, Practice, browser

SPARE_SECONDS = 2.5  # for a busy machine; a second wait for the same server would be longer


class Line:
    """A connection to PostgreSQL through this process, which can stop carrying anything."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self.carries = asyncio.Event()
        self.carries.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(*self._server)
        for source, sink in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(self._carry(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self.carries.wait()
                sink.write(data)
        except ConnectionError:
            pass
        finally:
            sink.close()

    async def end(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def carried(settings: Settings) -> AsyncIterator[tuple[FastAPI, Line]]:
    """The application, whose every connection to PostgreSQL goes through one line."""
    urls = {name: getattr(settings, name) for name in ("database_url", "database_system_url")}
    found = urlsplit(urls["database_url"].get_secret_value())
    line = Line(found.hostname or "", found.port or 5432)
    server = await asyncio.start_server(line.take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    moved = {
        name: SecretStr(url.get_secret_value().replace(f"{found.hostname}:{found.port}", f"127.0.0.1:{port}"))
        for name, url in urls.items()
    }
    app = create_app(settings.model_copy(update=moved))
    try:
        async with app.router.lifespan_context(app):
            yield app, line
    finally:
        await line.end()
        server.close()


async def test_readiness_says_within_its_time_that_postgresql_hangs(settings: Settings) -> None:
    """The check is given up when its time is over; nobody waits for the driver to agree."""
    async with carried(settings) as (app, line), browser(app) as http:
        assert (await http.get("/health/ready")).status_code == 200
        line.carries.clear()
        async with asyncio.timeout(health.CHECK_SECONDS + SPARE_SECONDS):
            answer = await http.get("/health/ready")
        assert problem_of(answer, 503, "not-ready")["database"] == "unavailable"
        line.carries.set()
        assert (await http.get("/health/ready")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/clients"), ("POST", "/clients"), ("PUT", "/workspace")],
    ids=["a read", "one writing statement", "a transaction"],
)
async def test_a_request_hears_once_that_postgresql_hangs(
    settings: Settings, practice: Practice, method: str, path: str
) -> None:
    """It waits for one statement and no more, also where a transaction has to be undone."""
    body = {"/clients": {"first_name": "a", "last_name": "b"}, "/workspace": {"name": "c"}}[path]
    sent = None if method == "GET" else body
    async with carried(settings) as (app, line), browser(app) as http:
        http.headers["Authorization"] = f"Bearer {practice.token}"
        assert (await http.request(method, f"{API}{path}", json=sent)).status_code < 300
        line.carries.clear()
        async with asyncio.timeout(engine.COMMAND_SECONDS + SPARE_SECONDS):
            answer = await http.request(method, f"{API}{path}", json=sent)
        problem_of(answer, 503, "unavailable")
        line.carries.set()
        assert (await http.request(method, f"{API}{path}", json=sent)).status_code < 300


def test_a_statement_ends_before_the_server_is_taken_for_gone() -> None:
    """PostgreSQL ends a slow one itself, and the connection stays; all within five seconds."""
    assert engine.STATEMENT_SECONDS < engine.COMMAND_SECONDS <= 5
