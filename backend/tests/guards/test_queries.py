"""No query in a loop: an operation sends as many statements for thirty rows as for one."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.db.engine import Transaction
from tests.support.guards_operations import (
    SUCCEEDS,
    Operation,
    invitation,
    missing,
)
from tests.support.guards_stock import FACTORS, Stocked, factors_of, kinds_for, sign_in, stock
from tests.support.practice import Practice, browser, open_practice

ROWS = 30
# With the actor and the workspace's keys known, as they are after the first request of a minute.
MORE_THAN_ONE: dict[Operation, int] = {
    (
        "POST",
        "/auth/verify",
    ): 8,  # the link, its use, the address held, its users, a session, its event, the answer, the browser
    # the challenge, whose key it is, its use, a session, its event, the answer, the browser
    ("POST", "/auth/passkeys/verify"): 7,
    ("POST", "/auth/lock"): 2,  # of a token nothing changes, and it is looked at
    ("GET", "/auth/me"): 3,  # the user, the workspace and the sign-in
    ("POST", "/auth/tokens"): 2,  # what its sign-in has proved is looked at first
    ("GET", "/auth/factors"): 5,  # the factors, the codes left, and where the practice and the sign-in stand
    ("POST", "/auth/factors/totp"): 4,  # user, practice and the others are looked at first
    # the app, a try, the tries forgotten, the sign-in proved, a notice, and that there are codes
    ("POST", "/auth/factors/totp/{factor_id}/confirm"): 7,
    ("POST", "/auth/factors/passkeys/options"): 4,  # user, practice and the known ones are looked at first
    ("POST", "/auth/factors/passkeys"): 8,  # the challenge is used up, the rest as above
    ("DELETE", "/auth/factors/{factor_id}"): 5,  # the user is held, what is left counted, a notice made
    ("POST", "/auth/factors/recovery-codes"): 14,  # ten codes
    ("POST", "/auth/prove/options"): 2,
    # a try, the code, its use, a notice, the tries forgotten, the sign-in looked at and proved
    ("POST", "/auth/prove"): 8,
    ("PUT", "/workspace/second-factor"): 2,  # who asks has a factor
    ("POST", "/members/{member_id}/reset-factors"): 2,  # a notice
    ("DELETE", "/workspace"): 2,  # one statement, and a look when it is being deleted already
    ("POST", "/workspace/restore"): 2,  # likewise
    ("POST", "/members"): 2,  # who has the address is looked at first
    ("PUT", "/members/{member_id}"): 2,  # the member is held first
    ("DELETE", "/members/{member_id}"): 2,  # the member is held first
    # The state that the event is of; of names and of tags whether, where and what has changed since.
    ("GET", "/clients/index"): 7,
    ("GET", "/appointments"): 3,  # the page, its clients, its reminders
    ("POST", "/appointments"): 4,  # the client and the therapist are looked at, and the calendar held
    ("PUT", "/appointments/{appointment_id}"): 3,  # it and the therapist's calendar are held first
    # note and space are looked at before the file arrives, and the space again, with the workspace's
    # uploads in line, before the row
    ("POST", "/sessions/{session_id}/attachments"): 5,
    ("GET", "/sessions/{session_id}/attachments"): 2,  # the note is looked at first
    (
        "DELETE",
        "/sessions/{session_id}/attachments/{attachment_id}",
    ): 3,  # the file and its note are looked at
    # it is looked at, and recorded once the store is seen to hold its bytes
    ("GET", "/sessions/{session_id}/attachments/{attachment_id}"): 2,
    ("GET", "/clients/{client_id}/access-history"): 2,  # the client is looked at first
    ("GET", "/clients/{client_id}/access-history/fhir"): 2,
    ("POST", "/sessions"): 2,  # the appointment is looked at first
    ("PATCH", "/sessions/{session_id}/finalize"): 5,  # which appointment, both locks, both changes
    ("PUT", "/sessions/{session_id}"): 4,  # another device's save; one's own is one statement (below)
    # The workspace is held, receipts, appointments, notes and receipts again; revision, note, receipt.
    ("POST", "/sessions/sync"): 8,
    ("GET", "/sessions/conflicts/{conflict_id}"): 2,  # the conflict, and the note beside it
    ("POST", "/sessions/conflicts/{conflict_id}/resolve"): 5,  # it, the note held, revision, note, it again
    ("POST", "/sessions/{session_id}/amendments"): 3,  # the note is held, and counts it
    ("GET", "/sessions/{session_id}/revisions"): 2,  # the note is looked at first
    ("GET", "/sessions/{session_id}/amendments"): 2,  # the note is looked at first
    ("POST", "/plans"): 3,  # the client is looked at, and what day it is
    ("PUT", "/plans/{plan_id}"): 3,  # it is held, and its revision kept
    ("GET", "/plans/{plan_id}/revisions"): 2,  # the plan is looked at first
    ("POST", "/plans/{plan_id}/milestones"): 3,  # the plan is held, and the order looked at
    ("GET", "/plans/{plan_id}/milestones"): 2,  # the plan is looked at first
    ("PUT", "/plans/{plan_id}/milestones/order"): 4,  # the same, the order set, and all of them answered
    ("PUT", "/plans/{plan_id}/milestones/{milestone_id}"): 3,  # the plan is held, and it is looked at
    ("DELETE", "/plans/{plan_id}/milestones/{milestone_id}"): 5,  # the same, the change, the rest closes up
    ("GET", "/clients/{client_id}/timeline.pdf"): 3,  # whose, in which zone and language
    ("POST", "/reminders/configurations/{configuration_id}/preview"): 2,  # the rule and the workspace
    ("GET", "/appointments/{appointment_id}/reminders"): 3,  # it, its log, and the rules beside it
    ("PUT", "/reminders/digest"): 3,  # the member's is held, and looked at
    ("DELETE", "/sessions/{session_id}"): 4,  # which appointment, both locks, the change
}

PAGED = {("GET", "/workspace/export")}  # a statement for each page of each file: tests/exports counts them


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
    if kinds & FACTORS:
        async with browser(app) as http:  # a challenge is for the sign-in that asked
            http.headers.update(bearer)
            owned.update(await factors_of(replace(practice, http=http)))
    sent.clear()
    answer = await SUCCEEDS[operation](owned).send(practice.http, **bearer)
    assert answer.is_success, answer.text
    return list(sent)


async def test_every_operation_is_counted(app: FastAPI) -> None:
    """An operation that this guard does not perform is named."""
    assert missing(app, SUCCEEDS) == []


@pytest.mark.parametrize("operation", [o for o in SUCCEEDS if o not in PAGED], ids=" ".join)
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
    assert len(many) == len(few), f"{operation}: {len(few)} statements became {len(many)}"
    stated = MORE_THAN_ONE.get(operation, 1)
    assert len(few) <= stated, f"{operation}: more than {stated} statements:\n" + "\n".join(few)


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
