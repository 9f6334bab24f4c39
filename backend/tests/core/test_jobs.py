"""Jobs follow the commit, and a queue that is down or wiped loses nothing."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from pazpaz.accounts.jobs import sweep_magic_links
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.core.queue.jobs import Job
from pazpaz.main import create_app
from tests.support.practice import browser

DEAD = SecretStr("redis://:secret@127.0.0.1:1/0")
JOB = Job("some_job")


@pytest.fixture(scope="module")
async def queueless(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application with a queue that does not answer."""
    app = create_app(settings.model_copy(update={"arq_redis_url": DEAD}))
    async with app.router.lifespan_context(app), browser(app) as client:
        yield client


async def ask(client: httpx.AsyncClient) -> str:
    """Ask for a link; returns the address."""
    email = f"{new_id()}@example.org"
    answer = await client.post("/api/v1/auth/magic-link", json={"email": email})
    assert answer.status_code == 202
    return email


async def link_of(superuser: "asyncpg.Connection[asyncpg.Record]", email: str) -> UUID:
    found: UUID = await superuser.fetchval("SELECT id FROM magic_links WHERE email = $1", email)
    return found


async def is_queued(resources: Resources, name: str, row_id: UUID) -> bool:
    return bool(await resources.queue.redis.exists(f"arq:job:{name}:{row_id}"))


async def test_a_request_queues_its_job(
    app: FastAPI, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """After the answer the job is in the queue, under the id of its row."""
    async with browser(app) as client:
        link = await link_of(superuser, await ask(client))
    assert await is_queued(resources, "send_magic_link", link)


async def test_a_payload_is_an_id_and_no_pickle(
    app: FastAPI, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """What lies in the queue is JSON with the row's id, and no address."""
    async with browser(app) as client:
        email = await ask(client)
    link = await link_of(superuser, email)
    payload = await resources.queue.redis.get(f"arq:job:send_magic_link:{link}")
    assert payload is not None
    assert payload.startswith(b"{")
    assert str(link).encode() in payload
    assert email.encode() not in payload


async def test_a_request_is_answered_without_the_queue(
    queueless: httpx.AsyncClient, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """With the queue down a request that enqueues answers 202, and its row is there."""
    assert await link_of(superuser, await ask(queueless))


async def test_the_sweep_queues_what_was_lost(
    queueless: httpx.AsyncClient,
    resources: Resources,
    superuser: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """What the queue did not take is queued by the next sweep."""
    link = await link_of(superuser, await ask(queueless))
    assert not await is_queued(resources, "send_magic_link", link)
    await superuser.execute(
        "UPDATE magic_links SET created_at = created_at - interval '1 minute' WHERE id = $1", link
    )
    await superuser.execute("UPDATE magic_links SET sent_at = now() WHERE id <> $1", link)  # other tests'
    await sweep_magic_links(resources)
    assert await is_queued(resources, "send_magic_link", link)


async def test_the_sweep_queues_after_the_queue_was_wiped(
    app: FastAPI, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A queued job that was wiped is queued again by the next sweep."""
    async with browser(app) as client:
        link = await link_of(superuser, await ask(client))
    await resources.queue.redis.flushdb()
    await superuser.execute(
        "UPDATE magic_links SET created_at = created_at - interval '1 minute' WHERE id = $1", link
    )
    await superuser.execute("UPDATE magic_links SET sent_at = now() WHERE id <> $1", link)  # other tests'
    await sweep_magic_links(resources)
    assert await is_queued(resources, "send_magic_link", link)


async def test_a_sweep_without_the_queue_ends(
    settings: Settings, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]", app: FastAPI
) -> None:
    """A sweep that finds the queue down does not fail; the next one tries again."""
    async with browser(app) as client:
        link = await link_of(superuser, await ask(client))
    await superuser.execute(
        "UPDATE magic_links SET created_at = created_at - interval '1 minute' WHERE id = $1", link
    )
    await superuser.execute("UPDATE magic_links SET sent_at = now() WHERE id <> $1", link)  # other tests'
    dead = create_app(settings.model_copy(update={"arq_redis_url": DEAD}))
    async with dead.router.lifespan_context(dead):
        await sweep_magic_links(dead.state.resources)
    assert await superuser.fetchval("SELECT sent_at IS NULL FROM magic_links WHERE id = $1", link)


async def test_a_job_of_one_row_is_queued_once(resources: Resources) -> None:
    """Queued twice, a row's job is in the queue once."""
    row_id = new_id()
    await resources.queue.redis.flushdb()
    await resources.queue.send(JOB, row_id)
    await resources.queue.send(JOB, row_id)
    assert await resources.queue.redis.zcard("arq:queue") == 1


async def test_a_queued_job_does_not_expire_while_the_worker_is_down(resources: Resources) -> None:
    """A job waits longer for the worker than the ten minutes its link lives."""
    row_id = new_id()
    await resources.queue.send(JOB, row_id)
    left = await resources.queue.redis.pttl(f"arq:job:{JOB.name}:{row_id}")
    assert left == -1 or left > 600_000


async def test_no_job_without_a_commit(resources: Resources) -> None:
    """A handle that rolls back sends none of the jobs it was told to."""
    row_id = new_id()
    system = resources.system()
    system.enqueue(JOB, row_id)
    await system.transaction.rollback()
    await system.transaction.commit()
    assert not await is_queued(resources, JOB.name, row_id)
