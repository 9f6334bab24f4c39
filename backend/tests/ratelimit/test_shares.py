"""A credential that takes all it can keeps nobody else of the practice from working, or from ending it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.ratelimit import Limiter, Quota
from tests.core.problem import problem_of
from tests.ratelimit.asking import KINDS, OWN, WRITES, Ask, passed, remaining, take, write
from tests.support.practice import Practice, join


@pytest.fixture
async def thief(limited: FastAPI, busy: Practice) -> AsyncIterator[Practice]:
    """Who has somebody's token of the same practice."""
    stolen = await join(limited, busy, "owner")
    async with stolen.http:
        yield stolen


@KINDS
async def test_who_took_little_goes_on(
    busy: Practice, thief: Practice, ask: Ask, quota: int, name: str
) -> None:
    """With the practice's quota used up by one credential, another still gets a tenth of it, and no more."""
    assert passed([await ask(thief) for _ in range(quota + 3)]) == quota
    assert passed([await ask(busy) for _ in range(quota)]) == quota // 10


async def test_thieves_together_use_up_half_a_purse_more(store: Redis) -> None:
    """However many credentials ask, a practice gets its quota and half of it again, in two processes too."""
    quota, practice = Quota("test", 20, open=True), new_id().hex
    limiters = Limiter(store), Limiter(store)
    credentials = [uuid4().hex for _ in range(30)]

    async def tried(limiter: Limiter, credential: str) -> bool:
        return await take(limiter, quota, practice, credential)

    asked = [tried(limiter, one) for one in credentials for limiter in limiters for _ in range(5)]
    assert sum(await asyncio.gather(*asked)) == 30


async def test_a_stolen_token_is_revoked_when_it_takes_everything(busy: Practice, thief: Practice) -> None:
    """With every write of the practice taken, the owner disables the member, whose token ends at once."""
    for _ in range(WRITES + 3):
        await write(thief)
    for _ in range(WRITES):  # and the owner's part of what is left
        await write(busy)
    ended = await busy.put(f"/members/{thief.user_id}", {"status": "disabled"})
    assert (ended.status_code, remaining(ended)[:2]) == (200, ("own", OWN - 1))
    assert (await thief.get("/clients")).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/auth/tokens/{id}", 404),
        ("DELETE", "/auth/sign-ins/{id}", 404),
        ("DELETE", "/auth/factors/{id}", 404),
        ("PUT", "/members/{id}", 404),
        ("DELETE", "/members/{id}", 404),
        ("POST", "/members/{id}/reset-factors", 404),
        ("POST", "/auth/prove/options", 200),
        ("POST", "/auth/prove", 403),
        ("POST", "/auth/logout", 204),
    ],
)
async def test_what_ends_a_way_in_costs_no_allowance(
    busy: Practice, method: str, path: str, status: int
) -> None:
    """After every write was used up, each of these is still carried out."""
    for _ in range(WRITES + 1):
        await write(busy)
    bodies = {"/auth/prove": {"code": "123456"}, "/members/{id}": {"full_name": "Noa"}}
    body = bodies.get(path) if method != "DELETE" else None
    answer = await busy.request(method, path.format(id=new_id()), json=body)
    assert answer.status_code == status
    assert remaining(answer)[:2] == ("own", OWN - 1)


async def test_a_credentials_own_allowance_ends_and_is_nobody_elses(busy: Practice, thief: Practice) -> None:
    """One credential that proves and revokes without end is stopped; its colleague's own is whole."""
    asked = [await thief.delete(f"/auth/tokens/{new_id()}") for _ in range(OWN + 1)]
    assert [answer.status_code for answer in asked] == [404] * OWN + [429]
    problem_of(asked[-1], 429, "too-many-requests")
    assert remaining(await busy.delete(f"/auth/tokens/{new_id()}"))[:2] == ("own", OWN - 1)
