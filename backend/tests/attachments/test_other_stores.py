"""Stores that list, encrypt or write otherwise than they were asked."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest
import structlog

from pazpaz.attachments import metrics
from pazpaz.attachments.jobs import DisorderedListError, Swept, sweep, sweep_storage
from pazpaz.attachments.models import key_prefix
from pazpaz.cli import doctor
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.files.bucket import MARKER, Bucket, BucketError
from pazpaz.core.files.storage import Storage, StorageUnavailable
from pazpaz.core.process.resources import Resources
from tests.support.objects import LISTED_AT_ONCE, Objects, store
from tests.support.practice import Practice

HOUR = timedelta(hours=1)
NOW = timedelta(0)
Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_ROWS = """
    INSERT INTO attachments (workspace_id, session_id, id, filename, content_type, file_size, sha256, created_by,
        created_at)
    SELECT $1, $2, id, '\\x00', 'image/png', 1, repeat('0', 64), $3, now() - interval '2 hours'
    FROM unnest($4::uuid[]) AS id
"""


@pytest.fixture
def objects() -> Iterator[Objects]:
    """A store that does as it is asked until told otherwise."""
    with store() as made:
        yield made


@pytest.fixture
def there(settings: Settings, objects: Objects) -> Settings:
    """The settings that lead to it."""
    return settings.model_copy(update={"s3_endpoint_url": objects.endpoint})


@pytest.fixture
def bucket(there: Settings) -> Iterator[Bucket]:
    """Its bucket."""
    made = Bucket(there)
    yield made
    made.close()


@pytest.fixture
async def swept(
    resources: Resources, there: Settings, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Resources]:
    """What the sweep uses, on that store and without rows of an earlier test."""
    await superuser.execute("DELETE FROM attachments")
    storage = Storage(there)
    with monkeypatch.context() as patch:
        patch.setitem(resources.__dict__, "storage", storage)
        yield resources
    await storage.close()
    await superuser.execute("DELETE FROM attachments")


async def rows(superuser: Superuser, practice: Practice, note: UUID, count: int) -> list[str]:
    """The keys of files that a practice has, in their order."""
    ids = [new_id() for _ in range(count)]
    await superuser.execute(_ROWS, practice.workspace_id, note, practice.user_id, ids)
    return [f"{key_prefix(practice.workspace_id, note, row)}a.png" for row in ids]


async def lost(superuser: Superuser) -> int:
    """How many rows say that their file is lost."""
    return int(await superuser.fetchval("SELECT count(*) FROM attachments WHERE lost_at IS NOT NULL"))


def long_ago() -> datetime:
    """Longer than any grace."""
    return datetime.now(UTC) - 2 * HOUR


@pytest.mark.parametrize("late", [0, 500, LISTED_AT_ONCE - 1])
async def test_a_store_that_lists_by_time_loses_nothing(
    practice: Practice, superuser: Superuser, swept: Resources, objects: Objects, late: int
) -> None:
    """Of files listed after those that follow by their keys none is deleted or marked; the sweep says so."""
    note = UUID((await practice.make_session())["id"])
    keys = await rows(superuser, practice, note, LISTED_AT_ONCE + 20)
    for key in [*keys[:late], *keys[late + 5 :], *keys[late : late + 5]]:  # five were uploaded last
        objects.put(key, at=long_ago())
    objects.lists_by_time = True
    before = metrics.SWEEPS_STOPPED._value.get()
    with structlog.testing.capture_logs() as logged:
        await sweep_storage(swept)
    assert set(objects.held) == set(keys)
    assert await lost(superuser) == 0
    assert metrics.SWEEPS_STOPPED._value.get() == before + 1
    assert [line["log_level"] for line in logged] == ["error"]


async def test_a_page_that_begins_before_the_last_one_stops_the_sweep(
    practice: Practice, superuser: Superuser, swept: Resources, objects: Objects
) -> None:
    """Also an old orphan is left then; with an orderly list it goes."""
    note = UUID((await practice.make_session())["id"])
    keys = await rows(superuser, practice, note, LISTED_AT_ONCE)
    orphan = f"{key_prefix(practice.workspace_id, note, UUID(int=1))}a.png"
    for key in [*keys, orphan]:
        objects.put(key, at=long_ago())
    objects.lists_by_time = True
    with pytest.raises(DisorderedListError):
        await sweep(swept, grace=NOW)
    assert orphan in objects.held
    objects.lists_by_time = False
    assert await sweep(swept, grace=NOW) == Swept(1, 0, 0)
    assert set(objects.held) == set(keys)


async def test_before_anything_is_deleted_its_row_is_asked_for(
    practice: Practice,
    superuser: Superuser,
    swept: Resources,
    objects: Objects,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rows of a page are looked up by their ids, not by where the page ends."""
    monkeypatch.setattr("pazpaz.attachments.jobs.sorted", lambda places: places, raising=False)
    note = UUID((await practice.make_session())["id"])
    keys = await rows(superuser, practice, note, LISTED_AT_ONCE + 5)
    for key in keys[5:] + keys[:5]:
        objects.put(key, at=long_ago())
    objects.lists_by_time = True
    assert await sweep(swept, grace=NOW) == Swept(0, 0, 0)
    assert set(objects.held) == set(keys)


async def test_a_store_that_lists_what_it_was_not_asked_for_deletes_nothing(
    there: Settings, objects: Objects
) -> None:
    """Of a list below one practice nothing of another is believed."""
    theirs = f"{new_id()}/{new_id()}/{new_id()}_a.png"
    objects.put(theirs)
    objects.ignores_prefix = True
    storage = Storage(there)
    with pytest.raises(StorageUnavailable):
        await storage.remove_below(f"{new_id()}/")
    await storage.close()
    assert set(objects.held) == {theirs}


async def test_a_store_that_does_not_encrypt_is_not_said_to(
    there: Settings, objects: Objects, bucket: Bucket
) -> None:
    """Neither at the start nor by `doctor`, and no file stays there; one that does is."""
    assert str(bucket.prepare()) == "private, encrypted (AES256), writes once"
    objects.encrypts = False
    with pytest.raises(BucketError, match="PAZPAZ_S3_ENCRYPTION"):
        bucket.prepare()
    with BytesIO(b"x") as file, pytest.raises(BucketError, match="PAZPAZ_S3_ENCRYPTION"):
        bucket.put("a/b", file, 1, "image/png")
    assert set(objects.held) == {MARKER}
    state = await doctor._one("storage", doctor._storage, "remedy", there)
    assert "PAZPAZ_S3_ENCRYPTION" in state[1]
    assert state[2] == "remedy"
    disks = Bucket(there.model_copy(update={"s3_encryption": "volume"}))
    assert str(disks.prepare()) == "private, encryption left to the disks, writes once"
    disks.close()


@pytest.mark.parametrize("heeds", [True, False])
async def test_what_was_written_once_stays(
    there: Settings, objects: Objects, bucket: Bucket, *, heeds: bool
) -> None:
    """Also in a store that takes `If-None-Match` for nothing, which `doctor` says."""
    objects.heeds_conditions = heeds
    bucket.prepare()
    key = f"checkpoints/{1:015d}-{'0' * 64}.json"
    bucket.keep(key, json.dumps("first").encode())
    bucket.keep(key, json.dumps("second").encode())
    assert objects.held[key][0] == b'"first"'
    said = (await doctor._one("storage", doctor._storage, "remedy", there))[1]
    assert ("writes once" in said, "ignores If-None-Match" in said) == (heeds, not heeds)
