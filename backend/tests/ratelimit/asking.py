"""Small quotas, and requests that take from them."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from pazpaz.core.base.config import Settings
from pazpaz.core.base.errors import TooManyRequests
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.ratelimit import Limiter, Quota
from pazpaz.main import create_app
from tests.support.practice import API, Practice

READS, WRITES, PUBLIC, LINKS, OWN = 30, 20, 12, 3, 4
LINKS_A_DAY, LINKS_A_DAY_HERE, SIGN_UPS, INVITATIONS = 15, 5, 4, 3


QUOTAS = {
    "rate_limit_reads_per_minute": READS,
    "rate_limit_writes_per_minute": WRITES,
    "rate_limit_public_per_minute": PUBLIC,
    "rate_limit_links_per_minute": LINKS,
    "rate_limit_own_per_minute": OWN,
    "rate_limit_links_per_day": LINKS_A_DAY,
    "rate_limit_sign_ups_per_day": SIGN_UPS,
    "rate_limit_invitations_per_day": INVITATIONS,
}


PERSON = {"first_name": "Ruth", "last_name": "Levi"}


Ask = Callable[[Practice], Awaitable[httpx.Response]]


def on_own_store(url: SecretStr) -> SecretStr:
    """Another database of the same server, and another for each worker: other tests wipe theirs, and so do these."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    return SecretStr(urlunsplit(urlsplit(url.get_secret_value())._replace(path=f"/{8 + worker % 8}")))


@asynccontextmanager
async def started(settings: Settings, **update: object) -> AsyncIterator[FastAPI]:
    """An application with small quotas."""
    own = on_own_store(settings.arq_redis_url)
    app = create_app(settings.model_copy(update=QUOTAS | {"arq_redis_url": own} | update))
    async with app.router.lifespan_context(app):
        yield app


def new_network() -> str:
    """The first part of addresses in a network that nobody else is in."""
    return f"{new_id().hex[-8:-4]}:{new_id().hex[-8:-4]}:{new_id().hex[-4:]}"


def stranger(app: FastAPI, network: str | None = None) -> httpx.AsyncClient:
    """Somebody at a network address that nobody else has."""
    address = f"{network or new_network()}:{new_id().hex[-4:]}::1"
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=(address, 50_000)), base_url="http://testserver"
    )


async def read(practice: Practice) -> httpx.Response:
    return await practice.get("/clients")


async def write(practice: Practice) -> httpx.Response:
    return await practice.post("/clients", PERSON)


def passed(answers: list[httpx.Response]) -> int:
    return sum(answer.status_code != 429 for answer in answers)


def remaining(answer: httpx.Response) -> tuple[str, int, int]:
    """The quota's name, what is left of it, and the seconds until it is whole again."""
    found = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert found is not None, answer.headers["ratelimit"]
    return found[1], int(found[2]), int(found[3])


KINDS = pytest.mark.parametrize(
    ("ask", "quota", "name"), [(read, READS, "read"), (write, WRITES, "write")], ids=["read", "write"]
)


async def take(limiter: Limiter, quota: Quota, who: str, credential: str | None = None) -> bool:
    try:
        await limiter.take(quota, who, credential)
    except TooManyRequests:
        return False
    return True


async def ask_links(
    app: FastAPI, email: str, times: int, *, network: str | None = None, path: str = "/auth/magic-link"
) -> list[Any]:
    """Ask for links to an address, from one network if it is named, else each time from another."""
    answers = []
    for _ in range(times):
        async with stranger(app, network) as http:
            answers.append(await http.post(API + path, json={"email": email}))
    return answers
