"""What is covered when: behind running transactions, once, by however many passes, and after a restore."""

import asyncio
import os
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from prometheus_client import REGISTRY
from pydantic import SecretBytes

from pazpaz.checkpoints import copies, jobs, ledger, service, verifying
from pazpaz.checkpoints.checking import BrokenLogError
from pazpaz.checkpoints.service import CheckpointError
from pazpaz.core.files.storage import Storage, StorageUnavailable
from pazpaz.core.process.resources import opened
from tests.attachments import stores
from tests.checkpoints.log import Log
from tests.support import stack

Connection = Any


@pytest.fixture
async def another(log: Log) -> AsyncIterator[Connection]:
    """Somebody else's connection."""
    connection = await asyncpg.connect(log.settings.database_system_url.get_secret_value())
    yield connection
    await connection.close()


async def attempt(log: Log, seconds: float = 0.2) -> service.PassResult:
    """A pass that waits only so long."""
    return await service.checkpoint(log.connection, service.signing_key(log.settings), seconds=seconds)


async def covered_events(log: Log) -> int:
    return int(await log.referee.fetchval("SELECT coalesce(sum(event_count), 0) FROM audit_checkpoints"))


async def test_the_first_checkpoint_is_made_of_nothing(log: Log) -> None:
    """So that a log which is emptied later is known to have begun."""
    (checkpoint,) = await log.checkpoint()
    assert (checkpoint.number, checkpoint.event_count) == (1, 0)
    assert (await log.verify()).events == 0


async def test_nothing_new_makes_no_checkpoint(log: Log) -> None:
    """But for one an hour."""
    await log.fill(3)
    assert len(await log.checkpoint()) == 1
    assert await log.checkpoint() == ()


async def test_an_hour_of_nothing_is_covered(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that there was nothing, and closes that time."""
    await log.checkpoint()
    monkeypatch.setattr(service, "HEARTBEAT", timedelta(0))
    (checkpoint,) = await log.checkpoint()
    assert (checkpoint.number, checkpoint.event_count) == (2, 0)
    await log.verify()


@pytest.mark.parametrize("later", [0, 5], ids=["as the newest", "with later ones that end"])
@pytest.mark.parametrize("event_first", [True, False], ids=["with its event", "before its event"])
async def test_nothing_slips_in_behind_a_checkpoint(
    log: Log, event_first: bool, later: int, another: Connection
) -> None:
    """While a transaction that has written runs, nothing is covered; what it adds is covered with what came after."""
    running = log.referee.transaction()
    await running.start()
    if event_first:
        await log.fill(1)
    else:
        await log.referee.execute("SELECT pg_current_xact_id()")
    await replace(log, referee=another).fill(later)
    assert not (await attempt(log)).is_complete
    assert await covered_events(log) == 0
    if not event_first:
        await log.fill(1)
    await running.commit()
    assert (await attempt(log, seconds=10)).is_complete
    assert await covered_events(log) == later + 1
    assert (await log.verify()).events == later + 1


async def test_a_pass_waits_for_a_short_transaction(log: Log) -> None:
    """It ends during the wait, and its event is in the checkpoint."""
    running = log.referee.transaction()
    await running.start()
    await log.fill(1)
    checkpointing = asyncio.create_task(attempt(log, seconds=10))
    await asyncio.sleep(0.1)
    await running.commit()
    assert [checkpoint.event_count for checkpoint in (await checkpointing).checkpoints] == [1]


async def test_a_transaction_that_only_reads_holds_nothing_up(log: Log, another: Connection) -> None:
    """A dump may take an hour."""
    await log.fill(2)
    async with another.transaction(isolation="repeatable_read"):
        await another.execute("SELECT count(*) FROM audit_events")
        assert (await attempt(log, seconds=10)).is_complete
    assert await covered_events(log) == 2


async def test_what_was_undone_leaves_a_gap_and_no_event(log: Log) -> None:
    """The number of an event that was rolled back stays unused."""
    await log.fill(2)
    undone = log.referee.transaction()
    await undone.start()
    await log.fill(2)
    await undone.rollback()
    await log.fill(2)
    await log.checkpoint()
    assert (await log.verify()).events == 4


async def test_passes_at_once_cover_each_event_once(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of them, while events go on being written."""
    monkeypatch.setattr(service, "MOST", 5)
    key = service.signing_key(log.settings)
    async with AsyncExitStack() as stack_:
        passes = [await stack_.enter_async_context(ledger.connected(log.settings)) for _ in range(4)]
        for _ in range(5):
            await asyncio.gather(
                log.fill(30),
                *(service.checkpoint(one, key, seconds=2, wait=n % 2 == 0) for n, one in enumerate(passes)),
            )
    await log.checkpoint()
    assert (await log.verify()).events == 150


async def test_full_checkpoints_follow_one_another(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many events are several checkpoints, also those of before there were positions, which all share one."""
    monkeypatch.setattr(service, "MOST", 7)
    monkeypatch.setattr(verifying, "EVENTS_AT_ONCE", 10)
    await log.fill(25)
    await log.tamper("UPDATE audit_events SET position = 0")
    await log.fill(20)
    made = await log.checkpoint()
    assert [checkpoint.event_count for checkpoint in made] == [7] * 6 + [3]
    assert (await log.verify()).events == 45
    event = (await log.ids())[8]
    await log.tamper(f"DELETE FROM audit_events WHERE id = '{event}'")
    with pytest.raises(BrokenLogError, match=str(event)):
        await log.verify()


async def test_the_newest_wait_and_are_counted(log: Log) -> None:
    """What has no checkpoint yet is no finding."""
    await log.fill(4)
    await log.checkpoint()
    await log.fill(3)
    assert (await log.verify()).waiting == 3


async def test_a_sequence_that_went_back_stops_checkpointing(log: Log) -> None:
    """Its events would hide behind the checkpoints; the error names the remedy, which works."""
    await log.fill(9)
    await log.checkpoint()
    await log.referee.execute("SELECT setval('audit_events_position', 2)")
    with pytest.raises(CheckpointError) as said:
        await log.checkpoint()
    remedy = str(said.value).partition("As pazpaz_owner: ")[2]
    await log.referee.execute(remedy)
    await log.fill(3)
    await log.checkpoint()
    assert (await log.verify()).events == 12


async def test_a_restored_database_verifies_and_goes_on(log: Log) -> None:
    """A copy of the database under another name, with events not covered yet: numbers and checkpoints go on in it."""
    await log.fill(5)
    await log.checkpoint()
    await log.fill(2)
    name = f"pazpaz_restored_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    await _move(log, name)
    restored = log.settings.model_copy(
        update={
            "database_system_url": type(log.settings.database_system_url)(
                stack.on_database(log.settings.database_system_url.get_secret_value(), name)
            )
        }
    )
    referee = await asyncpg.connect(stack.superuser_url(name))
    async with ledger.connected(restored) as connection:
        again = replace(log, settings=restored, connection=connection, referee=referee)
        assert (await again.verify()).events == 5
        await again.fill(3)
        await again.checkpoint()
        assert (await again.verify()).events == 10
    await referee.close()


async def _move(log: Log, name: str) -> None:
    """What pg_dump and psql do with these tables: rows in any order, the sequence's value, no transaction ids."""
    await stack.create_database(name)
    there = await asyncpg.connect(stack.superuser_url(name))
    for table in ("audit_events", "audit_checkpoints"):
        rows = await log.referee.fetch(f"SELECT * FROM {table} ORDER BY md5({table}::text)")
        await there.copy_records_to_table(table, records=rows)
    last = await log.referee.fetchval("SELECT last_value FROM audit_events_position")
    await there.execute("SELECT setval('audit_events_position', $1)", last)
    await there.close()


async def test_a_changed_key_is_believed_with_the_old_one_named(log: Log) -> None:
    """The new one signs on; without the old public key its checkpoints are unknown; the old one may not come back."""
    await log.fill(2)
    await log.checkpoint()
    old = service.signing_key(log.settings).public_key().public_bytes_raw()
    update = {
        "audit_signing_key": SecretBytes(os.urandom(32)),
        "audit_public_keys": b64encode(old).decode(),
    }
    changed = replace(log, settings=log.settings.model_copy(update=update))
    await changed.fill(2)
    await changed.checkpoint()
    assert (await changed.verify()).events == 4
    forgetful = changed.settings.model_copy(update={"audit_public_keys": ""})
    with pytest.raises(BrokenLogError, match="unknown key"):
        await changed.verify(settings=forgetful)
    await log.fill(2)
    await log.checkpoint()
    with pytest.raises(BrokenLogError, match="had replaced"):
        await changed.verify()


async def test_a_restore_of_an_older_backup_can_be_acknowledged(log: Log) -> None:
    """Then the log verifies again; checkpoints that are lost after that are found as before."""
    for _ in range(4):
        await log.fill(3)
        await log.checkpoint()
    lost = (await log.ids())[6:]
    await log.tamper(*(f"DELETE FROM audit_events WHERE id = '{one}'" for one in lost))
    await log.drop_checkpoints(after=2)
    await log.fill(1)
    await log.checkpoint()
    with pytest.raises(
        BrokenLogError, match=r"checkpoint 3 of .* is in the file store, but not in the database"
    ):
        await log.verify()
    keys = service.trusted_keys(log.settings)
    given_up = await verifying.newest_unknown(log.connection, log.storage, keys)
    await log.checkpoint(given_up=given_up)
    assert (await log.verify()).events == 7
    assert await verifying.newest_unknown(log.connection, log.storage, keys) is None
    await log.drop_checkpoints(after=3)
    with pytest.raises(BrokenLogError, match="is in the file store, but not in the database"):
        await log.verify()


async def test_copies_are_made_when_the_store_is_back(log: Log) -> None:
    """Checkpoints are made without it, and copied in their order later."""
    with stores.nobody() as endpoint:
        away = replace(log, storage=Storage(log.settings.model_copy(update={"s3_endpoint_url": endpoint})))
        for _ in range(5):
            await log.fill(1)
            with pytest.raises(StorageUnavailable):
                await away.checkpoint()
        await away.storage.close()
    assert [name async for name in copies.names(log.storage)] == []
    assert await copies.bring(log.connection, log.storage) == 0
    found = [name async for name in copies.names(log.storage) if isinstance(name, copies.Name)]
    assert [name.number for name in found] == [1, 2, 3, 4, 5]
    await log.verify(every_copy=True)


async def test_a_checkpoint_that_is_never_copied_is_found(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may wait a quarter of an hour."""
    await log.fill(1)
    await service.checkpoint(log.connection, service.signing_key(log.settings), seconds=2)
    await log.verify()
    monkeypatch.setattr("pazpaz.checkpoints.comparing.UNCOPIED", timedelta(0))
    with pytest.raises(BrokenLogError, match="has no copy in the file store"):
        await log.verify()


async def test_the_sweep_checkpoints_and_copies(log: Log) -> None:
    """As the worker runs it; afterwards everything is covered, and the figures say so."""
    await log.fill(4)
    async with opened(log.settings, name="sweep") as resources:
        await jobs.sweep(resources)
    assert (await log.verify(every_copy=True)).events == 4
    assert REGISTRY.get_sample_value("pazpaz_audit_uncovered_seconds") == 0
    assert REGISTRY.get_sample_value("pazpaz_audit_checkpoints_not_copied") == 0
    assert time.time() - (REGISTRY.get_sample_value("pazpaz_audit_complete_timestamp_seconds") or 0) < 60


async def test_a_sweep_that_fails_is_counted(log: Log) -> None:
    """Where the sequence has gone back nothing is covered, and somebody is told."""
    name, what = "pazpaz_audit_checkpoint_failures_total", {"what": "checkpoint"}
    before = REGISTRY.get_sample_value(name, what) or 0
    await log.fill(3)
    await log.checkpoint()
    await log.referee.execute("SELECT setval('audit_events_position', 1)")
    async with opened(log.settings, name="sweep") as resources:
        await jobs.sweep(resources)
    assert (REGISTRY.get_sample_value(name, what) or 0) == before + 1


async def test_a_copy_is_written_once(log: Log) -> None:
    """Under a key that is taken, what is there stays."""
    await log.storage.keep("checkpoints/x", b"first")
    await log.storage.keep("checkpoints/x", b"second")
    assert await log.storage.find("checkpoints/x", 10**6) == b"first"


@pytest.mark.parametrize("role", ["database_url", "database_system_url"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_checkpoints SET number = 9",
        "DELETE FROM audit_checkpoints",
        "TRUNCATE audit_checkpoints",
    ],
)
async def test_the_application_may_not_change_checkpoints(log: Log, role: str, change: str) -> None:
    """Neither of its roles has the privilege."""
    await log.checkpoint()
    connection = await asyncpg.connect(getattr(log.settings, role).get_secret_value())
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(change)
    finally:
        await connection.close()


async def test_the_application_gives_no_moment_and_no_position(log: Log) -> None:
    """An event of another time cannot be written by its roles at all."""
    for column, value in (("at", "now()"), ("position", "1")):
        for role in ("database_url", "database_system_url"):
            connection = await asyncpg.connect(getattr(log.settings, role).get_secret_value())
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(
                    f"INSERT INTO audit_events (workspace_id, id, action, entity_type, {column})"
                    f" VALUES (gen_random_uuid(), gen_random_uuid(), 'x', 'x', {value})"
                )
            await connection.close()
