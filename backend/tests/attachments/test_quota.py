"""Uploads side by side: the quota is exact, a final note takes nothing, and twins make one file."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from pazpaz.attachments.jobs import remove_attachment
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from tests.core.problem import problem_of
from tests.core.waiting import until_done_or_blocked
from tests.support.files import attach, make_attachment, part
from tests.support.practice import Practice, open_practice

Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
STORED = 77  # bytes of the small picture as it is stored
FIT = 7
MANY = 50


@pytest.fixture(scope="module")
async def tight(settings: Settings) -> AsyncIterator[FastAPI]:
    """An application whose workspaces have room for FIT small pictures, to the byte."""
    app = create_app(settings.model_copy(update={"attachment_quota_bytes": FIT * STORED}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def crowded(tight: FastAPI) -> AsyncIterator[Practice]:
    """A practice of that application."""
    practice = await open_practice(tight)
    async with practice.http:
        yield practice


async def patient(practice: Practice, note: str, **options: Any) -> httpx.Response:
    """Send a file, again while the server is too busy to look at it: what a client does with Retry-After."""
    for _ in range(100):
        answer = await attach(practice, note, **options)
        if answer.status_code != 503:
            break
        await asyncio.sleep(float(answer.headers["retry-after"]) / 4)
    return answer


async def three(practice: Practice, note: str) -> list[httpx.Response]:
    """Three files at once."""
    return await asyncio.gather(*(attach(practice, note) for _ in range(3)))


async def objects(resources: Resources, practice: Practice) -> set[str]:
    """The ids of the files the store holds of a practice."""
    found = [item.key async for page in resources.storage.pages(f"{practice.workspace_id}/") for item in page]
    return {key.rpartition("/")[2][:36] for key in found}


async def rows(superuser: Superuser, practice: Practice) -> set[str]:
    """The ids of its rows that stand."""
    sql = "SELECT id::text FROM attachments WHERE workspace_id = $1 AND deleted_at IS NULL"
    return {row["id"] for row in await superuser.fetch(sql, practice.workspace_id)}


async def test_the_quota_is_exact_under_fifty_uploads(
    tight: FastAPI, crowded: Practice, superuser: Superuser
) -> None:
    """As many as fit are taken, over several notes; the others are a 507 and leave nothing."""
    notes = [(await crowded.make_session())["id"] for _ in range(5)]
    answers = await asyncio.gather(*(patient(crowded, notes[n % 5], name=f"{n}.png") for n in range(MANY)))
    taken = [answer.json() for answer in answers if answer.status_code == 201]
    assert {made["file_size"] for made in taken} == {STORED}
    assert Counter(answer.status_code for answer in answers) == {201: FIT, 507: MANY - FIT}
    refused = problem_of(next(a for a in answers if a.status_code == 507), 507, "workspace-full")
    assert refused["quota"] == FIT * STORED
    kept = {made["id"] for made in taken}
    assert await rows(superuser, crowded) == kept
    assert await objects(tight.state.resources, crowded) == kept


async def test_uploads_stand_in_line_for_the_last_room(crowded: Practice, superuser: Superuser) -> None:
    """Of three that are all about to write their row while one fits, one is taken."""
    note = (await crowded.make_session())["id"]
    for _ in range(FIT - 1):
        await make_attachment(crowded, note)
    async with superuser.transaction():
        # A row is counted on its note: whoever would write one waits for this lock.
        await superuser.execute("SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE", note)
        uploads = asyncio.create_task(three(crowded, note))
        await until_done_or_blocked(uploads, superuser, waiters=3)
    assert sorted(answer.status_code for answer in await uploads) == [201, 507, 507]


async def test_deleting_makes_room(tight: FastAPI, crowded: Practice) -> None:
    """For exactly as much as was deleted; before the store has deleted it too."""
    note = (await crowded.make_session())["id"]
    made = [await make_attachment(crowded, note) for _ in range(FIT)]
    problem_of(await attach(crowded, note), 507, "workspace-full")
    assert (await crowded.delete(f"/sessions/{note}/attachments/{made[0]['id']}")).status_code == 204
    await make_attachment(crowded, note)
    problem_of(await attach(crowded, note), 507, "workspace-full")
    await remove_attachment(tight.state.resources, made[0]["id"])
    problem_of(await attach(crowded, note), 507, "workspace-full")


async def test_a_full_practice_fills_no_other(tight: FastAPI, crowded: Practice) -> None:
    """The quota is each workspace's own."""
    note = (await crowded.make_session())["id"]
    for _ in range(FIT):
        await make_attachment(crowded, note)
    problem_of(await attach(crowded, note), 507, "workspace-full")
    neighbour = await open_practice(tight)
    async with neighbour.http:
        await make_attachment(neighbour, (await neighbour.make_session())["id"])


@pytest.mark.parametrize("_run", range(4))
async def test_a_note_that_becomes_final_counts_its_files(
    practice: Practice, resources: Resources, superuser: Superuser, _run: int
) -> None:
    """Uploads around a finalize come before it or are a 409 that leaves nothing; the final note counts them."""
    note = (await practice.make_session(plan="x"))["id"]
    uploads = [asyncio.create_task(patient(practice, note, name=f"{n}.png")) for n in range(8)]
    await asyncio.wait(uploads, return_when=asyncio.FIRST_COMPLETED)
    final = await practice.patch(f"/sessions/{note}/finalize")
    answers = await asyncio.gather(*uploads)
    assert final.status_code == 200, final.text
    assert {answer.status_code for answer in answers} <= {201, 409}
    kept = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert final.json()["attachment_count"] == len(kept)
    now = (await practice.get(f"/sessions/{note}")).json()
    assert (now["attachment_count"], now["version"]) == (len(kept), final.json()["version"])
    assert await rows(superuser, practice) == kept
    assert await objects(resources, practice) == kept


async def test_deletes_and_uploads_at_once_are_counted(
    practice: Practice, resources: Resources, superuser: Superuser
) -> None:
    """The note's count is that of its files, however they came and went; of twin deletes one is a 204."""
    note = (await practice.make_session())["id"]
    made = [await make_attachment(practice, note, name=f"{n}.png") for n in range(4)]
    path = f"/sessions/{note}/attachments"
    *added, deleted, twin = await asyncio.gather(
        *(patient(practice, note) for _ in range(4)),
        *(practice.delete(f"{path}/{made[0]['id']}") for _ in range(2)),
    )
    assert [answer.status_code for answer in added] == [201] * 4
    assert sorted((deleted.status_code, twin.status_code)) == [204, 404]
    assert (await practice.get(f"/sessions/{note}")).json()["attachment_count"] == 7
    assert len(await rows(superuser, practice)) == 7
    assert (await practice.get(path)).json()["total"] == 7


async def test_of_32_twins_one_makes_the_file(practice: Practice, superuser: Superuser) -> None:
    """Under one Idempotency-Key each gets the one file, or is told that a twin is at work."""
    note = (await practice.make_session())["id"]
    path, key = f"/sessions/{note}/attachments", {"Idempotency-Key": str(new_id())}

    async def send() -> httpx.Response:
        return await practice.request("POST", path, files=part(), headers=key)

    answers = await asyncio.gather(*(send() for _ in range(32)))
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    slugs = {a.json()["type"].rpartition("/")[2] for a in answers if a.status_code == 409}
    assert slugs <= {"request-in-progress"}
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert await rows(superuser, practice) == made
    assert (await practice.get(f"/sessions/{note}")).json()["attachment_count"] == 1
    again = await send()
    assert (again.status_code, again.headers.get("idempotency-replayed")) == (201, "true")
    assert {again.json()["id"]} == made


async def test_twins_leave_one_object(practice: Practice, resources: Resources) -> None:
    """What a twin stored that was told to wait is taken back."""
    note = (await practice.make_session())["id"]
    path, key = f"/sessions/{note}/attachments", {"Idempotency-Key": str(new_id())}
    answers = await asyncio.gather(
        *(practice.request("POST", path, files=part(), headers=key) for _ in range(8))
    )
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert await objects(resources, practice) == made
    assert len(made) == 1
