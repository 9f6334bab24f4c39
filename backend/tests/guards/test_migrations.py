"""Migrations have one head, go up and down and up again, and end where the code is."""

import asyncio
import os
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

import pazpaz
from pazpaz.cli import database
from tests.support import stack
from tests.support.guards_catalogue import problems

MIGRATIONS = Path(pazpaz.__file__).resolve().parents[2] / "migrations"
NAME = f"pazpaz_scratch_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

# All that a migration makes, and that alembic's own comparison does not see.
_EVERYTHING = """
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
           || ' ' || coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema IN ('public', 'app')
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace::regnamespace::text IN ('public', 'app')
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname IN ('public', 'app')
    UNION ALL SELECT 'policy ' || row_to_json(p) FROM pg_policies p
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function ' || pg_get_functiondef(p.oid) || coalesce(proacl::text, '')
    FROM pg_proc p WHERE pronamespace::regnamespace::text = 'app'
    UNION ALL SELECT 'schema ' || nspname || coalesce(nspacl::text, '')
    FROM pg_namespace WHERE nspname IN ('public', 'app')
    UNION ALL SELECT 'table ' || relname || relrowsecurity || relforcerowsecurity || coalesce(relacl::text, '')
           || coalesce(reloptions::text, '')
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relnamespace::regnamespace::text IN ('public', 'app')
"""


def _query(sql: str) -> list[Any]:
    async def run() -> list[Any]:
        connection = await asyncpg.connect(stack.superuser_url(NAME))
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    return asyncio.run(run())


def _everything() -> set[str]:
    return {row[0] for row in _query(_EVERYTHING)}


@pytest.fixture
def scratch() -> str:
    """The owner's address of a migrated database that these tests may take apart."""
    asyncio.run(stack.create_database(NAME))
    return stack.environment(NAME)["PAZPAZ_DATABASE_OWNER_URL"]


def _revisions() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def test_there_is_one_head() -> None:
    """Two branches of migrations would leave the order to chance."""
    assert len(_revisions().get_heads()) == 1


def test_the_template_is_at_the_head(scratch: str) -> None:
    """What all tests run on is what the migrations make."""
    assert [row[0] for row in _query("SELECT version_num FROM alembic_version")] == _revisions().get_heads()


def test_code_and_database_do_not_differ(scratch: str) -> None:
    """Alembic would write no further migration."""
    database.check(scratch)


def test_down_leaves_nothing_behind(scratch: str) -> None:
    """Down to the base: no table but alembic's own, no function, no policy, no schema of ours."""
    database.downgrade(scratch, "base")
    left = {line for line in _everything() if not line.startswith("schema public")}
    assert {line for line in left if "alembic_version" not in line} == set()


def test_up_from_nothing_makes_the_same_again(scratch: str) -> None:
    """From an empty database up to the head is the same to the last privilege."""
    before = _everything()
    database.downgrade(scratch, "base")
    database.upgrade(scratch)
    assert _everything() == before
    database.check(scratch)


def test_up_again_isolates(scratch: str) -> None:
    """The catalogue guard finds nothing wrong with a database that went down and up."""
    database.downgrade(scratch, "base")
    database.upgrade(scratch)

    async def found() -> list[str]:
        connection = await asyncpg.connect(stack.superuser_url(NAME))
        try:
            return await problems(connection)
        finally:
            await connection.close()

    assert asyncio.run(found()) == []


def test_each_step_goes_down_and_up(scratch: str) -> None:
    """Every single revision can be undone and done again."""
    for revision in _revisions().walk_revisions():
        below = revision.down_revision or "base"
        assert isinstance(below, str), f"{revision.revision} merges branches"
        at = _everything()
        database.downgrade(scratch, below)
        database.upgrade(scratch, revision.revision)
        assert _everything() == at, f"{revision.revision} does not come back as it was"
        database.downgrade(scratch, below)


def test_going_back_before_locks_opens_no_locked_sign_in(scratch: str) -> None:
    """Nothing knew of locks then: what was locked ends, by request or idle; what was open stays."""
    _query(
        "INSERT INTO workspaces (workspace_id, id, name, timezone, locale)"
        " SELECT id, id, 'x', 'UTC', 'en' FROM gen_random_uuid() AS id"
    )
    _query(
        "INSERT INTO users (workspace_id, id, email, full_name, role)"
        " SELECT id, gen_random_uuid(), 'a@example.org', 'A', 'owner' FROM workspaces"
    )
    who = "(SELECT workspace_id FROM users), (SELECT id FROM users)"
    for name, idle, locked in (("open", 1, "NULL"), ("locked", 1, "now()"), ("idle", -1, "NULL")):
        _query(
            "INSERT INTO credentials (id, kind, hash, name, expires_at, idle_until, locked_at, workspace_id, user_id)"
            f" SELECT gen_random_uuid(), 'session', '{name}', '{name}', now() + interval '9 hours',"
            f" now() + {idle} * interval '1 hour', {locked}, {who}"
        )
    database.downgrade(scratch, "0012")
    ended = {row[0]: row[1] for row in _query("SELECT name, revoked_at IS NOT NULL FROM credentials")}
    database.upgrade(scratch)
    assert ended == {"open": False, "locked": True, "idle": True}
