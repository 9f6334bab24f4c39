"""A deleted practice: nobody is let in, and nothing of it opens, here or in an older backup."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.accounts.closing import close_due
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.key_providers import KeyRefusedError
from pazpaz.core.db.keys import KEYS_OF
from pazpaz.core.process.resources import Resources, opened
from pazpaz.embedded.postgres import binary
from pazpaz.features import load_settings
from tests.accounts.cases import sign_in
from tests.accounts.ending import ended, state
from tests.accounts.mailbox import Person
from tests.support import stack
from tests.support.files import make_attachment
from tests.support.guards_stock import stock
from tests.support.practice import Practice, join


@pytest.fixture
async def colleague(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """A therapist of the practice."""
    colleague = await join(app, practice, "therapist")
    async with colleague.http:
        yield colleague


async def test_nobody_is_let_in_after(
    app: FastAPI,
    practice: Practice,
    colleague: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
) -> None:
    """Tokens and browsers of all members end, and every id answers as it does to nobody."""
    note = await practice.make_session(plan="x")
    cookie = await sign_in(app, practice)
    await ended(resources, superuser, practice)
    for member in (practice, colleague):
        for path in (f"/sessions/{note['id']}", "/workspace", "/auth/me"):
            assert (await member.get(path)).status_code == 401
    headers = {"Cookie": f"pazpaz_sign_in={cookie}", "Authorization": ""}
    assert (await practice.get("/auth/me", headers=headers)).status_code == 401


async def test_the_address_opens_a_new_practice(
    person: Person, resources: Resources, superuser: "asyncpg.Connection[Any]", app: FastAPI
) -> None:
    """A sign-in finds nothing of the old one; a sign-up opens another."""
    signed = await person.signed_up()
    old = UUID(signed["workspace"]["id"])
    await superuser.execute(
        "UPDATE workspaces SET deletion_due_at = now() - interval '1 s' WHERE workspace_id = $1", old
    )
    await close_due(resources)
    before = len(person.mails())
    await person.ask()
    assert len(person.mails()) == before
    fresh = await person.signed_up()
    assert fresh["workspace"]["id"] != str(old)


async def test_no_plain_word_stays(
    app: FastAPI, practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Names and addresses of the practice and its people, names of tokens, words of reminders, services."""
    mark = f"marked{new_id().hex}"
    owned = await stock(app, practice, mark)
    await practice.put("/workspace", {"name": mark, "reply_to": f"{mark}@example.org"})
    await practice.put(f"/appointments/{owned['appointment']}", {"service_name": mark})
    await ended(resources, superuser, practice)
    words = (mark, practice.email)
    tables = await superuser.fetch(
        "SELECT table_name::text AS name FROM information_schema.columns WHERE column_name = 'workspace_id'"
        " AND table_schema = 'public'"
    )
    found = [
        (table["name"], word)
        for table in tables
        for word in words
        if await superuser.fetchval(
            f"SELECT count(*) FROM {table['name']} AS t WHERE workspace_id = $1 AND t::text LIKE '%' || $2 || '%'",
            practice.workspace_id,
            word,
        )
    ]
    assert found == []


async def test_its_files_are_deleted(
    practice: Practice, other: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """The store holds none of its objects, and all of another practice's."""
    for one in (practice, other):
        await make_attachment(one, (await one.make_session())["id"])
    await ended(resources, superuser, practice)

    async def kept(workspace_id: UUID) -> int:
        return sum([len(page) async for page in resources.storage.pages(f"{workspace_id}/")])

    assert (await kept(practice.workspace_id), await kept(other.workspace_id)) == (
        0,
        2,
    )  # a file and its preview


async def test_the_audit_log_outlives_it(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Who deleted it, when it was closed, and that its secret was destroyed, each once."""
    await ended(resources, superuser, practice)
    await superuser.execute(
        "UPDATE workspaces SET closed_at = closed_at - interval '1 minute' WHERE workspace_id = $1",
        practice.workspace_id,
    )
    for _ in range(2):
        await close_due(resources)
    rows = await superuser.fetch(
        "SELECT action, user_id FROM audit_events WHERE workspace_id = $1 AND entity_type = 'workspace'"
        " ORDER BY at",
        practice.workspace_id,
    )
    assert [(row["action"], row["user_id"]) for row in rows] == [
        ("workspace.create", practice.user_id),
        ("workspace.delete", practice.user_id),
        ("workspace.close", None),
        ("workspace.erase", None),
    ]


async def test_who_came_in_meanwhile_is_put_out(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """What was under way while it closed is emptied by a later pass, after which it is done."""
    await ended(resources, superuser, practice)
    await superuser.execute(
        "INSERT INTO users (workspace_id, id, email, full_name, role)"
        " VALUES ($1, $2, 'late@example.org', 'L', 'owner')",
        practice.workspace_id,
        new_id(),
    )
    await close_due(resources)
    assert (await state(superuser, practice))["erased_at"] is None
    await superuser.execute(
        "UPDATE workspaces SET closed_at = closed_at - interval '1 minute' WHERE workspace_id = $1",
        practice.workspace_id,
    )
    await close_due(resources)
    assert (await state(superuser, practice))["erased_at"] is not None
    assert not await superuser.fetchval("SELECT count(*) FROM users WHERE email = 'late@example.org'")


async def test_an_erasure_key_that_cannot_be_written_is_tried_again(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The practice is closed all the same; it is not called erased until its secret is destroyed."""

    def full(_workspace_id: UUID) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(resources.keys.erasure, "forget", full)
    await ended(resources, superuser, practice)
    await superuser.execute(
        "UPDATE workspaces SET closed_at = closed_at - interval '1 minute' WHERE workspace_id = $1",
        practice.workspace_id,
    )
    await close_due(resources)
    assert (await practice.get("/workspace")).status_code == 401
    assert (await state(superuser, practice))["erased_at"] is None
    monkeypatch.undo()
    await close_due(resources)
    assert (await state(superuser, practice))["erased_at"] is not None


async def test_another_process_drops_its_keys(
    practice: Practice, resources: Resources, settings: Settings, superuser: "asyncpg.Connection[Any]"
) -> None:
    """One that holds them is refused when their minute is over, and can open them no more."""
    async with opened(settings, name="other") as other:
        now = other.keys._now()
        other.keys._now = lambda: now
        await other.keys.open(practice.workspace_id)
        await ended(resources, superuser, practice)
        other.keys._now = lambda: now + 61
        assert other.keys.held(practice.workspace_id) is None
        with pytest.raises(KeyRefusedError):
            await other.keys.open(practice.workspace_id)


def pg(command: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs."""
    subprocess.run([binary(command), *arguments], check=True, capture_output=True, timeout=60)


async def test_an_older_backup_does_not_open(
    app: FastAPI,
    practice: Practice,
    other: Practice,
    resources: Resources,
    settings: Settings,
    superuser: "asyncpg.Connection[Any]",
    database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A dump from before, restored, with all of today's keys: another practice opens, the deleted one does not."""
    notes = {one.workspace_id: await one.make_session(plan="x") for one in (practice, other)}
    file = str(tmp_path_factory.mktemp("backup") / "dump")
    pg("pg_dump", "--format=custom", f"--file={file}", stack.superuser_url(database))
    await ended(resources, superuser, practice)
    restored = f"pazpaz_restored_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    admin = await asyncpg.connect(stack.superuser_url())
    await admin.execute(f'DROP DATABASE IF EXISTS "{restored}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{restored}" OWNER pazpaz_owner')
    await admin.close()
    pg("pg_restore", f"--dbname={stack.superuser_url(restored)}", file)
    values = stack.environment(restored).items()
    there = load_settings(_env_file=None, **{k.removeprefix("PAZPAZ_").lower(): v for k, v in values})
    async with opened(there, name="restored") as backup:
        cipher = await backup.keys.open(other.workspace_id)
        note = UUID(notes[other.workspace_id]["id"])
        assert cipher.open(await _plan(restored, note), "text", b"sessions.plan", note) == "x"
        assert await backup.system(transactional=False).run(KEYS_OF, workspace=practice.workspace_id)
        with pytest.raises(KeyRefusedError, match="destroyed"):
            await backup.keys.open(practice.workspace_id)


async def _plan(database: str, note: UUID) -> bytes:
    """A note's sealed plan, as that database has it."""
    referee = await asyncpg.connect(stack.superuser_url(database))
    try:
        sealed: bytes = await referee.fetchval("SELECT plan FROM sessions WHERE id = $1", note)
        return sealed
    finally:
        await referee.close()


async def test_reminders_end_with_it(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """What was to be sent is skipped, and no rule makes another."""
    rule = await practice.post("/reminders/configurations", {"hours_before": 24})
    appointment = await practice.make_appointment()
    await superuser.execute(
        "INSERT INTO reminder_logs (workspace_id, id, appointment_id, configuration_id, hours_before,"
        " scheduled_start, due_at, deadline, next_attempt_at)"
        " VALUES ($1, $2, $3, $4, 24, now() + interval '1 d', now(), now() + interval '1 d', now())",
        practice.workspace_id,
        new_id(),
        UUID(appointment["id"]),
        UUID(rule.json()["id"]),
    )
    await ended(resources, superuser, practice)
    logs = await superuser.fetch(
        "SELECT status FROM reminder_logs WHERE workspace_id = $1", practice.workspace_id
    )
    assert [row["status"] for row in logs] == ["skipped"]
    assert not await superuser.fetchval(
        "SELECT count(*) FROM reminder_configurations WHERE workspace_id = $1 AND is_active",
        practice.workspace_id,
    )


def test_nothing_is_emptied_before_every_slice_is_known() -> None:
    """A process that has imported some slices only would leave the words of the others."""
    program = "from pazpaz.accounts.closing import emptying\nemptying()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "RuntimeError: pazpaz.features is not imported" in done.stderr
