"""What the audit log costs a request, how late it is covered, and how fast it is verified (A2, A3).

    ./dev bench audit [--events 1000000] [--seconds 30]

Printed are: a read with and without its event, at the median, on a database that syncs each commit; the insert of
an event with its position and index beside one without, and beside one with a B-tree instead, in turns; the lag of
the checkpoints while reads go on as fast as one process can; then, over so many events, events per second of making
checkpoints, verification, export and verification of the export, and the most memory it took.
"""

import asyncio
import resource
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.say import say
from bench.stage import account, options, stage
from pazpaz.accounts import service as accounts
from pazpaz.checkpoints import copies, export, ledger, service, verifying
from pazpaz.checkpoints.settings import CheckpointSettings
from pazpaz.clients.models import CLIENT
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.tokens import hashed
from pazpaz.core.db.actor import Actor
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.handle import Db
from pazpaz.core.process.resources import Resources

READS, ROUNDS = 200, 9
INSERTS, TURNS = 1_000, 60
AT_ONCE = 8
_ROW = (
    "(workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix)"
    " VALUES (uuidv7(), uuidv7(), uuidv7(), 'session.read', 'session', uuidv7(), uuidv7(), '192.0.2.0/24')"
)
_ROWS = """
    INSERT INTO audit_events (workspace_id, id, user_id, action, entity_type, entity_id, at, request_id, ip_prefix)
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n % 500), 12, '0'))::uuid, uuidv7(), uuidv7(), 'session.read',
        'session', uuidv7(), now(), uuidv7(), '192.0.2.0/24' FROM generate_series(1, $1::integer) AS n
"""
_LAGS = """
    WITH ranges AS (
        SELECT lag(through_position) OVER (ORDER BY number) AS after, through_position AS through, signed_at
        FROM audit_checkpoints
    )
    SELECT extract(epoch FROM signed_at - at)::float AS late FROM ranges
    JOIN audit_events ON position > after AND position <= through WHERE at >= $1
"""
SIDES = {
    "as it is: position and BRIN": "audit_events",
    "without position and index": "audit_plain",
    "with a B-tree on position": "audit_btree",
}


async def _actor(resources: Resources) -> Actor:
    actor = await accounts.authenticate(resources, hashed((await account(resources)).token))
    assert actor is not None
    return actor


def _handle(resources: Resources, actor: Actor) -> Db:
    return Db(
        resources.engine,
        resources.keys,
        resources.queue,
        actor,
        RequestContext(new_id()),
        transactional=False,
    )


async def _reads(resources: Resources, actor: Actor, client: UUID) -> None:
    """A3: the same read with its event and without, in turns."""
    took: dict[bool, list[float]] = {True: [], False: []}
    for recorded in (True, False) * ROUNDS:
        for _ in range(READS):
            db, began = _handle(resources, actor), time.perf_counter()
            await db.get(CLIENT, client, recorded=recorded)
            took[recorded].append(1000 * (time.perf_counter() - began))
    with_event, without = statistics.median(took[True]), statistics.median(took[False])
    say(
        f"a read: {with_event:.2f} ms with its event, {without:.2f} ms without: {with_event - without:.2f} ms (≤ 1.1)"
    )


async def _inserts(referee: Any) -> None:
    """The insert alone, inside the server; the median of the rounds' ratios."""
    for table, change in (
        ("audit_plain", "DROP COLUMN position"),
        ("audit_btree", "ALTER COLUMN position SET NOT NULL"),
    ):
        await referee.execute(f"CREATE TABLE {table} (LIKE audit_events INCLUDING ALL)")
        await referee.execute(f"ALTER TABLE {table} {change}")
    await referee.execute("DROP INDEX audit_btree_position_idx")
    await referee.execute("CREATE INDEX ON audit_btree (position)")
    took: dict[str, list[float]] = {side: [] for side in SIDES}
    for number in range(TURNS + 5):
        for side, table in SIDES.items():
            loop = f"FOR n IN 1..{INSERTS} LOOP INSERT INTO {table} {_ROW}; END LOOP"
            began = time.perf_counter()
            await referee.execute(f"DO $$ BEGIN {loop}; END $$")
            if number >= 5:  # the first ones warm up
                took[side].append(1e6 * (time.perf_counter() - began) / INSERTS)
    plain = took["without position and index"]
    for side, each in took.items():
        ratio = statistics.median(one / other for one, other in zip(each, plain, strict=True))
        say(f"an insert, {side:<28} {statistics.median(each):6.1f} µs, {ratio:.2f} of the one without")


async def _lag(resources: Resources, actor: Actor, client: UUID, referee: Any, seconds: float) -> None:
    """A2: how long after its moment an event is covered, while a worker checkpoints and reads go on."""
    begun = await referee.fetchval("SELECT now()")
    ends, count = time.monotonic() + seconds, 0

    async def read() -> None:
        nonlocal count
        while time.monotonic() < ends:
            await _handle(resources, actor).get(CLIENT, client)
            count += 1

    await asyncio.gather(*(read() for _ in range(AT_ONCE)))
    await asyncio.sleep(CheckpointSettings.of(resources.settings).audit_checkpoint_seconds + 4)
    late = sorted(row["late"] for row in await referee.fetch(_LAGS, begun))
    p50, p99 = late[len(late) // 2], late[len(late) * 99 // 100]
    say(
        f"checkpoint lag at {count / seconds:,.0f} events/s: p50 {p50:.1f} s, p99 {p99:.1f} s (≤ 15), of {len(late):,}"
    )


async def _timed(what: str, count: int, work: Callable[[], Awaitable[object]]) -> None:
    began = time.perf_counter()
    await work()
    took = time.perf_counter() - began
    say(f"{what:<24} {count:>11,} events in {took:6.1f} s: {count / took:>9,.0f} events/s")


async def _verification(resources: Resources, referee: Any, events: int, folder: Path) -> None:
    for begin in range(0, events, 20_000):
        await referee.execute(_ROWS, min(20_000, events - begin))
    await referee.execute("VACUUM ANALYZE audit_events")
    settings, storage, file = resources.settings, resources.storage, folder / "audit.export"
    key, trusted = service.signing_key(settings), service.trusted_keys(settings)

    def quiet(_done: int, _total: int) -> None: ...

    async with ledger.connected(settings) as connection:
        await _timed("covered", events, lambda: service.checkpoint(connection, key, seconds=5, wait=True))
        await copies.bring(connection, storage)
        count = await referee.fetchval("SELECT sum(event_count)::bigint FROM audit_checkpoints")
        before = _most_memory()
        await _timed(
            "verified",
            count,
            lambda: verifying.verify(connection, storage, trusted, every_copy=False, progress=quiet),
        )
        with file.open("wb") as output:
            await _timed("exported", count, lambda: export.write(connection, output, key, trusted, quiet))
    await _timed(
        "verified from the file", count, lambda: asyncio.to_thread(export.verify, file, trusted, quiet)
    )
    say(
        f"file: {file.stat().st_size / 2**20:,.0f} MiB; memory: {before:.0f} MiB, then at most {_most_memory():.0f} MiB"
    )


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    said = options("audit", __doc__, events=1_000_000, seconds=30.0)
    with stage("postgres", "valkey", "s3", "mail") as here:

        async def measure(resources: Resources, referee: Any) -> None:
            actor = await _actor(resources)
            client = (
                await _handle(resources, actor).create(CLIENT, {"first_name": "רות", "last_name": "לוי"})
            ).id
            await _reads(resources, actor, client)
            await asyncio.to_thread(here.start_workers, "worker")
            await _lag(resources, actor, client, referee, said.seconds)
            await asyncio.to_thread(here.stack._services["worker"].stop)
            await _inserts(referee)
            await _verification(resources, referee, said.events, here.folder)

        here.run(measure)


if __name__ == "__main__":
    main()
