"""No request holds the event loop: each route at its own limits, counted in CPU time of the loop's thread."""

import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.http.routing import API
from pazpaz.core.process.resources import Resources
from tests.support import stack
from tests.support.case import Operation
from tests.support.guards_cases import CASES, policies
from tests.support.guards_heavy import fill
from tests.support.guards_loop import HOST, Watch, watched
from tests.support.guards_stock import stock
from tests.support.practice import Practice, open_practice

REMEDY = "bound it by the route, do it in slices, or in resources.threads"
MOST_SECONDS = 0.05  # of the loop's thread in one callback
TRIES = 3  # the least of them counts: a page fault or a first use is no one's fault
HEADER_BYTES = 14_000  # what is left of the head's 16 kB for one field
QUERY_BYTES = 7_000


@dataclass
class Arena:
    """A heavy practice, its ids, and the watched server."""

    practice: Practice
    ids: dict[str, str]
    watch: Watch
    http: httpx.AsyncClient
    limits: dict[Operation, int]

    async def check(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """Send it; the longest callback of it, in the best of the tries, was short enough."""
        tries = []
        for _ in range(TRIES):
            self.watch.reset()
            answer = await send()
            tries.append((self.watch.longest, self.watch.callback))
            if tries[-1][0] < MOST_SECONDS:
                break
        gc.collect(0)  # the watch keeps the collector still, and bodies of megabytes would stay
        seconds, callback = min(tries)
        assert seconds < MOST_SECONDS, f"{seconds:.3f} s in {callback}: {REMEDY}"
        return answer


@pytest.fixture(scope="module")
async def watch(settings: Settings) -> AsyncIterator[Watch]:
    """The application on a loop that is watched."""
    with watched(settings) as watch:
        yield watch


@pytest.fixture(scope="module")
async def arena(app: FastAPI, resources: Resources, database: str, watch: Watch) -> AsyncIterator[Arena]:
    """One heavy practice for all cases."""
    practice = await open_practice(app)
    async with practice.http:
        ids = await stock(app, practice, "loop")
        referee = await asyncpg.connect(stack.superuser_url(database))
        await fill(referee, resources, practice, UUID(ids["client"]))
        await referee.close()
        headers = {"Authorization": f"Bearer {practice.token}"}
        address = f"http://{HOST}:{watch.port}"
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as http:
            await http.get(f"{API}/clients")  # keys and actor are known from here on
            limits = {operation: route.policy.body_bytes for operation, route in policies(app)}
            yield Arena(practice, ids, watch, http, limits)


OPERATIONS = sorted(operation for operation, case in CASES.items() if not case.ends)
READS = [operation for operation in OPERATIONS if operation[0] == "GET"]


@pytest.mark.parametrize("operation", READS, ids=" ".join)
async def test_a_read_of_a_heavy_practice(arena: Arena, operation: Operation) -> None:
    """Lists, histories, documents and exports of much data leave the loop to others in between."""
    call = CASES[operation].call(arena.ids)
    answer = await arena.check(lambda: call.send(arena.http))
    assert answer.is_success or "record-too-long" in answer.text, answer.text


async def test_a_search_among_many(arena: Arena) -> None:
    """A search of thousands of names, first cold and then warm."""
    for wanted in ("רות 2499", "052555", "לוי"):
        search = partial(arena.http.get, f"{API}/clients", params={"q": wanted})
        await arena.check(search)


async def test_a_whole_window_of_the_calendar(arena: Arena) -> None:
    """As many appointments as one answer holds, each with notes of the greatest length, and all beside them."""
    window = {"from": "2020-01-01T00:00:00Z", "to": "2020-03-03T00:00:00Z"}
    params = {**window, "limit": "500", "include": "client,note,reminder"}
    answer = await arena.check(lambda: arena.http.get(f"{API}/appointments", params=params))
    assert len(answer.json()["items"]) == 500


_FIELDS = {
    "cookies": {"Cookie": "; ".join(f"name{n}=value{n}" for n in range(HEADER_BYTES // 20))},
    "semicolons": {"Content-Type": "application/json" + "; a=b" * (HEADER_BYTES // 5)},
    "a long token": {"Authorization": "Bearer " + "a" * HEADER_BYTES},
    "forwarded": {"X-Forwarded-For": ", ".join(["127.0.0.1"] * (HEADER_BYTES // 11))},
    "a long key": {"Idempotency-Key": "k" * HEADER_BYTES},
    "a long version": {"If-Match": '"' + "1" * HEADER_BYTES + '"'},
}


@pytest.mark.parametrize("fields", _FIELDS.values(), ids=_FIELDS)
@pytest.mark.parametrize(
    "path", ["/health/live", f"{API}/auth/me", f"{API}/auth/magic-link", f"{API}/clients"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_head_at_its_limit(arena: Arena, fields: dict[str, str], path: str, method: str) -> None:
    """Fields as long as the head allows cost little, whoever sends them."""
    await arena.check(
        lambda: arena.http.request(method, path, headers=fields, content=b"{}" if method == "POST" else None)
    )


@pytest.mark.parametrize("operation", READS, ids=" ".join)
async def test_a_query_at_its_limit(arena: Arena, operation: Operation) -> None:
    """As many parameters as a target has room for, and one as long."""
    call = CASES[operation].call(arena.ids)
    many = "&".join(f"p{n}=" for n in range(QUERY_BYTES // 6))
    for query in (many, "q=" + "a" * QUERY_BYTES, "cursor=" + "A" * QUERY_BYTES):
        ask = partial(arena.http.request, call.method, f"{API}{call.path}?{query}")
        await arena.check(ask)


# JSON of almost so many bytes that no endpoint wants.
SHAPES: dict[str, Callable[[int], bytes]] = {
    "empty objects": lambda room: b"[" + b"{}," * (room // 3) + b"{}]",
    "numbers": lambda room: b"[" + b"1," * (room // 2) + b"1]",
    "names": lambda room: json.dumps({f"name{n:08}": n for n in range(room // 26)}).encode(),
    "one text": lambda room: json.dumps({"plan": "כ" * (room // 7), "first_name": "a"}).encode(),
    "depth": lambda room: b'{"a":' * (room // 6) + b"1" + b"}" * (room // 6),
    "white space": lambda room: b"{" + b" " * room + b"}",
    "sessions": lambda room: b'{"sessions":[' + b"{}," * (room // 3) + b"{}]}",
    "ids": lambda room: b'{"ids":[' + b'"x",' * (room // 4) + b'"x"]}',
}
WRITES = [operation for operation in OPERATIONS if operation[0] != "GET"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("operation", WRITES, ids=" ".join)
async def test_a_body_at_its_limit(arena: Arena, operation: Operation, shape: str) -> None:
    """Bodies as large as the route allows, of shapes that cost parsers and validators most."""
    call = CASES[operation].call(arena.ids)
    body = SHAPES[shape](arena.limits[operation] - 200)
    headers = {"Content-Type": "application/json"}
    await arena.check(lambda: arena.http.request(call.method, API + call.path, content=body, headers=headers))


async def test_the_longest_notes_of_a_batch(arena: Arena) -> None:
    """A batch of a hundred notes as long as notes may be: the greatest body that is wanted."""
    moment = "2026-01-01T08:00:00Z"
    item = {
        "client_session_id": arena.ids["client session"], "appointment_id": arena.ids["appointment"],
        "created_at_client": moment, "updated_at_client": moment,
    }  # fmt: skip
    text = "a" * 20_000
    batch = {"sessions": [{**item, "subjective": text, "objective": text, "plan": text} for _ in range(100)]}
    body = json.dumps(batch).encode()
    answer = await arena.check(
        lambda: arena.http.post(
            f"{API}/sessions/sync", content=body, headers={"Content-Type": "application/json"}
        )
    )
    assert answer.status_code == 200, answer.text
