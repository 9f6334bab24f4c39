"""Guessed tokens are counted by network address before PostgreSQL is asked whose they are."""

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from pazpaz.accounts import service
from pazpaz.core.base.tokens import hashed, new_token
from pazpaz.core.db.actor import Actor
from pazpaz.core.http.actors import Actors
from pazpaz.core.http.deps import COOKIE
from pazpaz.core.process.resources import Resources
from tests.ratelimit.asking import PUBLIC, stranger
from tests.support.practice import API, Practice

ME = f"{API}/auth/me"


@pytest.fixture
def asked(limited: FastAPI) -> Iterator[list[bytes]]:
    """The tokens PostgreSQL was asked about, by somebody who knows nobody yet."""
    tokens: list[bytes] = []

    async def authenticate(resources: Resources, token_hash: bytes, *, is_used: bool = True) -> Actor | None:
        tokens.append(token_hash)
        return await service.authenticate(resources, token_hash, is_used=is_used)

    before, limited.state.actors = limited.state.actors, Actors(authenticate)
    yield tokens
    limited.state.actors = before


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("by_cookie", [True, False], ids=["cookie", "token"])
async def test_postgresql_is_asked_no_more_often_than_is_allowed(
    limited: FastAPI, asked: list[bytes], *, by_cookie: bool
) -> None:
    """Of many guesses at once the allowance is looked up, and no more."""
    async with stranger(limited) as http:
        tokens = [new_token() for _ in range(3 * PUBLIC)]
        headers = [{"Cookie": f"{COOKIE}={token}"} if by_cookie else bearer(token) for token in tokens]
        answers = await asyncio.gather(*(http.get(ME, headers=one) for one in headers))
    assert sorted(answer.status_code for answer in answers) == [401] * PUBLIC + [429] * 2 * PUBLIC
    assert len(asked) == PUBLIC


@pytest.mark.parametrize("token", ["x", "x" * 44, "x" * 42 + "=", "x" * 8_000])
async def test_what_is_no_token_is_not_looked_up(limited: FastAPI, asked: list[bytes], token: str) -> None:
    """It is counted all the same."""
    async with stranger(limited) as http:
        answers = [await http.get(ME, headers=bearer(token)) for _ in range(PUBLIC + 1)]
    assert [answer.status_code for answer in answers] == [401] * PUBLIC + [429]
    assert asked == []


async def test_a_miss_is_remembered(limited: FastAPI, asked: list[bytes]) -> None:
    """The same wrong token, from any address, is looked up once, also when it is sent many times at once."""
    token = new_token()
    for _ in range(2):
        async with stranger(limited) as http:
            await asyncio.gather(*(http.get(ME, headers=bearer(token)) for _ in range(PUBLIC // 2)))
    assert asked == [hashed(token)]


async def test_no_more_misses_are_remembered_than_are_bounded(
    limited: FastAPI, asked: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest is forgotten first."""
    monkeypatch.setattr("pazpaz.core.http.actors._MISSED_TOKENS", 2)
    tokens = [new_token() for _ in range(3)]
    async with stranger(limited) as http:
        for token in [*tokens, *tokens[1:], tokens[0]]:
            await http.get(ME, headers=bearer(token))
    assert asked == [hashed(token) for token in [*tokens, tokens[0]]]


async def test_who_is_somebody_is_not_counted_as_a_guess(
    limited: FastAPI, busy: Practice, asked: list[bytes]
) -> None:
    """Many first requests at once, more than the address's allowance, are looked up once and all answered."""
    async with stranger(limited) as http:
        every = [http.get(ME, headers=bearer(busy.token)) for _ in range(2 * PUBLIC)]
        answers = await asyncio.gather(*every)
        limited.state.actors.forget(hashed(busy.token))
        answers += [await http.get(ME, headers=bearer(busy.token))]
        guesses = [await http.get(ME, headers=bearer(new_token())) for _ in range(PUBLIC + 1)]
    assert {answer.status_code for answer in answers} == {200}
    assert [guess.status_code for guess in guesses] == [401] * PUBLIC + [429]
    assert asked[:2] == [hashed(busy.token)] * 2


async def test_who_was_known_is_let_in_where_somebody_guesses(
    limited: FastAPI, busy: Practice, asked: list[bytes]
) -> None:
    """An address whose allowance is used up still serves the people who were there before."""
    actors: Actors = limited.state.actors
    async with stranger(limited) as http:
        await http.get(ME, headers=bearer(busy.token))
        for _ in range(PUBLIC + 1):
            await http.get(ME, headers=bearer(new_token()))
        token = hashed(busy.token)
        actors._known[token] = (0.0, actors._known[token][1])  # as after a minute
        answer = await http.get(ME, headers=bearer(busy.token))
    assert answer.status_code == 200
    assert asked[-1] == hashed(busy.token)
