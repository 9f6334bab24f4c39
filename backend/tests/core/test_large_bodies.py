"""Large bodies: their memory is shared by practices, and they are parsed off the event loop."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from pazpaz.core.base.errors import Problem
from pazpaz.core.http import bodies
from pazpaz.core.process.resources import Resources
from tests.core.problem import problem_of
from tests.support.practice import Practice, browser

JSON = {"Content-Type": "application/json"}
SHARE = 20_000_000


async def unfinished(practice: Practice, size: int, until: asyncio.Event) -> httpx.Response:
    """A body of which only the beginning comes."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"{"
        await until.wait()
        yield b"x" * (size - 1)

    headers = JSON | {"Content-Length": str(size)}
    return await practice.request("POST", "/sessions/sync", content=pieces(), headers=headers)


async def settled() -> None:
    """Give the requests time to come as far as they can."""
    await asyncio.sleep(0.3)


async def test_unfinished_bodies_take_no_more_than_a_practice_s_share(
    practice: Practice, other: Practice, resources: Resources
) -> None:
    """However many large bodies one practice begins, two are held, and another practice's is read at once."""
    until, most = asyncio.Event(), SHARE // 2
    sending = [asyncio.create_task(unfinished(practice, most, until)) for _ in range(8)]
    await settled()
    held = resources.bodies.held(practice.workspace_id)
    answer = await other.post("/sessions/sync", {"sessions": [{"x": "y" * bodies.SMALL_BYTES}]})
    until.set()
    refused = await asyncio.gather(*sending)
    assert held == SHARE
    assert answer.status_code == 200
    assert {one.status_code for one in refused} == {400}
    assert resources.bodies.held(practice.workspace_id) == 0


async def test_a_body_that_is_given_up_leaves_nothing(practice: Practice, resources: Resources) -> None:
    """Who hangs up in the middle of a body holds no memory."""
    task = asyncio.create_task(unfinished(practice, SHARE // 2, asyncio.Event()))
    await settled()
    held = resources.bodies.held(practice.workspace_id)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (held, resources.bodies.held(practice.workspace_id)) == (SHARE // 2, 0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" + b"{}," * 100_000 + b"{}]", 413),
        (b"x" * 100_000, 400),
        (b'{"sessions":"' + b"x" * 100_000 + b'"}', 422),
    ],
)
async def test_a_refused_body_is_let_go_at_once(practice: Practice, body: bytes, status: int) -> None:
    """Nothing waits for the collector of cycles, which ten bodies of 10 MB do not wake."""
    gc.collect()
    gc.disable()
    try:
        answer = await practice.request("POST", "/sessions/sync", content=body, headers=JSON)
        await asyncio.sleep(0)  # the turn of the event loop that answered is over
        left = [found for found in gc.get_objects() if isinstance(found, Problem)]
    finally:
        gc.enable()
    assert answer.status_code == status
    assert left == []


async def test_a_stranger_s_body_is_small(app: FastAPI, resources: Resources) -> None:
    """What is larger than a public route takes is refused before it is read."""
    async with browser(app) as http:
        answer = await http.post("/api/v1/auth/magic-link", content=b" " * 20_000, headers=JSON)
    problem_of(answer, 413, "content-too-large")
    assert resources.bodies.held(None) == 0


@pytest.mark.parametrize(("size", "on_loop"), [(100, True), (bodies.SMALL_BYTES + 1, False)])
async def test_a_large_body_is_parsed_off_the_loop(
    size: int, on_loop: bool, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small one is parsed where it is read, which is faster."""
    where: list[threading.Thread] = []
    real = bodies._accept

    def noting(model: type[BaseModel], raw: bytes) -> bodies.Taken:
        where.append(threading.current_thread())
        return real(model, raw)

    monkeypatch.setattr(bodies, "_accept", noting)
    answer = await practice.post("/clients", {"first_name": "a", "last_name": "b", "notes": "x" * size})
    assert answer.status_code in {201, 422}
    assert [thread is threading.main_thread() for thread in where] == [on_loop]


async def test_a_large_body_is_answered_as_a_small_one(practice: Practice) -> None:
    """Texts come back as they were sent, and a fault is named by its field."""
    text = "א" * 20_000
    booked = await practice.make_appointment()
    note = await practice.make_session(booked["id"], subjective=text, plan=text)
    long = await practice.put(f"/sessions/{note['id']}", {"subjective": "x" * (bodies.SMALL_BYTES + 1)})
    assert (note["subjective"], note["plan"]) == (text, text)
    assert problem_of(long, 422)["errors"][0]["pointer"] == "/subjective"


async def test_sync_counts_before_it_builds(practice: Practice) -> None:
    """More than 100 items are refused by their number, whatever is in them."""
    answer = await practice.post("/sessions/sync", {"sessions": [{"canary-4be": 1}] * 101})
    assert problem_of(answer, 422)["errors"] == [
        {"pointer": "/sessions", "detail": "has more than 100 items"}
    ]
