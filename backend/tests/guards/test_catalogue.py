"""The migrated database isolates workspaces by itself: what the catalogue says of every table and role."""

from typing import Any

import asyncpg
import pytest
from sqlalchemy import LargeBinary

from pazpaz import features
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.tenancy import METADATA
from tests.support.guards_catalogue import CHECKS, Check, scoped_tables, scoping
from tests.support.guards_grants import PLAIN_TEXT
from tests.support.guards_phi import slice_of

NOT_SEALED = {
    "credentials.hash": "a hash of a secret of 256 bits",
    "known_devices.hash": "a hash of a secret of 256 bits",
    "recovery_codes.hash": "a hash of a secret of 117 bits",
    "factors.passkey_id": "an id that an authenticator made up",
    "factors.public_key": "a public key",
    "factor_challenges.challenge": "random, and used once",
    "workspace_keys.wrapped": "a data key, wrapped by the key-encryption key",
}

_MIGRATION = "backend/migrations/versions/<yours>.py"
_MODELS = "backend/src/pazpaz/<slice>/models.py"
_GRANTS = "backend/tests/support/guards_grants.py"
_SCOPE = f"""{_MIGRATION}: rls.scope("<table>", app="SELECT, INSERT, UPDATE")"""
# What to write where, if what is wrong is meant to be right.
REMEDIES = {
    "scoping": (
        f"""{_MODELS}: scoped_table("<table>", ...), and {_SCOPE}; or {_GRANTS}: UNSCOPED["<table>"] = "<why>\""""
    ),
    "policies": _SCOPE,
    "keys": f"""{_MODELS}: scoped_table(...), and Index("<name>", <table>.c.workspace_id, ..., unique=True)""",
    "references": f"""{_MODELS}: reference("<table>", "<column>", "<target>")""",
    "views_and_functions": f"{_MIGRATION}: WITH (security_invoker = true), or SET search_path = ...",
    "roles": f"{_MIGRATION}: take it from the role again",
    "privileges": f"""{_SCOPE}, or {_GRANTS}: APP_MAY_ONLY["<table>"] = {{...}}""",
    "excess": f"{_MIGRATION}: REVOKE, or that GRANT; and its line in docs/decisions/0010-system-role.md",
    "sequences": f"{_MIGRATION}: CREATE SEQUENCE ... INCREMENT 1 CACHE 1 NO CYCLE, and no GRANT UPDATE",
    "append_only_triggers": f"{_MIGRATION}: the trigger; or backend/tests/support/guards_catalogue.py: APPEND_ONLY",
    "resealed_only": f"{_MIGRATION}: the trigger; or {_GRANTS}: RESEALED_ONLY",
    "finalized_notes": f"{_MIGRATION}: the trigger",
    "records": f"{_MIGRATION}: the trigger; or backend/tests/support/guards_grants.py: OF_RECORDS",
    "sealed_columns": (
        f"""{_MODELS}: Column("<column>", Sealed()), or choice(...); or {_GRANTS}:"""
        """ PLAIN_TEXT["<table>.<column>"] = "<why>\""""
    ),
    "hot_updates": f"{_MODELS}: no Index over it",
}


def _remedy(check: Check, problem: str) -> str:
    """What to write for the table, and perhaps the column, that a problem begins with."""
    table, _, column = problem.partition(":")[0].partition(".")
    said = REMEDIES[check.__name__].replace("<slice>", slice_of(table)).replace("<table>", table)
    return said.replace("<column>", column) if column else said


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_the_catalogue_is_as_it_must_be(check: Check, superuser: "asyncpg.Connection[Any]") -> None:
    """Nothing breaks the rule that the check's own docstring states."""
    assert [f"{problem}: {_remedy(check, problem)}" for problem in await check(superuser)] == []


def test_every_check_has_its_remedy() -> None:
    """What a further check finds is told with what to write."""
    assert set(REMEDIES) == {check.__name__ for check in CHECKS}


async def test_scoped_tables_are_the_code_s(superuser: "asyncpg.Connection[Any]") -> None:
    """The tables that the code narrows are those that PostgreSQL narrows."""
    assert features.FEATURES
    narrowed = {table.name for table in METADATA.tables.values() if table.info.get("scoped")}
    differing = narrowed ^ set(await scoped_tables(superuser))
    assert [f"{table}: {_remedy(scoping, table)}" for table in differing] == []


def test_binary_columns_are_sealed() -> None:
    """A bytea column of a scoped table is sealed by the handle, or listed with a reason."""
    assert features.FEATURES
    binary = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        if table.info.get("scoped")
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    here = "backend/tests/guards/test_catalogue.py: NOT_SEALED"
    assert [f'{c}: seal it: Sealed(); or {here}["{c}"] = "<why>"' for c in binary - set(NOT_SEALED)] == []
    assert [f'{here}["{c}"]: take it out' for c in set(NOT_SEALED) - binary] == []


def test_sealed_columns_exist_where_people_write() -> None:
    """What the contract calls encrypted is sealed."""
    sealed = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, Sealed)
    }
    client = ("first_name", "last_name", "email", "phone", "date_of_birth", "address", "notes", "tags")
    note = ("subjective", "objective", "assessment", "plan")
    named = {f"clients.{name}" for name in client} | {f"sessions.{name}" for name in note}
    named |= {f"session_revisions.{name}" for name in note}
    named |= {f"session_amendments.{name}" for name in ("reason", *note)}
    plan = ("title", "diagnosis", "goals", "frequency")
    named |= {f"{table}.{name}" for table in ("plans", "plan_revisions") for name in plan}
    named |= {"milestones.description", "milestones.notes"}
    assert named | {"appointments.notes", "appointments.location", "appointments.logistics"} <= sealed


async def test_the_list_of_plain_text_is_not_stale(superuser: "asyncpg.Connection[Any]") -> None:
    """Each column that is listed as plain text exists."""
    rows = await superuser.fetch("SELECT table_name || '.' || column_name FROM information_schema.columns")
    stale = set(PLAIN_TEXT) - {row[0] for row in rows}
    assert [f'backend/tests/support/guards_grants.py: PLAIN_TEXT["{c}"]: take it out' for c in stale] == []
