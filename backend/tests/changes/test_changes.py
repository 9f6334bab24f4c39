"""What changed since a device asked: nothing is missed, however transactions overlap, and nothing is told but ids."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.changes import models, queries
from pazpaz.core.base import clock
from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.tokens import hashed
from pazpaz.core.db import engine
from pazpaz.core.process.resources import Resources
from pazpaz.sessions.models import SESSION
from tests.accounts.cases import sign_in
from tests.core.problem import problem_of
from tests.support.case import Call
from tests.support.lengths import length
from tests.support.practice import Practice, join

Told = set[tuple[str, str, int]]


async def asked(practice: Practice, since: str | None = None) -> tuple[Told, str]:
    """What a device is told, and where it goes on."""
    answer = await practice.get("/changes", params={} if since is None else {"since": since})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    told = {(item["entity"], item["id"], item["version"]) for item in body["items"]}
    assert len(told) == len(body["items"]), "each is told once in an answer"
    return told, body["next"]


@asynccontextmanager
async def writing(resources: Resources, practice: Practice, *note_ids: str) -> AsyncIterator[None]:
    """A transaction that has written these notes, and commits at the end of the block."""
    async with resources.acting_in(practice.workspace_id) as db:
        for note_id in note_ids:
            await db.change(SESSION, UUID(note_id), {"is_synced": True})
        yield


async def test_the_first_answer_is_where_to_begin(practice: Practice) -> None:
    """What was there before is not told; what comes after it is, at its version."""
    await practice.make_session(plan="before")
    told, cursor = await asked(practice)
    assert told == set()
    note = await practice.make_session(plan="after")
    plan = await practice.make_plan(note["client_id"])
    told, cursor = await asked(practice, cursor)
    assert told == {
        ("session", note["id"], 1),
        ("appointment", note["appointment_id"], 1),
        ("client", note["client_id"], 1),
        ("plan", plan["id"], 1),
    }
    saved = (await practice.put(f"/sessions/{note['id']}", {"plan": "again"})).json()
    told, cursor = await asked(practice, cursor)
    assert told == {("session", note["id"], saved["version"])}
    assert (await asked(practice, cursor))[0] == set()


async def test_reading_is_no_change_and_asking_no_read(
    practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Looks are not told; and being told, which shows nothing of anybody, leaves no event."""
    note = await practice.make_session()
    _, cursor = await asked(practice)
    await practice.get(f"/sessions/{note['id']}")
    await practice.get("/sessions", params={"client_id": note["client_id"]})
    count = "SELECT count(*) FROM audit_events WHERE workspace_id = $1"
    before = await superuser.fetchval(count, practice.workspace_id)
    assert (await asked(practice, cursor))[0] == set()
    assert await superuser.fetchval(count, practice.workspace_id) == before


async def test_what_was_under_way_is_told_when_it_has_committed(
    practice: Practice, resources: Resources
) -> None:
    """A transaction that wrote before anybody asked, and commits after later ones did and were told."""
    early, late = [(await practice.make_session())["id"] for _ in range(2)]
    async with writing(resources, practice, early):
        _, cursor = await asked(practice)
        await practice.put(f"/sessions/{late}", {"plan": "x"})
        told, cursor = await asked(practice, cursor)
        assert {row_id for _, row_id, _ in told} == {late}
        told, cursor = await asked(practice, cursor)
        assert told == set()
    told, cursor = await asked(practice, cursor)
    assert {row_id for _, row_id, _ in told} == {early}
    assert (await asked(practice, cursor))[0] == set()


async def test_one_that_is_undone_is_not_told(practice: Practice, resources: Resources) -> None:
    """What was never committed changed nothing."""
    note = await practice.make_session()
    _, cursor = await asked(practice)
    with pytest.raises(ZeroDivisionError):
        async with writing(resources, practice, note["id"]):
            raise ZeroDivisionError
    assert (await asked(practice, cursor))[0] == set()


async def test_however_they_overlap_each_change_is_told(practice: Practice, resources: Resources) -> None:
    """Transactions of any length, that begin, write and end in any order, while a device asks again and again."""
    rng = random.Random(16)
    notes = [(await practice.make_session())["id"] for _ in range(length(12, slow=60))]
    told: list[str] = []
    _, cursor = await asked(practice)

    async def write(note_id: str) -> None:
        await asyncio.sleep(rng.random() * 0.5)
        async with writing(resources, practice, note_id):
            await asyncio.sleep(rng.random() * 0.5)

    gate = asyncio.Semaphore(3)  # of the six connections

    async def in_turn(note_id: str) -> None:
        async with gate:
            await write(note_id)

    work = asyncio.gather(*(in_turn(note_id) for note_id in notes))
    while not work.done():
        found, cursor = await asked(practice, cursor)
        told += [row_id for _, row_id, _ in found]
        await asyncio.sleep(0.02)
    await work
    found, cursor = await asked(practice, cursor)
    assert sorted(told + [row_id for _, row_id, _ in found]) == sorted(notes)


async def test_an_assistant_hears_of_what_they_may_read(app: FastAPI, practice: Practice) -> None:
    """Of appointments and clients; neither of notes nor of plans."""
    assistant = await join(app, practice, "assistant")
    _, cursor = await asked(assistant)
    note = await practice.make_session()
    await practice.make_plan(note["client_id"])
    told, _ = await asked(assistant, cursor)
    assert told == {("appointment", note["appointment_id"], 1), ("client", note["client_id"], 1)}


async def test_another_practice_is_told_nothing_of_it(practice: Practice, other: Practice) -> None:
    """Neither what changed nor, in a cursor of theirs, where to go on."""
    _, theirs = await asked(other)
    _, cursor = await asked(practice)
    await practice.make_session()
    assert (await asked(other, theirs))[0] == set()
    problem_of(await other.get("/changes", params={"since": cursor}), 410, "changes-forgotten")


async def test_a_cursor_tells_nothing(practice: Practice) -> None:
    """Of the same moment two are unlike, and as long as each other; one that was changed is none."""
    cursors = [(await asked(practice))[1] for _ in range(2)]
    assert cursors[0] != cursors[1]
    for text in ("", "x", "é", f"{cursors[0][:-4]}AAAA", cursors[0] + "A", "A" * models.LONGEST_CURSOR):
        problem_of(await practice.get("/changes", params={"since": text}), 410, "changes-forgotten")


@pytest.mark.parametrize(
    ("running", "seen"),
    [(16, None), (17, (10**18, ())), (500, (10**18, ()))],
    ids=["few", "many", "very many"],
)
def test_however_many_transactions_run_a_cursor_is_short(
    running: int, seen: tuple[int, tuple[int, ...]] | None
) -> None:
    """With very many of them, all that came after the oldest is told again."""
    oldest, ended = 10**18, 10**18 + 10**9
    ids = tuple(oldest + number for number in range(running))
    cursor = models.written(f"{oldest}:{ended}:{','.join(map(str, ids))}", clock.now(), bytes(32))
    moment = models.read(cursor, bytes(32), clock.now())
    assert len(cursor) <= models.LONGEST_CURSOR
    assert moment is not None
    assert (moment.ended, moment.running) == (seen or (ended, ids))


async def test_after_a_day_a_device_begins_anew(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was away for longer reads what they show."""
    _, cursor = await asked(practice)
    later = clock.now() + models.KEPT
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        problem_of(await practice.get("/changes", params={"since": cursor}), 410, "changes-forgotten")
    await asked(practice, cursor)


async def test_after_very_many_changes_a_device_begins_anew(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than being told of some of them."""
    monkeypatch.setattr(queries, "MOST", 3)
    _, cursor = await asked(practice)
    clients = [await practice.make_client() for _ in range(3)]
    told, _ = await asked(practice, cursor)
    assert {row_id for _, row_id, _ in told} == {client["id"] for client in clients}
    await practice.make_client()
    problem_of(await practice.get("/changes", params={"since": cursor}), 410, "changes-forgotten")


async def test_nothing_commits_that_has_run_for_too_long(
    practice: Practice, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no event is older than where is looked for it."""
    note = await practice.make_session()
    _, cursor = await asked(practice)
    monkeypatch.setattr(engine, "LONGEST_SECONDS", -1.0)
    with pytest.raises(Unavailable):
        async with writing(resources, practice, note["id"]):
            pass
    monkeypatch.undo()
    assert (await asked(practice, cursor))[0] == set()
    assert (await practice.get(f"/sessions/{note['id']}")).json()["version"] == note["version"]


async def test_asking_keeps_no_sign_in_from_locking(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A note that is left open is asked about every half minute, by nobody; using the app does keep it open."""
    token = await sign_in(app, practice)
    del practice.http.headers["Authorization"]
    mine = {"pazpaz_sign_in": token}

    async def left(minutes: int, path: str) -> tuple[int, float]:
        """The answer to a process that has not just met them, and the minutes then left until it locks."""
        app.state.actors.forget(hashed(token))
        await superuser.execute(
            "UPDATE credentials SET idle_until = now() + $2 * interval '1 minute' WHERE hash = $1",
            hashed(token),
            minutes,
        )
        status = (await Call("GET", path, cookies=mine).send(practice.http)).status_code
        seconds = await superuser.fetchval(
            "SELECT extract(epoch FROM idle_until - now()) FROM credentials WHERE hash = $1", hashed(token)
        )
        return status, round(float(seconds) / 60)

    assert await left(5, "/changes") == (200, 5)
    assert await left(5, "/clients") == (200, 30)
    status, _ = await left(-1, "/changes")
    assert status == 403
    problem_of(await Call("GET", "/clients", cookies=mine).send(practice.http), 403, "sign-in-locked")


async def test_asking_does_not_use_up_what_using_does(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Right after a question that the browser asked by itself, what its user does counts."""
    token = await sign_in(app, practice)
    del practice.http.headers["Authorization"]
    soon = "UPDATE credentials SET idle_until = now() + interval '5 minutes' WHERE hash = $1"
    await superuser.execute(soon, hashed(token))
    for path in ("/changes", "/clients"):
        answer = await Call("GET", path, cookies={"pazpaz_sign_in": token}).send(practice.http)
        assert answer.status_code == 200
    late = "SELECT idle_until > now() + interval '25 minutes' FROM credentials WHERE hash = $1"
    assert await superuser.fetchval(late, hashed(token))


EVENTS = 100_000
_ONE_A_MINUTE = """
    INSERT INTO audit_events (workspace_id, id, action, entity_type, entity_id)
    SELECT CASE WHEN n % 2 = 0 THEN $1::uuid ELSE $2::uuid END,
           (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n * 60000), 12, '0')
            || substr(md5(n::text), 13))::uuid,
           'session.update', 'session', gen_random_uuid()
    FROM generate_series(1::bigint, $3::bigint) AS n
"""


@pytest.fixture
async def undone(superuser: "asyncpg.Connection[Any]") -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A transaction of which nothing stays."""
    transaction = superuser.transaction()
    await transaction.start()
    yield superuser
    await transaction.rollback()


async def test_asking_costs_what_happened_lately(
    practice: Practice, other: Practice, undone: "asyncpg.Connection[Any]"
) -> None:
    """Among 100,000 events only those of this practice's last hour are looked at, by the primary key."""
    await undone.execute(_ONE_A_MINUTE, practice.workspace_id, other.workspace_id, EVENTS)
    await undone.execute("ANALYZE audit_events")
    actor = await undone.fetchrow(
        "SELECT id AS credential, user_id AS user, role FROM credentials WHERE workspace_id = $1",
        practice.workspace_id,
    )
    now = await undone.fetchrow("SELECT pg_current_snapshot()::text AS snapshot, now() AS at")
    assert actor is not None
    assert now is not None
    moment = models.Moment.of(now["snapshot"], now["at"])
    values = {
        **actor, "workspace": practice.workspace_id, "while_locked": False, "most": queries.MOST,
        "earliest": moment.earliest, "ended": moment.ended, "running": list(moment.running),
        "entities": queries.entities("owner"),
    }  # fmt: skip
    statement = queries.SINCE.statement
    await undone.execute("SET LOCAL ROLE pazpaz_app")
    explained = f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) {statement.sql}"
    lines = [line[0] for line in await undone.fetch(explained, *statement.arguments(values))]
    plan = "\n".join(lines)
    (scan,) = (line for line in lines if " on audit_events" in line)
    assert "Seq Scan" not in scan, plan
    assert "pk_audit_events" in plan, plan
    found = float(scan.rsplit("rows=", 1)[1].split()[0])
    left_out = sum(int(line.rsplit(":", 1)[1]) for line in lines if "Rows Removed by" in line)
    assert 0 < found + left_out < EVENTS / 1_000, plan
