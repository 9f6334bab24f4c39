"""Lists of long texts: practices share the memory for them, and who does not read their answer holds a share."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.process import longlists
from pazpaz.core.process.resources import Resources
from tests.support.practice import Practice

WHOLE = 4 * 101  # texts of a page of 100 notes, and of the one that says whether there are more


@pytest.fixture
async def noted(practice: Practice) -> Practice:
    """A practice with a note of some length."""
    await practice.make_session(plan="x" * 20_000)
    return practice


class Reader:
    """A client that takes the beginning of an answer and reads the rest when it is let."""

    def __init__(self, app: FastAPI, practice: Practice, query: str) -> None:
        self._app = app
        self._practice = practice
        self._query = query
        self.status = 0
        self.reads = asyncio.Event()
        self.task = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        token = f"Bearer {self._practice.token}".encode()
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "path": "/api/v1/sessions", "scheme": "http",
            "raw_path": b"/api/v1/sessions", "query_string": self._query.encode(), "root_path": "",
            "headers": [(b"authorization", token), (b"host", b"testserver")], "client": ("127.0.0.1", 1),
            "server": ("testserver", 80), "extensions": {}, "state": {},
        }  # fmt: skip
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif not message.get("more_body"):
            await self.reads.wait()


@pytest.fixture
async def readers(app: FastAPI, noted: Practice) -> AsyncIterator[Any]:
    """So many clients of the practice that have asked and do not read."""
    begun: list[Reader] = []

    async def ask(count: int, query: str = "include=text&limit=100") -> list[Reader]:
        begun.extend(Reader(app, noted, query) for _ in range(count))
        await asyncio.sleep(0.5)
        return begun

    yield ask
    for one in begun:
        one.reads.set()
    await asyncio.gather(*(one.task for one in begun), return_exceptions=True)


async def test_unread_lists_take_no_more_than_a_practice_s_share(
    noted: Practice, other: Practice, resources: Resources, readers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of six lists that nobody reads one is made; another practice has its own at once, and they theirs in turn."""
    monkeypatch.setattr(longlists, "TEXT_BYTES", 40)  # so that the note makes a list as long as they come
    asked = await readers(6)
    assert [one.status for one in asked].count(200) == 1
    assert resources.lists.held(noted.workspace_id) == WHOLE
    assert (await other.get("/sessions", params={"include": "text", "limit": 100})).status_code == 200
    for one in asked:
        one.reads.set()
    await asyncio.gather(*(one.task for one in asked))
    assert {one.status for one in asked} == {200}
    assert resources.lists.held(noted.workspace_id) == 0


async def test_a_list_that_turns_out_short_takes_little(
    noted: Practice, resources: Resources, readers: Any
) -> None:
    """What was kept for the longest texts is free again when the list is written."""
    asked = await readers(6)
    assert [one.status for one in asked] == [200] * 6
    assert resources.lists.held(noted.workspace_id) == 6


async def test_a_list_without_texts_takes_nothing(
    noted: Practice, resources: Resources, readers: Any
) -> None:
    """Nothing is kept for texts that were not asked for."""
    (asked,) = await readers(1, "limit=100")
    assert asked.status == 200
    assert resources.lists.held(noted.workspace_id) == 0


async def test_who_hangs_up_leaves_nothing(noted: Practice, resources: Resources, readers: Any) -> None:
    """A list that nobody reads any more takes no memory."""
    (asked,) = await readers(1)
    held = resources.lists.held(noted.workspace_id)
    asked.task.cancel()
    await asyncio.gather(asked.task, return_exceptions=True)
    assert (held, resources.lists.held(noted.workspace_id)) == (1, 0)
