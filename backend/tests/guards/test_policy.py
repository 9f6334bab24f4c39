"""Who may what (contract, 1): every operation in every role, what a refusal leaves, and routes nobody decided on."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from pazpaz.accounts.models import Role
from pazpaz.clients.models import CLINICAL
from pazpaz.core.db.handle import Db
from pazpaz.core.http.deps import COOKIE
from pazpaz.core.http.policy import Policy
from pazpaz.core.http.routing import API, EdgeRoute
from pazpaz.core.process.ratelimit import Limit
from tests.accounts.cases import sign_in
from tests.support.case import EVERYONE, NOBODY, ROLES, Call, Operation
from tests.support.guards_attack import rows_of
from tests.support.guards_audit import events_of
from tests.support.guards_cases import CASES, WEBHOOKS, kinds_for, operations, where
from tests.support.guards_phi import canary
from tests.support.guards_stock import Stocked, own, stock
from tests.support.practice import Practice, join


def _pairs(*, allowed: bool) -> list[tuple[Operation, str]]:
    """Each operation with each role that may, or may not; a public one is everybody's."""
    return [
        (operation, role)
        for operation, case in CASES.items()
        for role in ROLES
        if allowed == (role in case.may or case.may == NOBODY)
    ]


def _id(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _policies(app: FastAPI) -> Iterator[tuple[Operation, Policy]]:
    """What each route below the base path declares, also one that the description leaves out."""
    for route in app.router.routes:
        path = getattr(route, "path", "")
        if not path.startswith(API) or path.startswith(WEBHOOKS):
            continue
        assert isinstance(route, EdgeRoute), f"{route} is not served by the edge, which enforces the policy"
        for method in route.methods or ():
            yield (method, route.path.removeprefix(API)), route.policy


@asynccontextmanager
async def _colleague(app: FastAPI, practice: Practice, role: str) -> AsyncIterator[Practice]:
    """Another user of the practice, in this role."""
    caller = await join(app, practice, role)
    async with caller.http:
        yield caller


async def _call(
    app: FastAPI, owned: dict[str, str], caller: Practice, operation: Operation, role: str
) -> Call:
    """A request that succeeds for whoever may; tokens, sign-ins and factors are the caller's own."""
    owned.update(await own(app, caller, kinds_for(operation)))
    case = CASES[operation]
    return case.call(owned, body=case.assistant if role == "assistant" else None)


def _target(call: Call) -> UUID | None:
    """The id in the path, if there is one."""
    for part in call.path.split("/"):
        try:
            return UUID(part.removesuffix(".pdf"))
        except ValueError:
            continue
    return None


async def _left(
    superuser: "asyncpg.Connection[Any]", practice: Practice, before: dict[str, list[str]]
) -> dict[str, list[str]]:
    """The rows that are new or changed since, by table."""
    after = await rows_of(superuser, str(practice.workspace_id))
    return {
        name: sorted(set(rows) ^ set(before[name])) for name, rows in after.items() if rows != before[name]
    }


async def _refused(
    superuser: "asyncpg.Connection[Any]",
    caller: Practice,
    call: Call,
    noun: str,
    problem: str = "role-not-allowed",
    **headers: str,
) -> list[str]:
    """Send it; say how the answer and what it left differ from a refusal that is recorded once."""
    rows = await rows_of(superuser, str(caller.workspace_id))
    before = await events_of(superuser, caller.workspace_id)
    answer = await call.send(caller.http, **headers)
    found = _no_refusal(answer, problem)
    after = await events_of(superuser, caller.workspace_id)
    left = await _left(superuser, caller, rows)
    left.pop("audit_events", None)
    found += [f"{name} changed" for name in left]
    written = [row for event_id, row in after.items() if event_id not in before]
    if len(written) != 1:
        return [*found, f"wrote {sorted(row['action'] for row in written)}, not one event"]
    expected = {
        "action": f"{noun}.denied",
        "entity_type": noun,
        "entity_id": _target(call),
        "user_id": caller.user_id,
        "request_id": UUID(answer.headers["X-Request-ID"]),
        "ip_prefix": str(ip_network("127.0.0.0/24")),
    }
    return found + [f"{k} {written[0][k]}, not {v}" for k, v in expected.items() if written[0][k] != v]


def _no_refusal(answer: httpx.Response, problem: str) -> list[str]:
    kind = answer.headers.get("content-type", "")
    if (answer.status_code, kind) != (403, "application/problem+json"):
        return [f"answers {answer.status_code} {kind}"]
    slug = answer.json()["type"].rpartition("/")[2]
    return [] if slug == problem else [f"answers {slug}"]


async def test_every_route_declares_what_the_table_says(app: FastAPI) -> None:
    """Who may, at which limit; and its declared events hold those that it must leave."""
    wrong = []
    for operation, decided in _policies(app):
        case = CASES[operation]
        public = case.may == NOBODY
        limit = case.limit or (Limit.PUBLIC if public else Limit.READ if case.is_read else Limit.WRITE)
        missing = {event.action for event in case.expected()} - set(decided.audit)
        found = [f"roles {sorted(decided.roles)}, not {sorted(case.may)}"] * (decided.roles != case.may)
        found += [f"counts as {decided.limit}, not {limit}"] * (decided.limit != limit)
        found += [f"does not declare {missing}"] * bool(missing)
        found += ["declares no event"] * (not decided.audit and not public and not decided.ids_only)
        wrong += [f"{where(operation)} or the route's @policy: {case.name}: {each}" for each in found]
    assert wrong == []


async def test_no_route_is_undescribed(app: FastAPI) -> None:
    """What a route serves below the base path is in the description, and so in every guard's table."""
    unlike = {operation for operation, _ in _policies(app)} ^ operations(app)
    assert [
        f"{where(o)}: {' '.join(o)}: include_in_schema=False hides it: take that out" for o in unlike
    ] == []


def test_the_roles_are_these() -> None:
    """A further role would have to be decided on."""
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize(("operation", "role"), _pairs(allowed=True), ids=_id)
async def test_whoever_may_is_answered(
    app: FastAPI,
    practice: Practice,
    stocked: Stocked,
    superuser: "asyncpg.Connection[Any]",
    operation: Operation,
    role: str,
) -> None:
    """The operation succeeds in the role, and nothing is recorded as denied."""
    reads = operation[0] == "GET"
    if reads:
        practice = stocked.practice
    owned = dict(stocked.ids) if reads else await stock(app, practice, "policy", kinds_for(operation))
    async with _colleague(app, practice, role) as caller:
        call = await _call(app, owned, caller, operation, role)
        answer = await call.send(caller.http)
    assert answer.is_success, answer.text
    events = (await events_of(superuser, practice.workspace_id)).values()
    actions = {row["action"] for row in events if row["user_id"] == caller.user_id}
    assert [action for action in actions if action.endswith(".denied")] == []


@pytest.mark.parametrize(
    ("operation", "role"),
    [pytest.param(*pair) for pair in _pairs(allowed=False)],
    ids=_id,
)
async def test_whoever_may_not_is_refused(
    app: FastAPI,
    stocked: Stocked,
    superuser: "asyncpg.Connection[Any]",
    operation: Operation,
    role: str,
) -> None:
    """403 role-not-allowed, one event of who, what, which row and which request, and nothing else."""
    async with _colleague(app, stocked.practice, role) as caller:
        call = await _call(app, dict(stocked.ids), caller, operation, role)
        assert await _refused(superuser, caller, call, CASES[operation].expected()[0].entity_type) == []


@pytest.mark.parametrize(("operation", "role"), _pairs(allowed=False), ids=_id)
async def test_a_refusal_comes_before_what_was_sent(
    app: FastAPI, stocked: Stocked, operation: Operation, role: str
) -> None:
    """Wrong ids, parameters and bodies do not turn a 403 into a 422 or a 404, which would tell something."""
    path = operation[1].replace("{", "not-an-id-").replace("}", "")
    call = Call(operation[0], path, json=["nonsense"], params={"limit": "0", "cursor": "x"})
    async with _colleague(app, stocked.practice, role) as caller:
        assert _no_refusal(await call.send(caller.http), "role-not-allowed") == []


async def test_a_widened_route_is_found(
    app: FastAPI,
    practice: Practice,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The check above reports a route that lets a role in, and a refusal that leaves no event."""
    call = Call("GET", "/audit-events")
    async with _colleague(app, practice, "therapist") as caller:
        with monkeypatch.context() as patch:
            patch.setattr(Db, "deny", _unrecorded)
            assert await _refused(superuser, caller, call, "audit_event") == ["wrote [], not one event"]
        route = next(r for r in app.router.routes if isinstance(r, EdgeRoute) and r.path.endswith(call.path))
        monkeypatch.setattr(route, "policy", replace(route.policy, roles=EVERYONE))
        assert "answers 200 application/json" in await _refused(superuser, caller, call, "audit_event")


async def _unrecorded(_db: Db, _row_id: UUID | None) -> None:
    """Refuse without a trace."""


async def test_a_changed_role_counts_at_once(app: FastAPI, practice: Practice) -> None:
    """Whom the process remembers in another role is asked about again, up as well as down."""
    asked = []
    async with _colleague(app, practice, "therapist") as member:
        for role in ("therapist", "assistant", "owner", "therapist"):
            answer = await practice.put(f"/members/{member.user_id}", {"role": role})
            assert answer.status_code == 200, answer.text
            notes, events = await member.get("/sessions"), await member.get("/audit-events")
            asked.append((role, notes.status_code, events.status_code))
    assert asked == [
        ("therapist", 200, 403), ("assistant", 403, 403), ("owner", 200, 200), ("therapist", 200, 403)
    ]  # fmt: skip


async def test_a_request_from_another_site_is_recorded(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A browser's request that another site started is refused, even an owner's, and leaves its event."""
    cookie = {COOKIE: await sign_in(app, practice)}
    del practice.http.headers["Authorization"]
    await Call("GET", "/workspace", cookies=cookie).send(practice.http)  # which moves the idle time once
    call = Call("PUT", "/workspace", {"name": "Theirs"}, cookies=cookie)
    headers = {"Sec-Fetch-Site": "cross-site"}
    found = await _refused(superuser, practice, call, "workspace", "cross-site-request", **headers)
    assert found == []


CLINICAL_WRITES: dict[str, dict[str, object]] = {
    "notes": {"notes": "x"}, "tags": {"tags": ["x"]}, "a cleared note": {"notes": None},
}  # fmt: skip


def test_every_clinical_field_is_tried() -> None:
    """A further clinical field would have to be tried."""
    assert {name for body in CLINICAL_WRITES.values() for name in body} == set(CLINICAL)


@pytest.mark.parametrize("body", CLINICAL_WRITES.values(), ids=CLINICAL_WRITES)
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_an_assistant_writes_nothing_clinical(
    app: FastAPI,
    practice: Practice,
    superuser: "asyncpg.Connection[Any]",
    method: str,
    body: dict[str, object],
) -> None:
    """Refused whole, as an operation that the role may not."""
    path = "/clients" if method == "POST" else f"/clients/{(await practice.make_client())['id']}"
    call = Call(method, path, {"first_name": "A", "last_name": "B", **body})
    async with _colleague(app, practice, "assistant") as caller:
        assert await _refused(superuser, caller, call, "client") == []


@pytest.mark.parametrize("body", CLINICAL_WRITES.values(), ids=CLINICAL_WRITES)
async def test_an_assistant_changes_nothing_clinical(
    app: FastAPI, practice: Practice, body: dict[str, object]
) -> None:
    """The client stays as it was, also in what came with the clinical field."""
    client = await practice.make_client(notes="kept", tags=["kept"])
    path = f"/clients/{client['id']}"
    async with _colleague(app, practice, "assistant") as caller:
        assert _no_refusal(await caller.put(path, {"phone": "050-7654321", **body}), "role-not-allowed") == []
    assert (await practice.get(path)).json() == client


async def test_an_assistant_is_shown_nothing_clinical(app: FastAPI, practice: Practice) -> None:
    """No operation that an assistant may answers a word of a client's notes and tags or of a session."""
    song = canary()
    owned = await stock(app, practice, "clinical")
    text = dict.fromkeys(("subjective", "objective", "assessment", "plan"), song)
    await practice.put(f"/clients/{owned['client']}", {"notes": song, "tags": [song]})
    await practice.put(f"/sessions/{owned['draft']}", text)
    calls = [
        Call("GET", "/clients", params={"q": "clinical"}),
        Call("GET", "/clients", params={"archived": "true"}),
        *(c.call(owned) for c in CASES.values() if "assistant" in c.may and "/clients" in c.name),
        *(c.call(owned) for c in CASES.values() if "assistant" in c.may and "/appoint" in c.name),
        Call("PUT", f"/clients/{owned['client']}", {"phone": "050-7654321"}),
    ]
    async with _colleague(app, practice, "assistant") as caller:
        answers = [await call.send(caller.http) for call in calls]
    shown = [call for call, a in zip(calls, answers, strict=True) if any(w in a.text for w in song.split())]
    assert shown == []
    assert {f'"{name}"' for name in CLINICAL if f'"{name}"' in answers[0].text} == set()
    seen = await practice.get(f"/clients/{owned['client']}")
    assert seen.json()["notes"] == song, "the canary was not sung"
