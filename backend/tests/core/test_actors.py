"""Who was known a moment ago: a remembered actor never outlives a change in the database."""

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.accounts import service
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.process.resources import Resources
from tests.core.problem import problem_of
from tests.support.practice import Practice, join

# Whom the tests end; the colleague of `never_alone` stays, because a workspace keeps an owner.
FIRST = "full_name = 'Dana Cohen'"
ENDINGS = {
    "revoked": "UPDATE credentials SET revoked_at = now() WHERE workspace_id = $1",
    "expired": "UPDATE credentials SET expires_at = now() - interval '1 second' WHERE workspace_id = $1",
    "disabled": f"UPDATE users SET status = 'disabled' WHERE workspace_id = $1 AND {FIRST}",
    "removed": f"UPDATE users SET status = 'removed' WHERE workspace_id = $1 AND {FIRST}",
}
REQUESTS = (
    ("GET", "/auth/me", None),
    ("GET", "/clients", None),
    ("GET", "/clients?q=a", None),
    ("POST", "/clients", {"first_name": "a", "last_name": "b"}),
    ("PUT", "/workspace", {"name": "changed"}),
    ("POST", "/auth/tokens", {"name": "x"}),
    ("POST", "/auth/logout", None),
)


@pytest.fixture(autouse=True)
async def never_alone(app: FastAPI, practice: Practice, other: Practice) -> None:
    """A second owner in each workspace, so that the first can go."""
    for workspace in (practice, other):
        await (await join(app, workspace, "owner")).http.aclose()


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize(("method", "path", "body"), REQUESTS, ids=[" ".join(r[:2]) for r in REQUESTS])
async def test_an_ended_actor_is_refused_at_once(
    practice: Practice,
    superuser: "asyncpg.Connection[asyncpg.Record]",
    method: str,
    path: str,
    body: dict[str, str] | None,
    ending: str,
) -> None:
    """A token revoked or expired, or a user disabled, by another process is a 401 on the next request."""
    assert (await practice.get("/auth/me")).status_code == 200
    await superuser.execute(ending, practice.workspace_id)
    before = await superuser.fetchval(
        "SELECT count(*) FROM audit_events WHERE workspace_id = $1", practice.workspace_id
    )
    problem_of(await practice.request(method, path, json=body), 401, "not-authenticated")
    assert before == await superuser.fetchval(
        "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action NOT LIKE '%denied%'",
        practice.workspace_id,
    )


async def test_a_refused_write_is_not_written(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """What an ended actor sends is not in the database."""
    await practice.get("/auth/me")
    await superuser.execute(ENDINGS["disabled"], practice.workspace_id)
    await practice.post("/clients", {"first_name": "a", "last_name": "b"})
    count = await superuser.fetchval(
        "SELECT count(*) FROM clients WHERE workspace_id = $1", practice.workspace_id
    )
    assert count == 0


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_changed_role_holds_on_the_next_request(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]", method: str
) -> None:
    """A role changed by another process is the role of the next request, which is carried out once."""
    version = (await practice.get("/workspace")).json()["version"]
    await superuser.execute("UPDATE users SET role = 'assistant' WHERE id = $1", practice.user_id)
    answer = await practice.request(method, "/workspace", json={"name": "x"} if method == "PUT" else None)
    assert answer.status_code in {200, 403}
    assert (await practice.get("/auth/me")).json()["user"]["role"] == "assistant"
    now = await superuser.fetchval(
        "SELECT version FROM workspaces WHERE workspace_id = $1", practice.workspace_id
    )
    assert now == version + (method == "PUT" and answer.status_code == 200)


async def test_a_lost_role_opens_no_owner_route(
    practice: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A former owner is refused the audit log on the very next request."""
    assert (await practice.get("/audit-events")).status_code == 200
    await superuser.execute("UPDATE users SET role = 'therapist' WHERE id = $1", practice.user_id)
    problem_of(await practice.get("/audit-events"), 403, "role-not-allowed")


async def test_a_user_enabled_again_signs_in_anew(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Disabling ends tokens for good: enabled again, the old one stays a 401 and a new one works."""
    await superuser.execute(ENDINGS["disabled"], practice.workspace_id)
    assert (await practice.get("/auth/me")).status_code == 401
    await superuser.execute("UPDATE users SET status = 'active' WHERE id = $1", practice.user_id)
    assert (await practice.get("/auth/me")).status_code == 401
    system, context = resources.system(), RequestContext(new_id())
    token = await service.issue_token(system, context, practice.workspace_id, practice.user_id, "new")
    await system.transaction.commit()
    practice.http.headers["Authorization"] = f"Bearer {token}"
    assert (await practice.get("/auth/me")).status_code == 200


async def test_another_workspaces_ending_ends_nothing_here(
    practice: Practice, other: Practice, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Disabling the users of one workspace leaves those of another signed in."""
    await superuser.execute(ENDINGS["disabled"], other.workspace_id)
    assert (await practice.get("/auth/me")).status_code == 200
