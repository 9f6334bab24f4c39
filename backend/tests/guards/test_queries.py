"""No query in a loop: an operation sends as many statements for thirty rows as for one."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.db.engine import Transaction
from tests.accounts.cases import invitation, sign_in
from tests.support.case import Operation
from tests.support.guards_cases import CASES, kinds_for, where
from tests.support.guards_stock import Stocked, own, stock
from tests.support.practice import Practice, browser, open_practice

ROWS = 30


@pytest.fixture(scope="module")
async def large(app: FastAPI) -> AsyncIterator[Stocked]:
    """A practice with one of everything, and many clients, appointments, notes, tokens, sign-ins and members."""
    practice = await open_practice(app)
    for number in range(ROWS):
        await practice.make_session(plan=f"plan {number}")
        await practice.post("/auth/tokens", {"name": f"token {number}"})
        await practice.post("/members", invitation(f"{new_id()}@example.org"))
        await sign_in(app, practice)
        plan = await practice.make_plan(goals=f"goals {number}")
        await practice.make_milestone(plan["id"])
    yield Stocked(practice, await stock(app, practice, f"count{new_id().hex}"))
    await practice.http.aclose()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL of every statement, as it is sent."""
    fetch, statements = Transaction.fetch, []

    async def counted(self: Transaction, sql: str, *arguments: Any, **options: Any) -> list[Any]:
        statements.append(sql)
        return await fetch(self, sql, *arguments, **options)

    monkeypatch.setattr(Transaction, "fetch", counted)
    return statements


async def _just_known(practice: Practice) -> dict[str, str]:
    """A token of which the process has just learned whose it is, so that it does not ask again meanwhile."""
    token = (await practice.post("/auth/tokens", {"name": "for this operation"})).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    await practice.get("/clients", headers=bearer)
    return bearer


async def _statements(
    app: FastAPI, practice: Practice, operation: Operation, sent: list[str], looks_at: Mapping[str, str]
) -> list[str]:
    """In a practice that owns these, if the operation only looks; else with its own of what it changes."""
    owned, kinds = dict(looks_at), kinds_for(operation)
    if operation[0] != "GET":
        owned = await stock(app, practice, f"count{new_id().hex}", kinds)
    bearer = await _just_known(practice)
    async with browser(app) as http:  # a challenge is for the sign-in that asked
        http.headers.update(bearer)
        owned.update(await own(app, replace(practice, http=http), kinds))
    sent.clear()
    answer = await CASES[operation].call(owned).send(practice.http, **bearer)
    assert answer.is_success, answer.text
    return list(sent)


@pytest.mark.parametrize("operation", [o for o, case in CASES.items() if case.statements], ids=" ".join)
async def test_statements_do_not_grow_with_rows(
    app: FastAPI,
    practice: Practice,
    stocked: Stocked,
    large: Stocked,
    sent: list[str],
    operation: Operation,
) -> None:
    """As many statements for thirty rows as for one, and no more than stated."""
    small = stocked.practice if operation[0] == "GET" else practice
    few = await _statements(app, small, operation, sent, stocked.ids)
    many = await _statements(app, large.practice, operation, sent, large.ids)
    here = f'{where(operation)}: Case("{" ".join(operation)}", …'
    assert len(many) == len(few), (
        f"{here}): {len(few)} statements became {len(many)} for thirty rows: one query"
    )
    stated = CASES[operation].statements or 0
    assert len(few) <= stated, f"{here}, statements={len(few)}), if these are meant:\n" + "\n".join(few)


@pytest.mark.parametrize("params", [{"q": "לוי"}, {"archived": "true"}], ids=str)
async def test_a_search_is_two_statements(
    app: FastAPI, large: Stocked, sent: list[str], params: dict[str, str]
) -> None:
    """A search asks what changed and reads the found clients once, however many there are."""
    bearer = await _just_known(large.practice)
    await large.practice.get("/clients", params=params)
    sent.clear()
    assert (await large.practice.get("/clients", params=params, headers=bearer)).is_success
    assert len(sent) <= 2


async def test_an_index_that_did_not_change_is_three_statements(
    app: FastAPI, large: Stocked, sent: list[str]
) -> None:
    """The list of all clients is read once; then it is asked for what changed, and by its tag for one statement."""
    bearer = await _just_known(large.practice)
    etag = (await large.practice.get("/clients/index")).headers["etag"]
    for condition, most in (({}, 3), ({"If-None-Match": etag}, 1)):
        sent.clear()
        await large.practice.get("/clients/index", headers=bearer | condition)
        assert len(sent) == most


async def test_an_autosave_is_one_statement(practice: Practice, sent: list[str]) -> None:
    """A save that follows one's own is a statement that commits by itself."""
    note = await practice.make_session(plan="0")
    for number in range(1, 3):
        sent.clear()
        assert (await practice.put(f"/sessions/{note['id']}", {"plan": str(number)})).is_success
        assert len(sent) == 1
