"""The guards bite: each weakening of each table, of app.enter, the audit hook and a query is reported."""

import itertools
import os
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from pazpaz import features
from pazpaz.core.db import statements
from pazpaz.core.db.entity import Query
from pazpaz.core.db.tenancy import METADATA
from pazpaz.features import load_settings
from pazpaz.main import create_app
from tests.support import stack
from tests.support.case import Operation
from tests.support.guards_audit import deviations
from tests.support.guards_cases import CASES
from tests.support.guards_catalogue import POLICY, problems
from tests.support.guards_contexts import leftovers, storm
from tests.support.guards_stock import Stocked
from tests.support.practice import Practice

assert features.FEATURES  # registers every table
SCOPED = sorted(table.name for table in METADATA.tables.values() if table.info.get("scoped"))
_WRONG = "workspace_id = nullif(current_setting('app.workspace', true), '')::uuid"
_POLICY = "CREATE POLICY workspace ON {table} TO pazpaz_app"
_FOR_READS = "CREATE POLICY workspace ON {table} FOR SELECT TO pazpaz_app"

MUTATIONS = {
    "policy dropped": "DROP POLICY workspace ON {table}",
    "USING (true)": "ALTER POLICY workspace ON {table} USING (true)",
    "WITH CHECK (true)": "ALTER POLICY workspace ON {table} WITH CHECK (true)",
    "no WITH CHECK": f"DROP POLICY workspace ON {{table}}; {_POLICY} USING ({POLICY})",
    "reads only": f"DROP POLICY workspace ON {{table}}; {_FOR_READS} USING ({POLICY})",
    "second policy": "CREATE POLICY more ON {table} TO pazpaz_app USING (true)",
    "policy for everyone": "CREATE POLICY more ON {table} USING (true)",
    "wrong setting": f"ALTER POLICY workspace ON {{table}} USING ({_WRONG}) WITH CHECK ({_WRONG})",
    "not forced": "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "not enabled": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "restrictive": f"DROP POLICY workspace ON {{table}}; CREATE POLICY workspace ON {{table}} AS RESTRICTIVE"
    f" TO pazpaz_app USING ({POLICY}) WITH CHECK ({POLICY})",
    "unique across workspaces": "CREATE UNIQUE INDEX mutant ON {table} (id)",
    "DELETE granted": "GRANT DELETE ON {table} TO pazpaz_app",
    "TRUNCATE granted": "GRANT TRUNCATE ON {table} TO PUBLIC",
    "column REFERENCES granted": "GRANT REFERENCES (id) ON {table} TO pazpaz_app",
    "text in plain": "ALTER TABLE {table} ADD COLUMN remarks text",
    "owned by the application": "ALTER TABLE {table} OWNER TO pazpaz_app",
    "view past it": "CREATE VIEW v_{table} AS SELECT * FROM {table}",
}
OTHERS = {
    "BYPASSRLS": ("ALTER ROLE pazpaz_app BYPASSRLS", "pazpaz_app"),
    "superuser": ("ALTER ROLE pazpaz_system SUPERUSER", "pazpaz_system"),
    "member of the owner": ("GRANT pazpaz_owner TO pazpaz_app", "pazpaz_app"),
    "may create": ("GRANT CREATE ON SCHEMA public TO pazpaz_app", "public"),
    "definer function": (
        "CREATE FUNCTION app.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::bigint'",
        "app.peek",
    ),
    "audit UPDATE granted": ("GRANT UPDATE (at) ON audit_events TO pazpaz_app", "audit_events"),
    "audit INSERT of a moment granted": ("GRANT INSERT (at) ON audit_events TO pazpaz_app", "audit_events"),
    "checkpoints shown": ("GRANT SELECT ON audit_checkpoints TO pazpaz_app", "audit_checkpoints"),
    "positions set back": ("GRANT UPDATE ON SEQUENCE audit_events_position TO pazpaz_app", "audit_events_position"),
    "positions kept": ("ALTER SEQUENCE audit_events_position CACHE 20", "audit_events_position"),
    "amendment UPDATE granted": (
        "GRANT UPDATE (author_id) ON session_amendments TO pazpaz_app", "session_amendments"
    ),
    "autosave not heap-only": ("CREATE INDEX mutant ON sessions (workspace_id, updated_at)", "sessions"),
    "autosave in a predicate": (
        "CREATE INDEX mutant ON sessions (workspace_id) WHERE version > 1", "sessions"
    ),
    "links shown": ("GRANT SELECT ON magic_links TO pazpaz_app", "magic_links"),
    "system sees notes": ("GRANT SELECT ON sessions TO pazpaz_system", "sessions"),
    "system sees an address": ("GRANT SELECT (recipient) ON reminder_logs TO pazpaz_system", "reminder_logs"),
    "links may change": ("GRANT UPDATE (token_hash) ON magic_links TO pazpaz_system", "magic_links"),
    "sign-in falls short": ("REVOKE SELECT (hash) ON credentials FROM pazpaz_system", "credentials"),
}  # fmt: skip
_OF_MANY_ROWS = (".list", ".reorder", "timeline.read", "timeline.export")  # one event for all of them
_KEYS_OF = """
    SELECT conrelid::regclass::text AS "table", conname AS name, confrelid::regclass::text AS target,
           (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[2]) AS column
    FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) = 2 ORDER BY 2
"""


def _name(purpose: str) -> str:
    return f"pazpaz_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="module")
async def mutable() -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A database copy of its own, as superuser."""
    await stack.create_database(_name("mutants"))
    connection = await asyncpg.connect(stack.superuser_url(_name("mutants")))
    yield connection
    await connection.close()


async def _reported(connection: "asyncpg.Connection[Any]", sql: str) -> list[str]:
    """What the catalogue guard says of the change, which is undone."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(sql)
        return await problems(connection)
    finally:
        await transaction.rollback()


async def test_an_unchanged_database_has_no_problem(mutable: "asyncpg.Connection[Any]") -> None:
    """The guard says nothing of the database as it is."""
    assert await problems(mutable) == []


@pytest.mark.parametrize("table", SCOPED)
@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_weakened_table_is_named(
    mutable: "asyncpg.Connection[Any]", table: str, mutation: str
) -> None:
    """The guard names the table that was weakened."""
    found = await _reported(mutable, MUTATIONS[mutation].format(table=table))
    assert [problem for problem in found if table in problem] != []


@pytest.mark.parametrize("mutation", OTHERS)
async def test_a_weakened_role_or_trigger_is_named(mutable: "asyncpg.Connection[Any]", mutation: str) -> None:
    """The guard names the role, function or table that was weakened."""
    sql, named = OTHERS[mutation]
    assert [problem for problem in await _reported(mutable, sql) if named in problem] != []


async def test_every_plain_foreign_key_is_named(mutable: "asyncpg.Connection[Any]") -> None:
    """A foreign key that is made again without the workspace is named, whichever it is."""
    unnamed = []
    for key in await mutable.fetch(_KEYS_OF):
        found = await _reported(
            mutable,
            f"ALTER TABLE {key['target']} ADD UNIQUE (id);"
            f"ALTER TABLE {key['table']} DROP CONSTRAINT {key['name']}, ADD CONSTRAINT {key['name']}"
            f" FOREIGN KEY ({key['column']}) REFERENCES {key['target']} (id)",
        )
        unnamed += [key["name"]] * (not any(key["name"] in problem for problem in found))
    assert unnamed == []


async def test_every_trigger_that_refuses_is_missed(mutable: "asyncpg.Connection[Any]") -> None:
    """Dropped or switched off, whichever it is, its table is named."""
    triggers = await mutable.fetch(
        "SELECT tgname AS name, tgrelid::regclass::text AS table FROM pg_trigger AS t"
        " JOIN pg_proc AS p ON p.oid = t.tgfoid WHERE p.proname LIKE 'refuse%'"
    )
    assert len(triggers) > 12
    unnamed = []
    for trigger in triggers:
        name, table = trigger["name"], trigger["table"]
        for sql in (f"DROP TRIGGER {name} ON {table}", f"ALTER TABLE {table} DISABLE TRIGGER {name}"):
            unnamed += [sql] * (not any(table in problem for problem in await _reported(mutable, sql)))
    assert unnamed == []


async def test_a_session_level_workspace_is_found() -> None:
    """An app.enter that sets the workspace for the connection leaves it there, and the storm shows it."""
    name = _name("leaky")
    await stack.create_database(name)
    referee = await asyncpg.connect(stack.superuser_url(name))
    source = await referee.fetchval("SELECT pg_get_functiondef('app.enter'::regproc)")
    assert ", true)" in source
    await referee.execute(source.replace("workspace::text, true)", "workspace::text, false)"))
    await referee.close()
    values = stack.environment(name).items()
    settings = load_settings(
        _env_file=None, **{key.removeprefix("PAZPAZ_").lower(): value for key, value in values}
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await storm(app, 60, seed=1)
        assert [left for left in await leftovers(app) if "app.workspace_id" in left] != []


@pytest.fixture
def unrecorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The handle's verbs without their audit hook."""
    built = (statements.get, statements.insert, statements.update)
    monkeypatch.setattr(statements, "_recorded", lambda hit: hit)
    for verb in built:
        verb.cache_clear()
    yield
    monkeypatch.undo()
    for verb in built:
        verb.cache_clear()


@pytest.mark.parametrize(
    "operation",
    [
        o
        for o, case in CASES.items()
        if ("{" in o[1] and not any(event.action.endswith(_OF_MANY_ROWS) for event in case.expected()))
        or (o[0] == "POST" and o[1] in {"/clients", "/sessions", "/plans", "/members"})
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("unrecorded")
async def test_a_missing_event_is_found(
    app: FastAPI,
    practice: Practice,
    stocked: Stocked,
    superuser: "asyncpg.Connection[Any]",
    operation: Operation,
) -> None:
    """Without the hook, the audit guard reports each operation that reads or writes one row."""
    assert await deviations(app, practice, stocked, superuser, operation) != []


def _queries() -> list[Query[Any]]:
    """Every named SELECT of the slices."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("pazpaz.")]
    held = [value for module in modules for value in vars(module).values()]
    return list(dict.fromkeys(value for value in held if isinstance(value, Query)))


@pytest.mark.parametrize(
    "query", _queries(), ids=lambda query: f"{query.row.__module__}.{query.row.__name__}"
)
def test_two_columns_that_changed_places_are_refused(query: Query[Any]) -> None:
    """No two columns of a query can stand for each other's fields, whatever their types."""
    columns = list(query.codec.columns)
    for first, second in itertools.combinations(range(query.codec.width), 2):
        swapped = columns.copy()
        swapped[first], swapped[second] = columns[second], columns[first]
        with pytest.raises(TypeError, match=query.row.__name__):
            Query(query.entity, query.row, select(*swapped), action=None, sources=query.sources)
