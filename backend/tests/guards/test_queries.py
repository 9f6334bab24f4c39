"""No query in a loop: an operation sends as many statements for thirty rows as for one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.engine import Transaction
from pazpaz.core.ids import new_id
from tests.support.guards_operations import SUCCEEDS, Operation, invitation, missing, sign_in, stock
from tests.support.practice import Practice, open_practice

ROWS = 30
# With the actor and the workspace's keys known, as they are after the first request of a minute.
MORE_THAN_ONE: dict[Operation, int] = {
    (
        "POST",
        "/auth/verify",
    ): 7,  # the link, its use, the address held, its users, a session, its event, the answer
    ("GET", "/auth/me"): 2,  # the user and the workspace
    ("POST", "/members"): 2,  # who has the address is looked at first
    ("PUT", "/members/{member_id}"): 2,  # the member is held first
    ("DELETE", "/members/{member_id}"): 2,  # the member is held first
    ("POST", "/appointments"): 4,  # the client and the therapist are looked at, and the calendar held
    ("PUT", "/appointments/{appointment_id}"): 3,  # it and the therapist's calendar are held first
    ("GET", "/clients/{client_id}/access-history"): 2,  # the client is looked at first
    ("GET", "/clients/{client_id}/access-history/fhir"): 2,
    ("POST", "/sessions"): 2,  # the appointment is looked at first
    ("PATCH", "/sessions/{session_id}/finalize"): 5,  # which appointment, both locks, both changes
    ("POST", "/reminders/configurations/{configuration_id}/preview"): 2,  # the rule and the workspace
    ("GET", "/appointments/{appointment_id}/reminders"): 3,  # it, its log, and the rules beside it
    ("DELETE", "/sessions/{session_id}"): 4,  # which appointment, both locks, the change
}


@pytest.fixture(scope="module")
async def large(app: FastAPI) -> AsyncIterator[Practice]:
    """A practice with many clients, appointments, notes, tokens, sign-ins and members."""
    practice = await open_practice(app)
    for number in range(ROWS):
        await practice.make_session(plan=f"plan {number}")
        await practice.post("/auth/tokens", {"name": f"token {number}"})
        await practice.post("/members", invitation(f"{new_id()}@example.org"))
        await sign_in(app, practice)
    yield practice
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


async def _statements(app: FastAPI, practice: Practice, operation: Operation, sent: list[str]) -> list[str]:
    owned = await stock(app, practice, f"count{new_id().hex}")
    token = (await practice.post("/auth/tokens", {"name": "for this operation"})).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    await practice.get("/clients", headers=bearer)
    sent.clear()
    answer = await SUCCEEDS[operation](owned).send(practice.http, **bearer)
    assert answer.is_success, answer.text
    return list(sent)


async def test_every_operation_is_counted(app: FastAPI) -> None:
    """An operation that this guard does not perform is named."""
    assert missing(app, SUCCEEDS) == []


@pytest.mark.parametrize("operation", list(SUCCEEDS), ids=" ".join)
async def test_statements_do_not_grow_with_rows(
    app: FastAPI, practice: Practice, large: Practice, sent: list[str], operation: Operation
) -> None:
    """As many statements for thirty rows as for one, and no more than stated."""
    few = await _statements(app, practice, operation, sent)
    many = await _statements(app, large, operation, sent)
    assert len(many) == len(few), f"{operation}: {len(few)} statements became {len(many)}"
    stated = MORE_THAN_ONE.get(operation, 1)
    assert len(few) <= stated, f"{operation}: more than {stated} statements:\n" + "\n".join(few)


@pytest.mark.parametrize("params", [{"q": "לוי"}, {"archived": "true"}], ids=str)
async def test_a_search_is_two_statements(
    app: FastAPI, large: Practice, sent: list[str], params: dict[str, str]
) -> None:
    """A search reads names once and the found clients once, however many they are."""
    await large.get("/clients")
    sent.clear()
    assert (await large.get("/clients", params=params)).is_success
    assert len(sent) <= 2
