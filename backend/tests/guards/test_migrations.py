"""Migrations have one head, only go up, and end where the code is."""

import asyncio
import os
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import render_python_code
from alembic.config import Config
from alembic.operations.ops import CreateTableOp, DowngradeOps, MigrationScript, UpgradeOps
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Column

import pazpaz
from migrations import sql, writing
from pazpaz.cli import database
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.tenancy import METADATA, scoped_table
from tests.support import stack

MIGRATIONS = Path(pazpaz.__file__).resolve().parents[2] / "migrations"
NAME = f"pazpaz_scratch_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def _query(query: str) -> list[Any]:
    async def run() -> list[Any]:
        connection = await asyncpg.connect(stack.superuser_url(NAME))
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    return asyncio.run(run())


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


def test_there_is_no_way_down(scratch: str) -> None:
    """Going back is refused in one line, and nothing is lost by trying."""
    with pytest.raises(CommandError, match="only go up"):
        command.downgrade(database._config(scratch), "base")
    database.check(scratch)


def test_no_migration_offers_a_way_down() -> None:
    """A `downgrade` that is written would be one that nobody may run."""
    offered = [
        path.name for path in MIGRATIONS.glob("versions/*.py") if "def downgrade" in path.read_text("utf-8")
    ]
    assert offered == []


def test_a_file_is_read_a_statement_at_a_time() -> None:
    """A semicolon in a body, a string or a comment ends nothing."""
    first = "-- one; or two\nINSERT INTO a VALUES ('x;y''');"
    second = "CREATE FUNCTION f() AS $$\nBEGIN\n  RETURN ';';\nEND\n$$;"
    assert sql.statements(f"{first}\n{second}  -- it's; done\n") == [first, second]


_ONLINE = """
from alembic import op
from migrations import online

revision = "9999"
down_revision = "{head}"


def upgrade():
    op.execute("ALTER TABLE workspaces ADD COLUMN told text")
    online.change_rows(
        "workspaces",
        "UPDATE workspaces SET told = 'x' WHERE id IN (SELECT id FROM workspaces WHERE told IS NULL LIMIT 2)",
    )
    online.require("workspaces", "told")
    online.add_constraint("ck_workspaces_told", "workspaces", "CHECK (told <> 'y')")
    online.create_index("ix_workspaces_told", "workspaces", ["told"])
    online.create_index("ix_workspaces_told", "workspaces", ["told"], unique=False)
"""
_MADE = (
    "SELECT c.relforcerowsecurity, a.attnotnull, i.indisvalid, k.convalidated,"
    " (SELECT count(*) FROM workspaces WHERE told = 'x'),"
    " (SELECT count(*) FROM pg_constraint WHERE conname ~ 'told' AND contype = 'c')"
    " FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attname = 'told'"
    " JOIN pg_index i ON indexrelid = 'ix_workspaces_told'::regclass"
    " JOIN pg_constraint k ON conname = 'ck_workspaces_told' WHERE c.oid = 'workspaces'::regclass"
)


def test_a_table_in_use_is_changed(scratch: str, tmp_path: Path) -> None:
    """A lock that somebody holds is waited for, and rows, column, constraint and index are as the helpers say."""
    (tmp_path / "9999_online.py").write_text(_ONLINE.format(head=_revisions().get_current_head()))
    config = database._config(scratch)
    config.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}\n{tmp_path}")
    _query(
        "INSERT INTO workspaces (workspace_id, id, name, timezone, locale)"
        " SELECT id, id, 'x', 'UTC', 'en' FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 5)) AS ids"
    )

    async def run() -> None:
        other = await asyncpg.connect(stack.superuser_url(NAME))
        await other.execute("BEGIN; SELECT FROM workspaces")
        upgrading = asyncio.create_task(asyncio.to_thread(command.upgrade, config, "head"))
        waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'workspaces'::regclass"
        asked: set[int] = set()
        while len(asked) < 2:
            assert not upgrading.done()
            asked |= {row["pid"] for row in await other.fetch(waiting)}
            await asyncio.sleep(0.05)
        await other.execute("COMMIT")
        await upgrading
        await other.close()

    asyncio.run(run())
    assert [tuple(row) for row in _query(_MADE)] == [(True, True, True, True, 5, 1)]


def test_what_a_killed_upgrade_left_is_mended(scratch: str) -> None:
    """A table that a backfill had opened to the owner: `check` names it, the next upgrade closes it."""
    _query("ALTER TABLE clients NO FORCE ROW LEVEL SECURITY")
    with pytest.raises(CommandError, match="owner of clients: run `pazpaz db upgrade`"):
        database.check(scratch)
    database.upgrade(scratch)
    forced = "SELECT relforcerowsecurity FROM pg_class WHERE oid = 'clients'::regclass"
    assert [row[0] for row in _query(forced)] == [True]
    database.check(scratch)


def test_a_migration_is_written_right() -> None:
    """A new table's sealed column is bytes, and row-level security comes right behind the table."""
    table = scoped_table("drafts_of_this_test", Column("body", Sealed(), nullable=False), owned=False)
    METADATA.remove(table)
    script = MigrationScript("0000", UpgradeOps([CreateTableOp.from_table(table)]), DowngradeOps([]))
    writing.scoped(None, None, [script])
    assert script.upgrade_ops is not None
    text = render_python_code(script.upgrade_ops, render_item=writing.typed)
    assert "sa.Column('body', sa.LargeBinary(), nullable=False)" in text
    scope = 'rls.scope("drafts_of_this_test", app="SELECT, INSERT, UPDATE")'
    assert text.index("op.create_table") < text.index(scope)
