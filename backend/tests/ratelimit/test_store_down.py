"""Rate limits without the limiter's store."""

import asyncio

from fastapi import FastAPI
from redis.asyncio import Redis

from pazpaz.core.base import metrics
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.ratelimit import Limiter, Quota
from pazpaz.core.queue.jobs import Queue
from tests.ratelimit.asking import (
    KINDS,
    LINKS,
    PUBLIC,
    Ask,
    ask_links,
    new_network,
    passed,
    remaining,
    stranger,
    take,
)
from tests.support.practice import API, open_practice


@KINDS
async def test_without_the_store_clinical_work_goes_on(
    storeless: FastAPI, ask: Ask, quota: int, name: str
) -> None:
    """With the store down more than the quota passes, and the metric counts each."""
    practice = await open_practice(storeless)
    count = metrics.RATE_LIMIT_OPEN.labels(name)._value
    before = count.get()
    async with practice.http:
        answers = [await ask(practice) for _ in range(quota + 5)]
    assert all(answer.is_success for answer in answers)
    assert count.get() == before + quota + 5


async def test_without_the_store_public_routes_are_counted_here(storeless: FastAPI) -> None:
    """With the store down one network address gets the public quota of this process."""
    async with stranger(storeless) as http:
        asked = (http.post(f"{API}/auth/verify", json={"token": "A" * 43}) for _ in range(30))
        assert passed(list(await asyncio.gather(*asked))) == PUBLIC


async def test_without_the_store_links_are_counted_here(storeless: FastAPI) -> None:
    """With the store down one e-mail address still gets its quota of links from a network."""
    email, network = f"{new_id()}@example.org", new_network()
    answers = await ask_links(storeless, email, LINKS + 2, network=network)
    assert [answer.status_code for answer in answers] == [202] * LINKS + [429] * 2


async def test_without_the_store_headers_count_down(storeless: FastAPI) -> None:
    """What a public route says is left is true with the store down too."""
    async with stranger(storeless) as http:
        answers = [await http.post(f"{API}/auth/verify", json={"token": "A" * 43}) for _ in range(3)]
    assert [remaining(answer)[1] for answer in answers] == [PUBLIC - 1, PUBLIC - 2, PUBLIC - 3]


async def test_a_store_lost_meanwhile_keeps_the_count(store: Redis, dead: str) -> None:
    """What was let through before the store went down counts afterwards too."""
    quota, who = Quota("test", 10, open=False), new_id().hex
    limiter = Limiter(store)
    before = sum([await take(limiter, quota, who) for _ in range(4)])
    limiter._redis = Queue(dead).redis
    after = sum([await take(limiter, quota, who) for _ in range(20)])
    assert before + after == 10
