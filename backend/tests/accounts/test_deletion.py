"""Deleting a practice can be taken back for some days, in which everything works."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.accounts.closing import announce, close_due, sweep_deletions
from pazpaz.core.process.resources import Resources
from tests.accounts.ending import due, state
from tests.accounts.mailbox import Person
from tests.support.practice import Practice, join, open_practice


@pytest.fixture
async def colleague(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A therapist of the practice."""
    colleague = await join(app, practice, "therapist")
    async with colleague.http:
        yield colleague


async def test_it_is_due_in_seven_days(practice: Practice) -> None:
    """The answer and the practice's settings say when."""
    answer = await practice.delete("/workspace")
    assert answer.status_code == 202
    day = answer.json()["deletion_due_at"]
    assert (await practice.get("/workspace")).json()["deletion_due_at"] == day
    left = datetime.fromisoformat(day) - datetime.fromisoformat(answer.json()["updated_at"])
    assert abs(left - timedelta(days=7)) < timedelta(minutes=1)


async def test_asked_twice_it_keeps_its_day(practice: Practice) -> None:
    """A second owner, or a repeated request, does not put it off."""
    first, second = [(await practice.delete("/workspace")).json() for _ in range(2)]
    assert second["deletion_due_at"] == first["deletion_due_at"]


async def test_twins_are_one(practice: Practice) -> None:
    """Asked for ten times at once, there is one day."""
    answers = await asyncio.gather(*(practice.delete("/workspace") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["deletion_due_at"] for answer in answers}) == 1


async def test_it_is_taken_back(practice: Practice) -> None:
    """Restored, nothing is due; restored again, it stays so."""
    await practice.delete("/workspace")
    for _ in range(2):
        answer = await practice.post("/workspace/restore")
        assert (answer.status_code, answer.json()["deletion_due_at"]) == (200, None)


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/workspace"), ("POST", "/workspace/restore")])
async def test_a_stale_version_is_refused(practice: Practice, method: str, path: str) -> None:
    """If-Match counts, as for every change."""
    answer = await practice.request(method, path, headers={"If-Match": '"7"'})
    assert answer.status_code == 412


async def test_everything_works_until_then(practice: Practice, resources: Resources) -> None:
    """Notes are written and read, and the sweep leaves the practice alone."""
    await practice.delete("/workspace")
    await close_due(resources)
    note = await practice.make_session(plan="x")
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "x"


async def test_members_are_told(
    practice: Practice,
    colleague: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
) -> None:
    """One mail each when it is scheduled and one when it is taken back, however often the job runs."""
    await practice.delete("/workspace")
    for _ in range(2):
        await announce(resources, practice.workspace_id)
    await practice.post("/workspace/restore")
    for _ in range(2):
        await announce(resources, practice.workspace_id)
    for member in (practice, colleague):
        mails = Person(practice.http, resources, superuser, member.email).mails()
        assert ["תימחק" in str(mail.message["Subject"]) for mail in mails] == [True, False]
        assert re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", mails[0].part("plain"))
        assert 'dir="rtl"' in mails[0].part("html")


async def test_what_the_queue_lost_is_announced(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """The sweep finds who was not told."""
    await practice.delete("/workspace")
    await resources.queue.redis.flushdb()
    await sweep_deletions(resources)
    assert await resources.queue.redis.keys(f"*announce_deletion:{practice.workspace_id}*")
    await announce(resources, practice.workspace_id)
    assert len(Person(practice.http, resources, superuser, practice.email).mails()) == 1
    row = await state(superuser, practice)
    assert row["announced_due_at"] == row["deletion_due_at"]


async def test_taken_back_in_time_nothing_ends(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Overdue, but restored before the sweep came, it goes on."""
    note = await practice.make_session(plan="x")
    await practice.delete("/workspace")
    await due(superuser, practice)
    assert (await practice.post("/workspace/restore")).status_code == 200
    await close_due(resources)
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "x"


async def test_the_end_and_a_restore_at_once(
    app: FastAPI, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Either it was taken back and everything is there, or it has ended and says so; never half of both."""
    for _ in range(8):
        practice = await open_practice(app)
        async with practice.http:
            note = await practice.make_session(plan="x")
            await practice.delete("/workspace")
            await due(superuser, practice)
            answer, _ = await asyncio.gather(practice.post("/workspace/restore"), close_due(resources))
            row = await state(superuser, practice)
            read = await practice.get(f"/sessions/{note['id']}")
            if row["closed_at"] is None:
                assert (answer.status_code, read.status_code) == (200, 200)
            else:
                assert (answer.status_code, read.status_code) == (401, 401)
                assert row["deletion_due_at"] is not None
