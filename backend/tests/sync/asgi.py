"""The real application and PostgreSQL, called without a network from code that is not asynchronous."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import uvloop

from pazpaz.features import load_settings
from pazpaz.main import create_app
from tests.support import stack
from tests.support.practice import API, Practice, join, open_practice

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    json: Any


class Harness:
    """An application on a database of its own, in an event loop of its own."""

    def __init__(self, database: str) -> None:
        """Start it."""
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.run(stack.create_database(database))
        values = stack.environment(database).items()
        settings = load_settings(
            _env_file=None, **{name.removeprefix("PAZPAZ_").lower(): value for name, value in values}
        )
        self.app = create_app(settings)
        self._lifespan = self.app.router.lifespan_context(self.app)
        self.run(self._lifespan.__aenter__())
        self.referee: asyncpg.Connection[Any] = self.run(asyncpg.connect(stack.superuser_url(database)))

    def run(self, work: "Coroutine[Any, Any, T]") -> T:
        """Do it, and wait for it."""
        return self._runner.run(work)

    def close(self) -> None:
        """Stop it."""
        self.run(self.referee.close())
        self.run(self._lifespan.__aexit__(None, None, None))
        self._runner.close()

    def practice(self) -> tuple[Practice, Practice]:
        """A fresh workspace: its owner and a therapist."""
        return self.run(self._practice())

    async def _practice(self) -> tuple[Practice, Practice]:
        owner = await open_practice(self.app)
        return owner, await join(self.app, owner, "therapist")

    def call(self, token: str, method: str, path: str, body: object = None, **params: str) -> Answer:
        """One request."""
        return self.run(self._call(token, method, path, body, params))

    async def _call(self, token: str, method: str, path: str, body: object, params: dict[str, str]) -> Answer:
        raw = b"" if body is None else json.dumps(body).encode()
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "http",
            "path": f"{API}{path}", "raw_path": f"{API}{path}".encode(),
            "query_string": "&".join(f"{name}={value}" for name, value in params.items()).encode(),
            "headers": [
                (b"host", b"testserver"),
                (b"authorization", f"Bearer {token}".encode()),
                (b"content-type", b"application/json"),
            ],
            "client": ("127.0.0.1", 1), "server": ("testserver", 80), "root_path": "",
        }  # fmt: skip
        await self.app(scope, receive, send)
        text = b"".join(message.get("body", b"") for message in messages)
        return Answer(messages[0]["status"], json.loads(text) if text else None)
