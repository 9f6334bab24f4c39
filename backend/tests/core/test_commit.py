"""A 2xx means committed: what fails before, at or without the commit leaves nothing behind."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.clients.models import CLIENT
from pazpaz.core.base.errors import NotFound
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import hashed
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.engine import DatabaseError, Engine
from pazpaz.core.db.handle import Db
from pazpaz.core.process.resources import Resources
from tests.core.problem import problem_of
from tests.support.practice import Practice

PERSON: dict[str, object] = {"first_name": "Ruth", "last_name": "Levi"}
Dying = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture
def dying(superuser: "asyncpg.Connection[asyncpg.Record]", practice: Practice) -> Dying:
    """While it is entered, PostgreSQL kills the connection that commits a new row of this workspace."""

    @asynccontextmanager
    async def dying(table: str) -> AsyncIterator[None]:
        await superuser.execute(
            """
            CREATE OR REPLACE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$
            """
        )
        # Deferred, it runs inside COMMIT, after every statement has been answered.
        await superuser.execute(
            f"CREATE CONSTRAINT TRIGGER die AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW WHEN (NEW.workspace_id = '{practice.workspace_id}') EXECUTE FUNCTION public.die()"
        )
        try:
            yield
        finally:
            await superuser.execute(f"DROP TRIGGER die ON {table}; DROP FUNCTION public.die()")

    return dying


async def count(superuser: "asyncpg.Connection[asyncpg.Record]", practice: Practice, table: str) -> int:
    found: int = await superuser.fetchval(
        f"SELECT count(*) FROM {table} WHERE workspace_id = $1", practice.workspace_id
    )
    return found


async def test_a_connection_lost_at_commit_is_a_503(
    practice: Practice, dying: Dying, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A transaction whose connection dies inside COMMIT answers 503 and has written neither row nor event."""
    appointment = await practice.make_appointment()
    events = await count(superuser, practice, "audit_events")
    async with dying("sessions"):
        answer = await practice.post("/sessions", {"appointment_id": appointment["id"], "plan": "x"})
    problem_of(answer, 503, "unavailable")
    assert answer.headers["retry-after"]
    assert await count(superuser, practice, "sessions") == 0
    assert await count(superuser, practice, "audit_events") == events


async def test_a_single_statement_lost_at_its_commit_is_a_503(
    practice: Practice, dying: Dying, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A write that is its own commit answers 503 and writes nothing when the connection dies in it."""
    async with dying("clients"):
        answer = await practice.post("/clients", PERSON)
    problem_of(answer, 503, "unavailable")
    assert await count(superuser, practice, "clients") == 0


async def test_the_next_request_gets_a_new_connection(practice: Practice, dying: Dying) -> None:
    """After a connection died the same request succeeds."""
    appointment = await practice.make_appointment()
    body = {"appointment_id": appointment["id"]}
    async with dying("sessions"):
        await practice.post("/sessions", body)
    assert (await practice.post("/sessions", body)).status_code == 201


async def test_a_finalize_lost_at_commit_changes_neither_row(practice: Practice, dying: Dying) -> None:
    """A note and its appointment change transactional or not at all."""
    note = await practice.make_session(plan="x")
    async with dying("appointments"):
        answer = await practice.patch(f"/sessions/{note['id']}/finalize")
    problem_of(answer, 503, "unavailable")
    assert (await practice.get(f"/sessions/{note['id']}")).json()["status"] == "draft"
    appointment = await practice.get(f"/appointments/{note['appointment_id']}")
    assert (appointment.json()["status"], appointment.json()["version"]) == ("scheduled", 1)


async def test_idle_connections_killed_by_the_server_are_replaced(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """After PostgreSQL drops every connection of the application, requests soon succeed again."""
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename IN ('pazpaz_app', 'pazpaz_system')"
    )
    statuses = [(await practice.get("/clients")).status_code for _ in range(10)]
    assert set(statuses) <= {200, 503}, statuses
    assert statuses[-1] == 200, statuses


async def test_no_free_connection_is_a_503_with_retry_after(practice: Practice, resources: Resources) -> None:
    """With every connection taken a request is a 503 that says when to come back, and then succeeds."""
    await practice.get("/auth/me")
    held = [await resources.engine.acquire() for _ in range(resources.settings.database_pool_size)]
    try:
        answer = await practice.get("/clients")
    finally:
        for connection in held:
            await resources.engine.release(connection)
    problem_of(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert (await practice.get("/clients")).status_code == 200


async def handle(app: FastAPI, practice: Practice, *, transactional: bool) -> Db:
    """The handle of the practice's owner."""
    resources: Resources = app.state.resources
    actor = await app.state.actors.find(resources, hashed(practice.token))
    return Db(
        resources.engine,
        resources.keys,
        resources.queue,
        actor,
        RequestContext(new_id()),
        transactional=transactional,
    )


async def test_a_single_statement_handle_writes_once(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A handle without a transaction refuses a second write, which could not be undone with the first."""
    db = await handle(app, practice, transactional=False)
    await db.create(CLIENT, PERSON)
    with pytest.raises(RuntimeError):
        await db.create(CLIENT, PERSON)
    assert await count(superuser, practice, "clients") == 1


async def test_a_single_statement_handle_reads_after_its_write(app: FastAPI, practice: Practice) -> None:
    """A handle without a transaction still reads what it wrote."""
    db = await handle(app, practice, transactional=False)
    made = await db.create(CLIENT, PERSON)
    assert (await db.get(CLIENT, made.id)).last_name == "Levi"


@pytest.mark.parametrize("ending", ["commit", "rollback"])
async def test_a_write_after_the_end_is_refused(app: FastAPI, practice: Practice, ending: str) -> None:
    """After commit or rollback a handle writes no more."""
    db = await handle(app, practice, transactional=True)
    await db.create(CLIENT, PERSON)
    await getattr(db.transaction, ending)()
    with pytest.raises(RuntimeError):
        await db.create(CLIENT, PERSON)


async def test_nothing_shows_before_the_commit(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Others see what a transaction wrote only after its commit."""
    db = await handle(app, practice, transactional=True)
    await db.create(CLIENT, PERSON)
    assert await count(superuser, practice, "clients") == 0
    await db.transaction.commit()
    assert await count(superuser, practice, "clients") == 1


async def test_a_rolled_back_handle_leaves_nothing(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Rolled back, neither the row nor its event is there."""
    events = await count(superuser, practice, "audit_events")
    db = await handle(app, practice, transactional=True)
    await db.create(CLIENT, PERSON)
    await db.transaction.rollback()
    assert await count(superuser, practice, "clients") == 0
    assert await count(superuser, practice, "audit_events") == events


async def test_a_failed_statement_undoes_those_before_it(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """When the second statement of a transaction fails, the first is undone, and a read may follow."""
    db = await handle(app, practice, transactional=True)
    made = await db.create(CLIENT, PERSON)
    with pytest.raises(DatabaseError):
        await db.create(CLIENT, PERSON, made.id)
    assert await count(superuser, practice, "clients") == 0
    with pytest.raises(NotFound):
        await db.get(CLIENT, made.id)


async def test_a_database_error_holds_no_values(app: FastAPI, practice: Practice) -> None:
    """What is raised for a broken constraint names it and quotes no key."""
    db = await handle(app, practice, transactional=True)
    made = await db.create(CLIENT, PERSON)
    with pytest.raises(DatabaseError) as caught:
        await db.create(CLIENT, PERSON, made.id)
    assert str(made.id) not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_every_connection_comes_back(practice: Practice, resources: Resources) -> None:
    """After more failing requests than the pool has connections, all of them are free."""
    size = resources.settings.database_pool_size
    for _ in range(size + 2):
        await practice.post("/sessions", {"appointment_id": str(new_id())})
        await practice.post("/appointments", {})
    engine: Engine = resources.engine
    held = [await engine.acquire() for _ in range(size)]
    for connection in held:
        await engine.release(connection)
    assert len(held) == size
