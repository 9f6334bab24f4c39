"""The sweep: what it deletes, what it marks, and what it leaves alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest
import structlog

from pazpaz.attachments.jobs import Swept, remove_attachment, sweep, sweep_storage
from pazpaz.attachments.models import is_file, key_prefix
from pazpaz.core.base.ids import new_id
from pazpaz.core.files.bucket import MARKER, Stored
from pazpaz.core.files.storage import Storage
from pazpaz.core.process.resources import Resources
from tests.attachments import stores
from tests.core.problem import problem_of
from tests.support.files import make_attachment
from tests.support.practice import Practice

Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
NOW, HOUR = timedelta(0), timedelta(hours=1)
PAGE = 1000  # of a store's list


@pytest.fixture
async def note(practice: Practice) -> str:
    """A draft."""
    return str((await practice.make_session())["id"])


@pytest.fixture(autouse=True)
async def clean(resources: Resources, superuser: Superuser) -> None:
    """No file or row of an earlier test."""
    await superuser.execute("DELETE FROM attachments")
    await resources.storage._prepared()
    for key in await keys(resources):
        if key != MARKER:
            await resources.storage.remove(key)


async def keys(resources: Resources, below: str = "") -> list[str]:
    return [item.key async for page in resources.storage.pages(below) for item in page]


async def files(resources: Resources, below: str = "") -> list[str]:
    """Without the previews beside them."""
    return list(filter(is_file, await keys(resources, below)))


async def put(resources: Resources, *names: str) -> None:
    """Store small objects under these keys."""
    room = asyncio.Semaphore(8)

    async def one(name: str) -> None:
        async with room:
            await resources.storage.put(name, BytesIO(b"x"), 1, "image/png")

    await asyncio.gather(*(one(name) for name in names))


async def age(superuser: Superuser) -> None:
    """Let every row be an hour old."""
    await superuser.execute("UPDATE attachments SET created_at = created_at - interval '1 hour'")


def orphan(practice: Practice, note: str) -> str:
    """A key as an upload would make it."""
    return key_prefix(practice.workspace_id, UUID(note), new_id()) + "a.png"


async def test_a_file_without_a_row_goes_when_it_is_old(
    practice: Practice, note: str, resources: Resources
) -> None:
    """A young one stays: its upload may still be under way."""
    kept = await make_attachment(practice, note)
    lone = [
        orphan(practice, note),
        orphan(practice, str(new_id())),
        f"{new_id()}/{new_id()}/{new_id()}_b.pdf",
    ]
    await put(resources, *lone)
    assert await sweep(resources, grace=HOUR) == Swept(0, 0, 0)
    assert set(lone) < set(await keys(resources))
    assert await sweep(resources, grace=NOW) == Swept(3, 0, 0)
    assert [key for key in await files(resources) if key != MARKER] == [
        f"{practice.workspace_id}/{note}/{kept['id']}_photo.png"
    ]


async def test_what_is_no_file_of_ours_stays(resources: Resources) -> None:
    """Other objects of the bucket, the mark of the start among them, however old."""
    foreign = [
        "readme.txt", "a/b/c_d.png", f"{new_id()}/{new_id()}", f"{new_id()}/{new_id()}/{new_id()}",
        f"{new_id()}/{new_id()}/x_{new_id()}.png", f"backup/{new_id()}/{new_id()}/{new_id()}_a.png",
        f"{str(new_id()).upper()}/{new_id()}/{new_id()}_a.png", "עברית.png", f"checkpoints/{1:015d}-{'0' * 64}.json",
    ]  # fmt: skip
    await put(resources, *foreign)
    assert await sweep(resources, grace=NOW) == Swept(0, 0, 0)
    assert set(await keys(resources)) == {*foreign, MARKER}


async def test_a_deleted_file_goes_with_its_row(practice: Practice, note: str, resources: Resources) -> None:
    """Also when its job was never run."""
    made = await make_attachment(practice, note)
    await practice.delete(f"/sessions/{note}/attachments/{made['id']}")
    assert await sweep(resources, grace=HOUR) == Swept(0, 0, 0)
    assert await sweep(resources, grace=NOW) == Swept(2, 0, 0)  # and its preview
    assert await keys(resources, f"{practice.workspace_id}/") == []
    await remove_attachment(resources, made["id"])  # late, and to no harm


async def test_the_job_deletes_nothing_that_is_wanted(
    practice: Practice, note: str, resources: Resources
) -> None:
    """A job for a file that stands, or that nobody knows, deletes nothing."""
    made = await make_attachment(practice, note)
    await remove_attachment(resources, UUID(made["id"]))
    await remove_attachment(resources, new_id())
    assert len(await files(resources, f"{practice.workspace_id}/")) == 1


async def test_a_lost_file_is_marked_and_found_again(
    practice: Practice, note: str, resources: Resources, superuser: Superuser
) -> None:
    """Its link is a 410 until an operator has put the file back; then it is as before."""
    made = await make_attachment(practice, note)
    other = await make_attachment(practice, note)
    path = f"/sessions/{note}/attachments"
    (key,) = await files(resources, f"{practice.workspace_id}/{note}/{made['id']}")
    await age(superuser)
    copy = await resources.storage.find(key, made["file_size"])
    assert copy is not None
    await resources.storage.remove(key)
    assert await sweep(resources, grace=HOUR) == Swept(0, 1, 0)
    assert await sweep(resources, grace=HOUR) == Swept(0, 0, 0)
    problem_of(await practice.get(f"{path}/{made['id']}"), 410, "file-lost")
    shown = {item["id"]: item["lost_at"] for item in (await practice.get(path)).json()["items"]}
    assert shown[made["id"]] is not None
    assert shown[other["id"]] is None
    await resources.storage.put(key, BytesIO(copy), len(copy), "image/png")
    assert await sweep(resources, grace=NOW) == Swept(0, 0, 1)
    assert (await practice.get(f"{path}/{made['id']}")).status_code == 200


async def test_a_lost_file_can_be_deleted(
    practice: Practice, note: str, resources: Resources, superuser: Superuser
) -> None:
    """And is then neither lost nor found."""
    made = await make_attachment(practice, note)
    await age(superuser)
    await resources.storage.remove(*await keys(resources, f"{practice.workspace_id}/"))
    assert (await sweep(resources, grace=NOW)).lost == 1
    assert (await practice.delete(f"/sessions/{note}/attachments/{made['id']}")).status_code == 204
    assert await sweep(resources, grace=NOW) == Swept(0, 0, 0)


async def test_an_emptied_store_loses_every_file(
    practice: Practice, note: str, resources: Resources, superuser: Superuser
) -> None:
    """The last stretch of the walk has no object at its end."""
    for _ in range(3):
        await make_attachment(practice, note)
    await age(superuser)
    await resources.storage.remove(*await keys(resources, f"{practice.workspace_id}/"))
    assert await sweep(resources, grace=NOW) == Swept(0, 3, 0)


_COPY = """
    INSERT INTO attachments (workspace_id, session_id, id, filename, content_type, file_size, sha256, created_by,
        created_at)
    SELECT $1, $2, id, '\\x00', 'image/png', 1, repeat('0', 64), $3, now() - interval '1 hour'
    FROM unnest($4::uuid[]) AS id
"""


async def test_thousands_are_walked_page_by_page(
    practice: Practice, resources: Resources, superuser: Superuser
) -> None:
    """Of 2,100 places in two notes each third is an orphan and each third lost; no page's edge hides one."""
    notes = [UUID((await practice.make_session())["id"]) for _ in range(2)]
    places = [(note, new_id()) for note in notes for _ in range(1050)]
    orphans, lost = places[0::3], places[1::3]
    whole = places[2::3]
    for note in notes:
        rows = [row for home, row in lost + whole if home == note]
        await superuser.execute(_COPY, practice.workspace_id, note, practice.user_id, rows)

    def key(place: tuple[UUID, UUID]) -> str:
        return f"{key_prefix(practice.workspace_id, *place)}a.png"

    await put(resources, *map(key, orphans + whole))
    assert len(orphans + whole) > PAGE
    assert await sweep(resources, grace=NOW) == Swept(len(orphans), len(lost), 0)
    marked = await superuser.fetch("SELECT id FROM attachments WHERE lost_at IS NOT NULL")
    assert {row["id"] for row in marked} == {row for _, row in lost}
    assert set(await keys(resources, f"{practice.workspace_id}/")) == set(map(key, whole))
    await put(resources, *map(key, lost[:400]))
    assert await sweep(resources, grace=NOW) == Swept(0, 0, 400)


async def test_a_file_that_comes_while_the_sweep_walks_is_not_lost(
    practice: Practice, note: str, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row is there when the rows are read, but it was not when the store was asked."""
    newest = str((await practice.make_session())["id"])
    await make_attachment(practice, newest)
    asked = resources.storage.pages

    async def interleaved(prefix: str = "") -> AsyncIterator[list[Stored]]:
        async for page in asked(prefix):
            for home in (note, newest):  # before the last object seen, and after it
                await make_attachment(practice, home)
            yield page

    with monkeypatch.context() as patch:
        patch.setattr(resources.storage, "pages", interleaved)
        assert await sweep(resources, grace=HOUR) == Swept(0, 0, 0)
    for home, count in ((note, 1), (newest, 2)):
        items = (await practice.get(f"/sessions/{home}/attachments")).json()["items"]
        assert [item["lost_at"] for item in items] == [None] * count


async def test_sweeps_and_uploads_at_once_harm_nothing(
    practice: Practice, note: str, resources: Resources
) -> None:
    """Files that come while sweeps go on are neither deleted nor marked."""
    uploads = asyncio.gather(*(make_attachment(practice, note, name=f"{n}.png") for n in range(12)))
    found = []
    while not uploads.done():
        found.append(await sweep(resources, grace=HOUR))
    made = await uploads
    assert set(found) == {Swept(0, 0, 0)}
    assert len(await files(resources, f"{practice.workspace_id}/")) == len(made)


async def test_two_sweeps_at_once_do_no_more_than_one(
    practice: Practice, note: str, resources: Resources, superuser: Superuser
) -> None:
    """A second worker changes nothing that the first did not."""
    made = [await make_attachment(practice, note) for _ in range(3)]
    await age(superuser)
    (key,) = await files(resources, f"{practice.workspace_id}/{note}/{made[0]['id']}")
    await resources.storage.remove(key)
    await put(resources, orphan(practice, note))
    await asyncio.gather(*(sweep(resources, grace=NOW) for _ in range(4)))
    assert len(await files(resources, f"{practice.workspace_id}/")) == 2
    lost = await superuser.fetch("SELECT id FROM attachments WHERE lost_at IS NOT NULL")
    assert [str(row["id"]) for row in lost] == [made[0]["id"]]


async def test_the_sweep_tells_nobody_what_it_found(
    practice: Practice, note: str, resources: Resources, superuser: Superuser
) -> None:
    """Its log lines hold counts, no key and no name; the audit says nothing of its own."""
    made = await make_attachment(practice, note, name="canary-4be רות.png")
    await age(superuser)
    await put(resources, f"{key_prefix(practice.workspace_id, UUID(note), new_id())}canary-4be.png")
    await resources.storage.remove(*await keys(resources, f"{practice.workspace_id}/{note}/{made['id']}"))
    before = await superuser.fetchval("SELECT count(*) FROM audit_events")
    with structlog.testing.capture_logs() as logged:
        assert await sweep(resources, grace=NOW) == Swept(1, 1, 0)
    text = str(logged)
    assert len(logged) == 1
    assert [
        word for word in ("canary-4be", "רות", str(practice.workspace_id), note, made["id"]) if word in text
    ] == []
    assert await superuser.fetchval("SELECT count(*) FROM audit_events") == before


async def test_a_store_that_fails_ends_the_sweep_without_a_mark(
    practice: Practice, note: str, resources: Resources, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be listed is not lost; the log does not name what was asked for."""
    await make_attachment(practice, note)
    await age(superuser)
    with stores.nobody() as endpoint:
        down = Storage(resources.settings.model_copy(update={"s3_endpoint_url": endpoint}))
        with monkeypatch.context() as patch, structlog.testing.capture_logs() as logged:
            patch.setitem(resources.__dict__, "storage", down)
            await sweep_storage(resources)
        await down.close()
    assert [line["event"] for line in logged] == ["file store failed"]
    assert await superuser.fetchval("SELECT count(*) FROM attachments WHERE lost_at IS NOT NULL") == 0
