"""No operation shows, counts, changes or admits to anything of another workspace."""

import os
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import structlog
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.db.engine import Transaction
from pazpaz.core.db.tenancy import METADATA
from pazpaz.features import load_settings
from pazpaz.main import create_app
from tests.accounts.cases import VOLATILE, invitation
from tests.support import stack
from tests.support.case import Operation
from tests.support.guards_attack import Arena, arena, attacker, leaks, rows_of, seen, shown
from tests.support.guards_cases import CASES
from tests.support.practice import Practice

_FILTER = re.compile(r"(\w+\.)?\bworkspace_id = \$\d+::uuid")
OPERATIONS = pytest.mark.parametrize("operation", list(CASES), ids=" ".join)
# A token or a sign-in is also its user's own, which holds by itself.
REFERENCES = [o for o in CASES if "{" in o[1] and not o[1].startswith("/auth/")]
REFERENCES += [("POST", "/sessions"), ("GET", "/sessions"), ("GET", "/appointments"), ("GET", "/clients")]
REFERENCES += [("GET", "/members")]


def _without_filters(app: FastAPI, patch: pytest.MonkeyPatch) -> list[str]:
    """Send the application role's statements without their workspace conditions; returns what was cut."""
    send, engine, cut = Transaction.fetch, app.state.resources.engine, []

    async def fetch(
        self: Transaction, sql: str, arguments: list[object], *, writes: bool = False
    ) -> list[Any]:
        if self._engine is engine:
            bare, count = _FILTER.subn("true", sql)
            cut.extend([sql] * bool(count))
            sql = bare
        return await send(self, sql, arguments, writes=writes)

    patch.setattr(Transaction, "fetch", fetch)
    return cut


@pytest.fixture(scope="module")
async def guarded(app: FastAPI, database: str) -> AsyncIterator[Arena]:
    """The application as it is."""
    referee = await asyncpg.connect(stack.superuser_url(database))
    found = await arena(app, referee)
    yield found
    await found.http.aclose()
    await referee.close()


@pytest.fixture(scope="module")
async def unguarded() -> AsyncIterator[Arena]:
    """The application on a database whose row-level security is off."""
    name = f"pazpaz_open_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    await stack.create_database(name)
    referee = await asyncpg.connect(stack.superuser_url(name))
    for table in METADATA.tables:
        await referee.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    values = stack.environment(name).items()
    settings = load_settings(
        _env_file=None, **{key.removeprefix("PAZPAZ_").lower(): value for key, value in values}
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        found = await arena(app, referee)
        yield found
        await found.http.aclose()
    await referee.close()


@OPERATIONS
async def test_a_foreign_id_is_an_unknown_id(guarded: Arena, operation: Operation) -> None:
    """Whatever the credential, a foreign id answers as an unknown one, shows nothing and changes nothing."""
    assert await leaks(guarded, operation) == []


@OPERATIONS
async def test_row_level_security_alone_isolates(
    guarded: Arena, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same holds when no statement of the application narrows to its workspace."""
    _without_filters(guarded.app, monkeypatch)
    assert await leaks(guarded, operation) == []


@OPERATIONS
async def test_filters_alone_isolate(unguarded: Arena, operation: Operation) -> None:
    """The same holds when PostgreSQL has no row-level security."""
    assert await leaks(unguarded, operation) == []


async def test_inviting_a_foreign_member_is_inviting_anyone(guarded: Arena, other: Practice) -> None:
    """An address that another workspace knows is invited as an unknown one, and that workspace unchanged."""
    before = await rows_of(guarded.referee, guarded.victim["workspace"])
    known = await other.post("/members", invitation(guarded.victim["email"]))
    unknown = await other.post("/members", invitation(f"{new_id()}@example.org"))
    assert seen(known, VOLATILE) == seen(unknown, VOLATILE)
    assert known.status_code == 201
    assert shown(known, guarded.victim) == ["email"], "shows more than the caller sent"
    assert await rows_of(guarded.referee, guarded.victim["workspace"]) == before


@pytest.mark.parametrize("operation", REFERENCES, ids=" ".join)
async def test_the_attack_finds_an_open_door(
    unguarded: Arena, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With both barriers down, the attack on the operation reports it: the tests above can fail."""
    who = await attacker(unguarded, operation)
    cut = _without_filters(unguarded.app, monkeypatch)
    with structlog.testing.capture_logs():  # foreign ciphertexts do not open, which is logged
        assert await leaks(unguarded, operation, who) != []
    assert cut != []
