"""Applications with small quotas, with a store and without."""

import socket
import time
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis

from pazpaz.core.base.config import Settings
from pazpaz.core.process import ratelimit
from pazpaz.core.process.resources import Resources
from tests.ratelimit.asking import started
from tests.support.practice import Practice, open_practice


@pytest.fixture(autouse=True)
def within_a_minute(monkeypatch: pytest.MonkeyPatch) -> float:
    """No test runs across the end of a window, however long it takes: the wall clock of the limits stands still."""
    now = time.time()
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=lambda: now, monotonic=time.monotonic))
    return now


@pytest.fixture(scope="module")
async def limited(settings: Settings) -> AsyncIterator[FastAPI]:
    """One process with small quotas."""
    async with started(settings) as app:
        yield app


@pytest.fixture(scope="module")
def store(limited: FastAPI) -> Redis:
    """Where they count."""
    resources: Resources = limited.state.resources
    return resources.queue.redis


@pytest.fixture(scope="module")
async def second(settings: Settings) -> AsyncIterator[FastAPI]:
    """Another process on the same store."""
    async with started(settings) as app:
        yield app


@pytest.fixture(scope="module")
def dead() -> Iterator[str]:
    """The address of a store that refuses connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening
        yield f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


@pytest.fixture
async def storeless(settings: Settings, dead: str) -> AsyncIterator[FastAPI]:
    """A process whose store is down."""
    async with started(settings, arq_redis_url=SecretStr(dead)) as app:
        yield app


@pytest.fixture
async def busy(limited: FastAPI) -> AsyncIterator[Practice]:
    """A fresh workspace with small quotas."""
    practice = await open_practice(limited)
    async with practice.http:
        yield practice
