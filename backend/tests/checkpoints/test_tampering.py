"""The owner of the tables changes what was covered: each way is found, and each bad event is named (goals, A2)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pazpaz.checkpoints import ledger
from pazpaz.checkpoints.checking import BrokenLogError
from pazpaz.checkpoints.checkpoint import NOTHING, Checkpoint
from pazpaz.checkpoints.copies import PREFIX, Name
from pazpaz.checkpoints.settings import CheckpointSettings
from pazpaz.core.base.ids import new_id
from pazpaz.core.files.bucket import Stored
from tests.checkpoints.log import Log

EACH = 20  # events of a checkpoint
EVENT = 27  # the one that suffers, of the second checkpoint
COLUMNS = {
    "user_id": "gen_random_uuid()",
    "action": "'session.list'",
    "entity_type": "'plan'",
    "entity_id": "NULL",
    "request_id": "gen_random_uuid()",
    "ip_prefix": "'198.51.100.0/24'",
    "at": "at + interval '1 microsecond'",
}
_COPY = "workspace_id, user_id, action, entity_type, entity_id, request_id, ip_prefix"
_LIKE_THAT = "FROM audit_events WHERE id = '{id}'"


@pytest.fixture
async def covered(log: Log) -> list[UUID]:
    """Three checkpoints, whose log is as it was covered."""
    ids = []
    for _ in range(3):
        ids += await log.fill(EACH)
        await log.checkpoint()
    assert (await log.verify()).events == 3 * EACH
    return ids


def listed(ids: list[UUID]) -> str:
    return ",".join(map(str, ids))


async def finding(log: Log) -> str:
    """What verification says is wrong."""
    with pytest.raises(BrokenLogError) as found:
        await log.verify()
    return str(found.value)


@pytest.mark.parametrize("column", COLUMNS)
async def test_an_edit_is_found(log: Log, covered: list[UUID], column: str) -> None:
    """Of any column of one event, however small."""
    event = covered[EVENT]
    moment = await log.referee.fetchval("SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
                                        " FROM audit_events WHERE id = $1", event)  # fmt: skip
    await log.tamper(f"UPDATE audit_events SET {column} = {COLUMNS[column]} WHERE id = '{event}'")
    said = await finding(log)
    assert said.startswith(f"event {event} of {moment} UTC (")
    assert "is not as it was covered by checkpoint 2 of " in said


@pytest.mark.parametrize("column", ["id", "workspace_id", "position"])
async def test_a_moved_event_is_found(log: Log, covered: list[UUID], column: str) -> None:
    """Under another id, in another workspace or at another place it is missing where it was, or put in where it is."""
    event, other = covered[EVENT], new_id()
    value = {"id": f"'{other}'", "workspace_id": f"'{other}'", "position": "position + 3"}[column]
    await log.tamper(f"UPDATE audit_events SET {column} = {value} WHERE id = '{event}'")
    said = await finding(log)
    named = {str(event), str(other)} if column == "id" else {str(event)}
    assert any(f"event {one} of " in said for one in named), said


async def test_a_deleted_event_is_found(log: Log, covered: list[UUID]) -> None:
    """And named by what is left of it, its id, which tells its moment."""
    await log.tamper(f"DELETE FROM audit_events WHERE id = '{covered[EVENT]}'")
    said = await finding(log)
    assert said.startswith(f"event {covered[EVENT]} of 20")
    assert "is missing; it was covered by checkpoint 2 of " in said


async def test_the_first_of_many_is_named(log: Log, covered: list[UUID]) -> None:
    """Of several changes the one that comes first in the log."""
    await log.tamper(
        f"DELETE FROM audit_events WHERE id = '{covered[50]}'",
        f"UPDATE audit_events SET action = 'x' WHERE id = '{covered[9]}'",
        f"DELETE FROM audit_events WHERE id = '{covered[30]}'",
    )
    assert f"event {covered[9]} of " in await finding(log)


async def test_each_of_many_is_named(log: Log, covered: list[UUID]) -> None:
    """Edits and deletions in several checkpoints, one that was changed and a copy that is gone, each on its line."""
    await log.storage.remove((await copy_keys(log))[0])
    await log.tamper(
        "UPDATE audit_checkpoints SET signature = sha512('x') WHERE number = 3", table="audit_checkpoints"
    )
    await log.tamper(
        f"UPDATE audit_events SET action = 'x' WHERE id = '{covered[9]}'",
        f"DELETE FROM audit_events WHERE id = '{covered[30]}'",
        f"DELETE FROM audit_events WHERE id = '{covered[50]}'",
    )
    parts = (str(covered[9]), str(covered[30]), str(covered[50]), "signature is not its own", "has no copy")
    lines = (await finding(log)).splitlines()
    for part in parts:
        assert len([line for line in lines if part in line]) == 1, (part, lines)
    assert not [line for line in lines if "put in" in line or "is not where" in line], lines


async def test_very_many_are_counted(log: Log) -> None:
    """A hundred are named."""
    await log.fill(130)
    await log.checkpoint()
    await log.tamper("UPDATE audit_events SET action = 'x'")
    lines = (await finding(log)).splitlines()
    assert len(lines) == 101
    assert lines[-1] == "and 30 more"


INSERTIONS = {
    "at the place of another": "position, {like}",
    "between two, where a transaction was undone": "position - 1, {like}",
    "before everything": "0, {like}",
}


@pytest.mark.parametrize("where", INSERTIONS)
async def test_an_inserted_event_is_found(log: Log, covered: list[UUID], where: str) -> None:
    """Behind a checkpoint, whatever its position."""
    forged, columns = new_id(), INSERTIONS[where].format(like=_COPY)
    if "undone" in where:
        transaction = log.referee.transaction()
        await transaction.start()
        await log.fill(1)
        await transaction.rollback()
        covered += await log.fill(1)
        await log.checkpoint()
    event = covered[-1] if "undone" in where else covered[EVENT]
    await log.tamper(
        f"INSERT INTO audit_events (id, at, position, {_COPY}) SELECT '{forged}', at, {columns} "
        + _LIKE_THAT.format(id=event)
    )
    said = await finding(log)
    assert said.startswith(f"event {forged} of ")
    assert "was put in afterwards" in said


@pytest.mark.parametrize("checkpointing", [False, True], ids=["before the next checkpoint", "after it"])
async def test_an_event_that_says_it_is_older_is_found(
    log: Log, covered: list[UUID], checkpointing: bool
) -> None:
    """Written like any other but for its moment: that time was closed."""
    forged = new_id()
    await log.tamper(
        f"INSERT INTO audit_events (id, at, {_COPY}) SELECT '{forged}', at - interval '1 day', {_COPY} "
        + _LIKE_THAT.format(id=covered[EVENT])
    )
    if checkpointing:
        await log.checkpoint()
    said = await finding(log)
    assert said.startswith(f"event {forged} of ")
    assert "had closed that time" in said


async def test_a_position_that_was_never_given_out_is_found(log: Log, covered: list[UUID]) -> None:
    """Such an event would never be covered."""
    forged = new_id()
    await log.tamper(
        f"INSERT INTO audit_events (id, position, {_COPY}) SELECT '{forged}', position + 1000000, {_COPY} "
        + _LIKE_THAT.format(id=covered[EVENT])
    )
    assert f"event {forged} of " in await finding(log)


@pytest.mark.parametrize("columns", ["action", "position", "id", "entity_id, request_id, user_id"])
async def test_a_swap_of_two_is_found(log: Log, covered: list[UUID], columns: str) -> None:
    """Of their content, of their places or of their ids, in one checkpoint."""
    first, second = covered[EVENT], covered[EVENT + 6]
    await log.tamper(
        "ALTER TABLE audit_events DROP CONSTRAINT pk_audit_events",
        f"UPDATE audit_events AS a SET ({columns}) = (SELECT {columns} FROM audit_events AS b WHERE b.id <> a.id"
        f" AND b.id IN ('{first}', '{second}')) WHERE id IN ('{first}', '{second}')",
    )
    said = await finding(log)
    assert str(first) in said or str(second) in said


async def test_a_swap_across_checkpoints_is_found(log: Log, covered: list[UUID]) -> None:
    """Each is missing at its place, and put in at the other's."""
    first, second = covered[3], covered[EVENT]
    await log.tamper(
        f"UPDATE audit_events AS a SET position = (SELECT position FROM audit_events AS b WHERE b.id <> a.id"
        f" AND b.id IN ('{first}', '{second}')) WHERE id IN ('{first}', '{second}')"
    )
    said = await finding(log)
    assert f"event {first} of " in said or f"event {second} of " in said


async def test_a_cut_tail_is_found(log: Log, covered: list[UUID]) -> None:
    """The first of those that are gone is named."""
    await log.tamper(f"DELETE FROM audit_events WHERE id = ANY('{{{listed(covered[-5:])}}}')")
    said = await finding(log)
    assert said.startswith(f"event {covered[-5]} of 20")


async def test_a_tail_cut_with_its_checkpoints_is_found(log: Log, covered: list[UUID]) -> None:
    """The file store has the checkpoints, and they name the first event that is gone."""
    await log.tamper(f"DELETE FROM audit_events WHERE id = ANY('{{{listed(covered[2 * EACH :])}}}')")
    await log.drop_checkpoints(after=2)
    said = await finding(log)
    assert said.startswith("checkpoint 3 of ")
    assert "is in the file store, but not in the database" in said
    assert f"event {covered[2 * EACH]} of 20" in said


async def test_a_cut_tail_stays_found_when_checkpointing_goes_on(log: Log, covered: list[UUID]) -> None:
    """The next checkpoint has the number of the lost one, and no copy is written over."""
    await log.tamper(f"DELETE FROM audit_events WHERE id = ANY('{{{listed(covered[2 * EACH :])}}}')")
    await log.drop_checkpoints(after=2)
    await log.fill(3)
    await log.checkpoint()
    assert "is in the file store, but not in the database" in await finding(log)


@pytest.mark.parametrize("with_checkpoints", [False, True])
async def test_a_restored_older_table_is_found(log: Log, with_checkpoints: bool) -> None:
    """Of the events alone, or of their checkpoints too."""
    await log.fill(EACH)
    await log.checkpoint()
    await log.referee.execute("CREATE TABLE public.older AS TABLE audit_events")
    later = await log.fill(EACH)
    await log.checkpoint()
    await log.tamper("TRUNCATE audit_events", "INSERT INTO audit_events TABLE older")
    if with_checkpoints:
        await log.drop_checkpoints(after=1)
    said = await finding(log)
    assert f"event {later[0]} of 20" in said
    assert "checkpoint 2 of " in said


async def test_an_emptied_log_is_found(log: Log, covered: list[UUID]) -> None:
    """No event, no checkpoint: the file store still knows."""
    await log.tamper("TRUNCATE audit_events")
    await log.tamper("TRUNCATE audit_checkpoints", table="audit_checkpoints")
    assert "there is no checkpoint" in await finding(log)
    await log.checkpoint()
    said = await finding(log)
    assert said.startswith("checkpoint 1 of ")
    assert f"event {covered[0]} of 20" in said


CHECKPOINT_CHANGES = {
    "number": "number + 100",
    "previous": "sha256('x')",
    "root": "sha256('x')",
    "through_position": "through_position + 1",
    "through_workspace_id": "gen_random_uuid()",
    "through_id": "gen_random_uuid()",
    "complete_at": "complete_at - interval '1 day'",
    "signed_at": "signed_at + interval '1 microsecond'",
    "given_up": "sha256('x')",
    "public_key": "sha256('x')",
    "signature": "sha512('x')",
    "leaves": "set_byte(leaves, 17, 255 - get_byte(leaves, 17))",
    "event_count, leaves": "(event_count - 1, substring(leaves FROM 65))",
}


@pytest.mark.parametrize("column", CHECKPOINT_CHANGES)
async def test_an_altered_checkpoint_is_found(log: Log, covered: list[UUID], column: str) -> None:
    """Whichever of its columns was changed."""
    value = CHECKPOINT_CHANGES[column]
    left = f"({column})" if "," in column else column
    await log.tamper(
        f"UPDATE audit_checkpoints SET {left} = {value} WHERE number = 2", table="audit_checkpoints"
    )
    assert "checkpoint 2 " in await finding(log)


async def test_a_missing_checkpoint_is_found(log: Log, covered: list[UUID]) -> None:
    """In the middle of the chain."""
    await log.tamper("DELETE FROM audit_checkpoints WHERE number = 2", table="audit_checkpoints")
    assert (await finding(log)).startswith("checkpoint 2 is missing")


async def resign(log: Log, key: Ed25519PrivateKey, change: Callable[[Checkpoint], Checkpoint]) -> None:
    """A chain that fits together, made by another."""
    previous, made = NOTHING, []
    for checkpoint in await ledger.checkpoints_after(log.connection, 0, most=10, events=1000):
        made.append(replace(change(checkpoint), previous=previous).signed(key))
        previous = made[-1].hash
    await log.tamper("TRUNCATE audit_checkpoints", table="audit_checkpoints")
    for checkpoint in made:
        await ledger.write(log.connection, checkpoint)


async def test_checkpoints_of_another_key_are_found(log: Log, covered: list[UUID]) -> None:
    """A whole chain, signed anew."""
    await resign(log, Ed25519PrivateKey.generate(), lambda checkpoint: checkpoint)
    assert "is signed with an unknown key" in await finding(log)


async def test_the_key_s_holder_cannot_rewrite_what_is_copied(log: Log, covered: list[UUID]) -> None:
    """Whoever has the signing key and the database, but not the file store, is found too."""
    own = Ed25519PrivateKey.from_private_bytes(
        CheckpointSettings.of(log.settings).audit_signing_key.get_secret_value()
    )
    await resign(
        log,
        own,
        lambda checkpoint: replace(checkpoint, signed_at=checkpoint.signed_at.replace(microsecond=1)),
    )
    assert "is in the file store, but not in the database" in await finding(log)


async def copy_keys(log: Log) -> list[str]:
    pages: list[list[Stored]] = [page async for page in log.storage.pages(PREFIX)]
    return [stored.key for page in pages for stored in page]


async def _overwrite(log: Log, key: str) -> None:
    changed = (await log.storage.find(key, 10**6) or b"").replace(b'"event_count":20', b'"event_count":21')
    await log.storage.put(key, BytesIO(changed), len(changed), "application/json")


async def _remove(log: Log, key: str) -> None:
    await log.storage.remove(key)


async def _add(log: Log, key: str) -> None:
    await log.storage.put(f"{key}.old", BytesIO(b"x"), 1, "application/json")


async def _forge(log: Log, key: str) -> None:
    checkpoint = Checkpoint.from_json(await log.storage.find(key, 10**6) or b"")
    forged = replace(checkpoint, number=9).signed(Ed25519PrivateKey.generate())
    await log.storage.keep(Name.of(forged).key, forged.to_json())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_overwrite, "the copy of checkpoint 2 of "),
        (_remove, "has no copy in the file store any more"),
        (_add, "which is no checkpoint"),
        (_forge, "which is no checkpoint of this PazPaz"),
    ],
)
async def test_tampering_with_the_copies_is_found(
    log: Log, covered: list[UUID], change: Callable[[Log, str], Awaitable[None]], said: str
) -> None:
    """A copy that was changed, taken away, put in, or forged."""
    await change(log, (await copy_keys(log))[1])
    assert said in await finding(log)
