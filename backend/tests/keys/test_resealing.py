"""Data keys are replaced while people work: every row stays readable, and nothing but its ciphertext changes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import opened
from pazpaz.core.work import rotation
from tests.keys.house import House, drained, renewed
from tests.support.guards_stock import stock
from tests.support.practice import Practice, open_practice


@pytest.fixture
async def practice(house: House) -> AsyncIterator[Practice]:
    """A fresh workspace in the house."""
    practice = await open_practice(house.app)
    async with practice.http:
        yield practice


@pytest.fixture
async def stocked(house: House, practice: Practice) -> dict[str, str]:
    """One of everything that a practice can own, an earlier text of a note among it."""
    owned = await stock(house.app, practice, f"marked{new_id().hex}")
    device = (await practice.post("/auth/tokens", {"name": "other device"})).json()["token"]
    bearer = {"Authorization": f"Bearer {device}"}
    saved = await practice.put(f"/sessions/{owned['draft']}", {"plan": "elsewhere"}, headers=bearer)
    assert saved.status_code == 200, saved.text
    return owned


async def reseal(house: House, practice: Practice, number: int) -> rotation.Step:
    return await drained(rotation.reseal_workspace(house.resources, practice.workspace_id, number))


async def test_everything_is_sealed_anew(house: House, practice: Practice, stocked: dict[str, str]) -> None:
    """Drafts, finalized notes, amendments, revisions, plans, files' names: all of it has the new number."""
    assert stocked
    workspace_id = practice.workspace_id
    plain, rest = await house.plain(workspace_id), await house.rest(workspace_id)
    number = await renewed(house.resources, workspace_id)
    step = await reseal(house, practice, number)
    numbers = await house.numbers(workspace_id)
    assert numbers == {table: {2} for table in numbers}
    assert {"sessions", "session_amendments", "session_revisions", "plan_revisions", "attachments"} <= set(
        numbers
    )
    rows = {(place.partition(".")[0], place.rpartition(" ")[2]) for place in plain}
    assert (step.done, step.failed) == (len(rows), 0)
    assert await house.plain(workspace_id) == plain
    assert await house.rest(workspace_id) == rest


async def test_etags_stay(house: House, practice: Practice) -> None:
    """A note that was read before can be written with its ETag after."""
    note = await practice.make_session(plan="before")
    etag = (await practice.get(f"/sessions/{note['id']}")).headers["etag"]
    await reseal(house, practice, await renewed(house.resources, practice.workspace_id))
    saved = await practice.put(f"/sessions/{note['id']}", {"plan": "after"}, headers={"If-Match": etag})
    assert saved.status_code == 200, saved.text


async def test_a_process_with_the_old_keys_reads_on(house: House, practice: Practice) -> None:
    """Another process rotates and seals anew; this one, which holds the old keys, fails no read and no list."""
    note = await practice.make_session(plan="x")
    async with opened(house.settings, name="other") as other:
        number = await renewed(other, practice.workspace_id)
        await drained(rotation.reseal_workspace(other, practice.workspace_id, number))
    for path in (f"/sessions/{note['id']}", "/sessions?include=text", "/clients"):
        answer = await practice.get(path)
        assert answer.status_code == 200, answer.text
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "x"


async def test_a_made_up_number_is_an_error(house: House, practice: Practice) -> None:
    """A number that no key has is looked up once and then refused as tampered."""
    note = await practice.make_session(plan="x")
    await house.referee.execute(
        "UPDATE sessions SET plan = overlay(plan PLACING '\\x00000063'::bytea FROM 2 FOR 4) WHERE id = $1",
        UUID(note["id"]),
    )
    assert (await practice.get(f"/sessions/{note['id']}")).status_code == 500


async def test_a_write_in_between_wins(house: House, practice: Practice) -> None:
    """A save that commits after the row was read for sealing anew is not written over; the next pass takes it."""
    note = await practice.make_session(plan="before")
    number = await renewed(house.resources, practice.workspace_id)
    saved = (await practice.make_session(plan="other"))["id"]
    await asyncio.sleep(0)
    rival = house.referee.transaction()
    await rival.start()
    other = await house.referee.fetchval("SELECT plan FROM sessions WHERE id = $1", UUID(saved))
    await house.referee.execute("UPDATE sessions SET plan = $2 WHERE id = $1", UUID(note["id"]), other)
    resealing = asyncio.ensure_future(reseal(house, practice, number))
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(200):
        if await house.referee.fetchval(waits):
            break
        await asyncio.sleep(0.01)
    await rival.commit()
    await resealing
    assert await house.referee.fetchval("SELECT plan FROM sessions WHERE id = $1", UUID(note["id"])) == other


async def test_autosaves_go_on(house: House, practice: Practice) -> None:
    """A hundred saves beside sealing passes: each is answered, the last is what is read, none was counted twice."""
    note = await practice.make_session(plan="0")
    stop = asyncio.Event()

    async def passes() -> None:
        while not stop.is_set():
            await reseal(house, practice, await renewed(house.resources, practice.workspace_id))
            await rotation.finish(house.resources, practice.workspace_id, await _newest(house, practice))

    sealing = asyncio.ensure_future(passes())
    for number in range(1, 101):
        saved = await practice.put(f"/sessions/{note['id']}", {"plan": str(number)})
        assert saved.status_code == 200, saved.text
        read = await practice.get(f"/sessions/{note['id']}")
        assert (read.status_code, read.json()["plan"]) == (200, str(number)), read.text
    stop.set()
    await sealing
    read = (await practice.get(f"/sessions/{note['id']}")).json()
    assert (read["plan"], read["version"]) == ("100", note["version"] + 100)
    assert await _newest(house, practice) > 2


async def _newest(house: House, practice: Practice) -> int:
    found: int = await house.referee.fetchval(
        "SELECT max(number) FROM workspace_keys WHERE workspace_id = $1", practice.workspace_id
    )
    return found


async def test_a_synced_item_is_known_after_a_rotation(house: House, practice: Practice) -> None:
    """An item that was sent before, and is sent again after, changes nothing: its receipt is recognised."""
    appointment = await practice.make_appointment()
    item = {
        "client_session_id": str(new_id()),
        "appointment_id": appointment["id"],
        "created_at_client": appointment["created_at"],
        "updated_at_client": appointment["created_at"],
        "plan": "x",
    }
    first = (await practice.post("/sessions/sync", {"sessions": [item]})).json()["results"][0]
    saved = await practice.put(f"/sessions/{first['server_session_id']}", {"plan": "y"})
    assert saved.status_code == 200, saved.text
    await reseal(house, practice, await renewed(house.resources, practice.workspace_id))
    for _ in range(2):
        again = (await practice.post("/sessions/sync", {"sessions": [item]})).json()["results"][0]
        assert again["server_session_id"] == first["server_session_id"]
        await house.age_keys(practice.workspace_id)
        house.resources.keys.forget(practice.workspace_id)
    assert (await practice.get("/sessions/conflicts")).json()["total"] == 0


async def test_a_damaged_row_is_passed_by(house: House, practice: Practice) -> None:
    """It keeps its bytes, is counted, and holds up no other row."""
    damaged = await practice.make_session(plan="x")
    whole = await practice.make_session(plan="y")
    await house.referee.execute(
        "UPDATE sessions SET plan = plan || '\\x00'::bytea WHERE id = $1", UUID(damaged["id"])
    )
    step = await reseal(house, practice, await renewed(house.resources, practice.workspace_id))
    assert step.failed == 1
    assert (await practice.get(f"/sessions/{whole['id']}")).json()["plan"] == "y"
    assert 1 in (await house.numbers(practice.workspace_id))["sessions"]


async def test_a_stopped_rotation_goes_on(house: House, practice: Practice) -> None:
    """Asked again before it was finished, no further key is made; once it is finished, one is."""
    workspace_id = practice.workspace_id
    first = await renewed(house.resources, workspace_id)
    assert await renewed(house.resources, workspace_id) == first
    await rotation.finish(house.resources, workspace_id, first)
    assert await renewed(house.resources, workspace_id) == first + 1


async def test_twins_make_one_key(house: House, practice: Practice) -> None:
    """Two rotations at once give a workspace one new key."""
    numbers = await asyncio.gather(*(renewed(house.resources, practice.workspace_id) for _ in range(5)))
    assert set(numbers) == {2}


async def test_it_leaves_events(house: House, practice: Practice) -> None:
    """The new key and the end of sealing anew are in the audit log; nobody caused them."""
    number = await renewed(house.resources, practice.workspace_id)
    await reseal(house, practice, number)
    for _ in range(2):
        await rotation.finish(house.resources, practice.workspace_id, number)
    page = await practice.get("/audit-events", params={"entity_type": "workspace_key"})
    found = [(event["action"], event["user_id"]) for event in page.json()["items"]]
    assert found == [("workspace_key.reseal", None), ("workspace_key.create", None)]


DOOR = "SELECT app.begin_resealing($1)"
HIGHER = "overlay({0} PLACING '\\x00000002'::bytea FROM 2 FOR 4)"
TABLES = {
    "sessions": ("plan", "finalized_at IS NOT NULL"),
    "session_amendments": ("reason", "true"),
    "session_revisions": ("plan", "plan IS NOT NULL"),
    "plan_revisions": ("goals", "goals IS NOT NULL"),
    "attachments": ("filename", "deleted_at IS NULL"),
}


@contextlib.asynccontextmanager
async def as_app(house: House, enter: str, *arguments: object) -> "AsyncIterator[Any]":
    """The role of requests, in a transaction that entered so and is undone."""
    connection = await asyncpg.connect(house.settings.database_url.get_secret_value())
    try:
        await connection.execute("BEGIN")
        await connection.execute("SELECT set_config('app.workspace_id', $1::text, true)", str(arguments[0]))
        await connection.fetchval(enter, *arguments)
        yield connection
    finally:
        await connection.close()


async def _update(connection: Any, table: str, values: str) -> int:
    _, where = TABLES[table]
    sql = f"UPDATE {table} SET {values} WHERE id = (SELECT id FROM {table} WHERE {where} LIMIT 1)"
    return int((await connection.execute(sql)).rpartition(" ")[2])


@pytest.fixture
async def renewed_stock(house: House, practice: Practice, stocked: dict[str, str]) -> UUID:
    """A workspace with one of everything and a second data key that seals nothing yet."""
    assert stocked
    await renewed(house.resources, practice.workspace_id)
    return practice.workspace_id


@pytest.mark.parametrize("table", TABLES)
async def test_the_door_lets_a_newer_key_in(house: House, renewed_stock: UUID, table: str) -> None:
    """Ciphertext of equal length with a higher number, and nothing else: that is what it is for."""
    column = TABLES[table][0]
    async with as_app(house, DOOR, renewed_stock) as connection:
        assert await _update(connection, table, f"{column} = {HIGHER.format(column)}") == 1


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "value",
    [
        "overlay({0} PLACING '\\x00000003'::bytea FROM 2 FOR 4)",  # a number that no key has
        "overlay({0} PLACING '\\x00000001'::bytea FROM 2 FOR 4) || '\\x00'",
        "set_byte({0}, 30, get_byte({0}, 30) # 1)",  # the same number, other bytes
        HIGHER + " || '\\x00'::bytea",
        "substring(" + HIGHER + " FROM 1 FOR octet_length({0}) - 1)",
        "overlay(" + HIGHER + " PLACING '\\x02'::bytea FROM 1 FOR 1)",
        "''::bytea",
    ],
    ids=["no such key", "longer", "same key", "longer, newer", "shorter", "version", "empty"],
)
async def test_the_door_lets_nothing_else_in(
    house: House, renewed_stock: UUID, table: str, value: str
) -> None:
    """Also from inside: what is not the same text under a newer key is refused, as far as PostgreSQL can tell."""
    column = TABLES[table][0]
    async with as_app(house, DOOR, renewed_stock) as connection:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await _update(connection, table, f"{column} = {value.format(column)}")
    assert refused.value.sqlstate == "PZ403"


@pytest.mark.parametrize("beside", ["session_date = now()", "version = version + 1", "updated_at = now()"])
async def test_nothing_else_of_a_note_changes_with_it(house: House, renewed_stock: UUID, beside: str) -> None:
    """A newer key in one column opens no other, nor the version."""
    async with as_app(house, DOOR, renewed_stock) as connection:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await _update(connection, "sessions", f"plan = {HIGHER.format('plan')}, {beside}")
    assert refused.value.sqlstate == "PZ403"


@pytest.mark.parametrize("table", TABLES)
async def test_a_request_does_not_have_the_door(
    house: House, renewed_stock: UUID, practice: Practice, table: str
) -> None:
    """Entered as a request enters, as an owner, what the door would let in is refused."""
    credential = await house.referee.fetchval(
        "SELECT id FROM credentials WHERE workspace_id = $1 AND revoked_at IS NULL AND kind = 'token' LIMIT 1",
        renewed_stock,
    )
    column, enter = TABLES[table][0], "SELECT app.enter($1, $2, $3, $4)"
    async with as_app(house, enter, renewed_stock, practice.user_id, credential, "owner") as connection:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await _update(connection, table, f"{column} = {HIGHER.format(column)}")
    assert refused.value.sqlstate == "PZ403"


@pytest.mark.parametrize("table", TABLES)
async def test_a_job_does_not_have_the_door(house: House, renewed_stock: UUID, table: str) -> None:
    """Nor does any other job, which enters as the system."""
    column, enter = TABLES[table][0], "SELECT app.enter($1, NULL, NULL, 'system')"
    async with as_app(house, enter, renewed_stock) as connection:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await _update(connection, table, f"{column} = {HIGHER.format(column)}")
    assert refused.value.sqlstate == "PZ403"


async def test_the_door_shuts_behind_a_row(house: House, practice: Practice, stocked: dict[str, str]) -> None:
    """What has the newest number is as immutable as ever, through the door too."""
    assert stocked
    await reseal(house, practice, await renewed(house.resources, practice.workspace_id))
    for table, (column, _) in TABLES.items():
        async with as_app(house, DOOR, practice.workspace_id) as connection:
            with pytest.raises(asyncpg.PostgresError) as refused:
                await _update(
                    connection, table, f"{column} = set_byte({column}, 20, get_byte({column}, 20) # 1)"
                )
        assert refused.value.sqlstate == "PZ403"


async def test_the_door_ends_with_its_transaction(house: House, renewed_stock: UUID) -> None:
    """The next transaction of the same connection is as any other."""
    connection = await asyncpg.connect(house.settings.database_url.get_secret_value())
    try:
        async with connection.transaction():
            assert await connection.fetchval(DOOR, renewed_stock)
        assert not await connection.fetchval("SELECT current_setting('app.resealing', true)")
    finally:
        await connection.close()


async def test_only_the_application_has_the_door(house: House, renewed_stock: UUID) -> None:
    """The system role, which makes keys, may not begin it."""
    connection = await asyncpg.connect(house.settings.database_system_url.get_secret_value())
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval(DOOR, renewed_stock)
    finally:
        await connection.close()
