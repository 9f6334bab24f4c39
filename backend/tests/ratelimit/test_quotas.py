"""Rate limits: a quota lets through exactly so many requests, however they come."""

import asyncio
import re
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from pazpaz.core.base import metrics
from pazpaz.core.base.ids import new_id
from pazpaz.core.process import ratelimit
from pazpaz.core.process.ratelimit import WINDOW_SECONDS, Limiter, Quota
from tests.core.problem import problem_of
from tests.ratelimit.asking import (
    KINDS,
    PUBLIC,
    READS,
    WRITES,
    Ask,
    ask_links,
    passed,
    read,
    remaining,
    stranger,
    take,
    write,
)
from tests.support.practice import API, Practice, join, open_practice


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine, a store that answers is waited for: without it each process counts by itself."""
    monkeypatch.setattr(ratelimit, "STORE_SECONDS", 30)


@KINDS
async def test_fifty_at_once_get_exactly_the_quota(busy: Practice, ask: Ask, quota: int, name: str) -> None:
    """Of 50 parallel requests exactly the quota passes."""
    answers = list(await asyncio.gather(*(ask(busy) for _ in range(50))))
    assert passed(answers) == quota


@KINDS
async def test_one_after_another_counts_down(busy: Practice, ask: Ask, quota: int, name: str) -> None:
    """Each answer says truly what is left, from the quota less one to nothing, and the next is refused."""
    answers = [await ask(busy) for _ in range(quota)]
    assert [remaining(answer)[:2] for answer in answers] == [(name, n) for n in range(quota - 1, -1, -1)]
    assert (await ask(busy)).status_code == 429


@KINDS
async def test_a_refusal_says_when_to_come_back(
    busy: Practice, ask: Ask, quota: int, name: str, within_a_minute: float
) -> None:
    """The 429 is a problem document; Retry-After and the RateLimit headers name the window's end."""
    answers = [await ask(busy) for _ in range(quota + 1)]
    problem_of(answers[-1], 429, "too-many-requests")
    seconds = int(answers[-1].headers["retry-after"])
    assert remaining(answers[-1]) == (name, 0, seconds)
    assert answers[-1].headers["ratelimit-policy"] == f'"{name}";q={quota};w=60'
    assert seconds == WINDOW_SECONDS - int(within_a_minute % WINDOW_SECONDS)


async def test_a_refused_write_writes_nothing(busy: Practice) -> None:
    """After the quota's writes and five refusals there are as many clients as writes that passed."""
    for _ in range(WRITES + 5):
        await write(busy)
    assert (await read(busy)).json()["total"] == WRITES


async def test_a_refusal_is_counted(busy: Practice) -> None:
    """Each 429 raises the metric of its quota by one."""
    count = metrics.RATE_LIMITED.labels("write")._value
    before = count.get()
    for _ in range(WRITES + 3):
        await write(busy)
    assert count.get() == before + 3


async def test_reads_and_writes_are_counted_apart(busy: Practice) -> None:
    """With no write left, every read is."""
    for _ in range(WRITES + 1):
        await write(busy)
    assert remaining(await read(busy))[:2] == ("read", READS - 1)


async def test_every_kind_of_answer_counts(busy: Practice) -> None:
    """A 404, a 422 and a 200 each take one, and say so."""
    paths = (f"/clients/{new_id()}", "/clients?limit=0", "/workspace")
    answers = [await busy.get(path) for path in paths]
    assert [(a.status_code, remaining(a)[1]) for a in answers] == [
        (404, READS - 1),
        (422, READS - 2),
        (200, READS - 3),
    ]


async def test_a_refused_role_counts(limited: FastAPI, busy: Practice) -> None:
    """A 403 takes one too."""
    assistant = await join(limited, busy, "assistant")
    async with assistant.http:
        answer = await assistant.get("/sessions")
    assert (answer.status_code, remaining(answer)[1]) == (403, READS - 1)


async def test_colleagues_share_a_quota(limited: FastAPI, busy: Practice) -> None:
    """The quota is the workspace's, whoever asks."""
    colleague = await join(limited, busy, "therapist")
    async with colleague.http:
        await read(busy)
        assert remaining(await read(colleague))[1] == READS - 2


async def test_another_workspace_is_not_affected(limited: FastAPI, busy: Practice) -> None:
    """With one workspace's quota used up, another has all of its own."""
    for _ in range(WRITES + 1):
        await write(busy)
    other = await open_practice(limited, name="Other")
    async with other.http:
        assert remaining(await write(other))[1] == WRITES - 1


async def test_a_request_tried_again_counts_once(limited: FastAPI, busy: Practice) -> None:
    """A request that is repeated inside, because its actor's role has just changed, takes one."""
    colleague = await join(limited, busy, "therapist")
    async with colleague.http:
        await read(colleague)
        await busy.put(f"/members/{colleague.user_id}", {"role": "assistant"})
        assert remaining(await read(colleague))[1] == READS - 2


async def test_an_unknown_token_takes_nothing_from_anybody(limited: FastAPI, busy: Practice) -> None:
    """A 401 is counted against its network address, and no workspace."""
    async with stranger(limited) as http:
        answer = await http.get(f"{API}/clients", headers={"Authorization": f"Bearer {'x' * 43}"})
    assert answer.status_code == 401
    assert answer.headers["ratelimit"].startswith('"public"')
    assert remaining(await read(busy))[1] == READS - 1


@KINDS
async def test_two_processes_share_a_quota(
    second: FastAPI, busy: Practice, ask: Ask, quota: int, name: str
) -> None:
    """Two processes on one store together let through the quota and no more."""
    there = httpx.AsyncClient(
        transport=httpx.ASGITransport(second), base_url="http://testserver", headers=busy.http.headers
    )
    async with there:
        twin = Practice(there, busy.workspace_id, busy.user_id, busy.token, busy.email)
        answers = list(await asyncio.gather(*(ask(who) for _ in range(quota + 5) for who in (busy, twin))))
    assert passed(answers) == quota


@pytest.mark.parametrize("per_minute", [1, 2, 9, 10, 11, 100, 1000])
@pytest.mark.parametrize("processes", [2, 5])
async def test_limiters_on_one_store_never_pass_more(store: Redis, per_minute: int, processes: int) -> None:
    """Several limiters, asked in parallel until all refuse, let through exactly the quota in sum."""
    quota, who = Quota("test", per_minute, open=True), new_id().hex
    limiters = [Limiter(store) for _ in range(processes)]
    at_once = asyncio.Semaphore(
        64
    )  # a store that thousands wait for at once may be taken for one that does not answer

    async def ask(limiter: Limiter) -> bool:
        async with at_once:
            return await take(limiter, quota, who)

    asked = [ask(limiter) for _ in range(per_minute + 3) for limiter in limiters]
    assert sum(await asyncio.gather(*asked)) == per_minute


async def test_one_limiter_refuses_little_early(store: Redis) -> None:
    """While another process holds a lease it does not use, at least nine tenths of the quota pass."""
    quota, who = Quota("test", 100, open=True), new_id().hex
    idle, working = (Limiter(store) for _ in range(2))
    await take(idle, quota, who)
    got = sum([await take(working, quota, who) for _ in range(110)])
    assert 90 <= got + 1 <= 100


@pytest.mark.parametrize("path", ["/auth/verify", "/auth/magic-link"])
async def test_public_routes_are_counted_by_address(limited: FastAPI, path: str) -> None:
    """From one network address exactly the public quota passes, from another one all of it again."""
    bodies: dict[str, Callable[[], dict[str, str]]] = {
        "/auth/verify": lambda: {"token": "A" * 43},
        "/auth/magic-link": lambda: {"email": f"{new_id()}@example.org"},
    }
    async with stranger(limited) as here, stranger(limited) as there:
        asked = (here.post(API + path, json=bodies[path]()) for _ in range(30))
        answers = list(await asyncio.gather(*asked))
        elsewhere = await there.post(API + path, json=bodies[path]())
    assert passed(answers) == PUBLIC
    problem_of(next(a for a in answers if a.status_code == 429), 429, "too-many-requests")
    assert remaining(elsewhere)[:2] == ("public", PUBLIC - 1)


async def test_keys_hold_no_email(limited: FastAPI, store: Redis) -> None:
    """What is counted in the store is named by a keyed hash, and nothing there holds the address."""
    name = new_id().hex
    await ask_links(limited, f"{name}@example.org", 1)
    keys = [key.decode() async for key in store.scan_iter("*", count=1000)]
    assert any(re.fullmatch(r"limit:link:[0-9a-f]{64}:\d+", key) for key in keys)
    assert [key for key in keys if name in key or (key.startswith("limit:") and "@" in key)] == []


async def test_counts_leave_the_store_by_themselves(store: Redis, busy: Practice) -> None:
    """Every count has an end: two windows at most."""
    await read(busy)
    (key,) = [key async for key in store.scan_iter(f"limit:read:{busy.workspace_id.hex}:*", count=1000)]
    assert 0 < await store.ttl(key) <= 2 * WINDOW_SECONDS
