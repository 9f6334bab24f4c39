"""Lists are walked page by page: every row that was there at the start is shown exactly once."""

import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from pazpaz.core.base.errors import InvalidInput
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.pagination import Cursor, Page
from tests.core.problem import problem_of
from tests.support import stack
from tests.support.practice import START, Practice, open_practice

LISTS = ("clients", "appointments", "sessions")


@dataclass
class Books:
    """A practice with lists that grow, and what is really in them."""

    practice: Practice
    client_id: str
    referee: "asyncpg.Connection[asyncpg.Record]"

    async def add(self, name: str, hour: int) -> None:
        """A row whose place in the list is `hour`; equal hours are ties."""
        if name == "clients":
            await self.practice.make_client()
            return
        start = START + timedelta(hours=hour)
        times = {
            "scheduled_start": start.isoformat(),
            "scheduled_end": (start + timedelta(hours=1)).isoformat(),
        }
        made = await self.practice.make_appointment(self.client_id, status="cancelled", **times)
        if name == "sessions":
            await self.practice.make_session(made["id"])

    async def ids(self, name: str) -> list[str]:
        """The ids of all rows in the database."""
        rows = await self.referee.fetch(
            f"SELECT id FROM {name} WHERE workspace_id = $1", self.practice.workspace_id
        )
        return [str(row["id"]) for row in rows]

    async def walk(
        self, name: str, limit: int, between: Callable[[], Awaitable[None]]
    ) -> list[dict[str, Any]]:
        """All pages, with something happening before each next one."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = {"limit": limit} if cursor is None else {"limit": limit, "cursor": cursor}
            page = (await self.practice.get(f"/{name}", params=query)).json()
            assert len(page["items"]) <= limit
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items
            await between()


@pytest.fixture(scope="module")
async def books(app: FastAPI, database: str) -> AsyncIterator[Books]:
    """One practice for all examples; each example starts from what is there."""
    practice = await open_practice(app)
    referee = await asyncpg.connect(stack.superuser_url(database))
    async with practice.http:
        books = Books(practice, (await practice.make_client())["id"], referee)
        for name in LISTS:
            for hour in (3, 1, 3, 2, 3):
                await books.add(name, hour)
        yield books
    await referee.close()


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=12, deadline=None)
@given(
    limit=st.integers(1, 12) | st.just(100),
    added=st.lists(st.integers(0, 6), max_size=4),
)
async def test_every_row_of_the_start_is_shown_once(
    books: Books, name: str, limit: int, added: list[int]
) -> None:
    """Whatever the page size and whatever is added between pages, no row of the start is lost or repeated."""
    hours = list(added)

    async def between() -> None:
        if hours:
            await books.add(name, hours.pop())

    at_start = set(await books.ids(name))
    shown = [item["id"] for item in await books.walk(name, limit, between)]
    assert len(shown) == len(set(shown))
    assert at_start <= set(shown)


@pytest.mark.parametrize("name", LISTS)
async def test_the_last_full_page_has_no_next(books: Books, name: str) -> None:
    """A page that holds exactly the rest of the list has no cursor to an empty page."""
    total = len(await books.ids(name))
    page = (await books.practice.get(f"/{name}", params={"limit": total})).json()
    assert (len(page["items"]), page["total"], page["next_cursor"]) == (total, total, None)


@pytest.mark.parametrize("name", LISTS)
async def test_the_total_counts_the_list_not_the_page(books: Books, name: str) -> None:
    """`total` is the same on every page."""
    first = (await books.practice.get(f"/{name}", params={"limit": 2})).json()
    second = (
        await books.practice.get(f"/{name}", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()
    assert first["total"] == second["total"] == len(await books.ids(name))


@pytest.mark.parametrize("name", LISTS)
async def test_an_empty_list_is_a_page(practice: Practice, name: str) -> None:
    """A list without rows has no items, a total of 0 and no next page."""
    page = (await practice.get(f"/{name}")).json()
    assert page == {"items": [], "total": 0, "next_cursor": None}


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


NOW, ID = "2026-03-01T08:00:00+00:00", str(new_id())
MALFORMED = {
    "empty": "",
    "text": "canary-5ad",
    "not-ascii": "קנרית",
    "no-json": base64.urlsafe_b64encode(b"canary-5ad").decode(),
    "no-list": encoded({"id": ID}),
    "nothing": encoded([]),
    "number": encoded([1]),
    "null": encoded([None, None]),
    "no-uuid": encoded([NOW, "canary-5ad"]),
    "no-moment": encoded(["canary-5ad", ID]),
    "bool": encoded([True, ID]),
    "too-many": encoded([NOW, ID, ID]),
    "nested": encoded([[NOW], [ID]]),
    "far-past": encoded(["0001-01-01T00:00:00+14:00", ID]),
    "long": "A" * 501,
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", [*LISTS, "clients?q=a"])
async def test_a_malformed_cursor_is_refused(target: Practice, path: str, text: str) -> None:
    """What is not a cursor is a 422 that points at `cursor` and echoes nothing."""
    name, _, search = path.partition("?q=")
    query = {"cursor": text, **({"q": search} if search else {})}
    answer = await target.get(f"/{name}", params=query)
    assert [error["pointer"] for error in problem_of(answer, 422)["errors"]] == ["/cursor"]
    assert "canary-5ad" not in answer.text


@pytest.mark.parametrize(
    ("made_by", "used_on"),
    [
        ("clients", "appointments"),
        ("clients", "sessions"),
        ("appointments", "clients"),
        ("sessions", "clients"),
    ],
)
async def test_a_cursor_of_another_list_is_refused(books: Books, made_by: str, used_on: str) -> None:
    """A cursor is the place in one list and a 422 in another."""
    page = (await books.practice.get(f"/{made_by}", params={"limit": 1})).json()
    answer = await books.practice.get(f"/{used_on}", params={"cursor": page["next_cursor"]})
    problem_of(answer, 422, "invalid-input")


async def test_a_cursor_of_another_workspace_shows_nothing_of_it(books: Books, practice: Practice) -> None:
    """With another workspace's cursor a list still shows this workspace's rows only."""
    mine = await practice.make_client()
    cursor = (await books.practice.get("/clients", params={"limit": 1})).json()["next_cursor"]
    items = (await practice.get("/clients", params={"cursor": cursor})).json()["items"]
    assert {item["id"] for item in items} <= {mine["id"]}


@given(st.tuples(st.datetimes().map(str), st.uuids().map(str)))
def test_a_cursor_reads_what_it_wrote(place: tuple[str, str]) -> None:
    """The text of a cursor is URL-safe and reads back as the same place."""
    text = str(Cursor(place))
    assert not set(text) & set("+/?&# ")
    assert Cursor.of(text) == Cursor(place)


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    """Reading any text as a cursor ends in a cursor or in InvalidInput."""
    with contextlib.suppress(InvalidInput):
        assert isinstance(Cursor.of(text), Cursor)


def test_one_row_more_than_the_limit_says_that_there_is_more() -> None:
    """The extra row is not shown, and the cursor is the place of the last shown one."""
    rows = [Cursor((number,)) for number in range(3)]
    page = Page.of(rows, 7, 2, ("place",))
    assert page.items == rows[:2]
    assert page.next_cursor == str(Cursor(((1,),)))
