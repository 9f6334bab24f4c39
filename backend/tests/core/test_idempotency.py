"""Idempotency-Key on every route that creates something."""

import asyncio
from typing import TypeAlias
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from tests.core.problem import problem_of
from tests.support.practice import Practice, join, open_practice

CLIENT = {"first_name": "רות", "last_name": "לוי"}
Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def keyed(key: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Idempotency-Key": key}}


async def rows(superuser: Superuser, practice: Practice, table: str = "clients") -> int:
    sql = f"SELECT count(*) FROM {table} WHERE workspace_id = $1"
    return int(await superuser.fetchval(sql, practice.workspace_id))


async def test_the_same_key_and_body_answer_the_first_response(
    practice: Practice, superuser: Superuser
) -> None:
    """Sent again, a creating request answers what it answered, and creates nothing."""
    key = str(uuid4())
    first = await practice.post("/clients", CLIENT, **keyed(key))
    again = await practice.post("/clients", CLIENT, **keyed(key))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert {first.headers["etag"], again.headers["etag"]} == {'"1"'}
    assert first.headers["location"] == again.headers["location"]
    assert await rows(superuser, practice) == 1


async def test_what_was_created_says_where_it_can_be_read(practice: Practice) -> None:
    """Location leads to it; where nothing can be read by its id, there is none."""
    made = await practice.post("/clients", CLIENT)
    found = await practice.http.get(made.headers["location"])
    assert (found.status_code, found.json()) == (200, made.json())
    rule = await practice.post("/reminders/configurations", {"hours_before": 24})
    assert (rule.status_code, "location" in rule.headers) == (201, False)


async def test_the_same_key_with_another_body_is_refused(practice: Practice) -> None:
    """A key stands for one request."""
    key = str(uuid4())
    await practice.post("/clients", CLIENT, **keyed(key))
    other = await practice.post("/clients", CLIENT | {"last_name": "כהן"}, **keyed(key))
    assert other.status_code == 422
    assert other.json()["type"].endswith("/idempotency-key-reused")


async def test_of_32_twins_one_does_the_work(practice: Practice, superuser: Superuser) -> None:
    """Parallel twins create one client; each gets it or is told to wait."""
    key = str(uuid4())
    answers = await asyncio.gather(*(practice.post("/clients", CLIENT, **keyed(key)) for _ in range(32)))
    made = {a.json()["id"] for a in answers if a.status_code == 201}
    assert {a.status_code for a in answers} <= {201, 409}
    assert len(made) == 1
    assert await rows(superuser, practice) == 1


async def test_a_failed_request_keeps_no_answer(practice: Practice) -> None:
    """After a refusal the same key may carry the mended request."""
    key = str(uuid4())
    refused = await practice.post("/sessions", {"appointment_id": str(uuid4())}, **keyed(key))
    booked = await practice.make_appointment()
    made = await practice.post("/sessions", {"appointment_id": booked["id"]}, **keyed(key))
    assert (refused.status_code, made.status_code) == (404, 201)


async def test_a_key_is_its_user_s_own(practice: Practice, app: FastAPI) -> None:
    """The same key of another practice is another key."""
    key = str(uuid4())
    client = await practice.post("/clients", CLIENT, **keyed(key))
    stranger = await open_practice(app)
    async with stranger.http:
        theirs = await stranger.post("/clients", CLIENT, **keyed(key))
    assert [a.status_code for a in (client, theirs)] == [201, 201]
    assert client.json()["id"] != theirs.json()["id"]


async def test_a_key_stands_for_one_address(practice: Practice, superuser: Superuser) -> None:
    """The same key and body for another note, with a query, or on another route, is refused and writes nothing."""
    first, second = [(await practice.make_session(plan="rest"))["id"] for _ in range(2)]
    for note in (first, second):
        await practice.patch(f"/sessions/{note}/finalize")
    key, body = str(uuid4()), {"reason": "forgotten", "plan": "rest"}
    made = await practice.post(f"/sessions/{first}/amendments", body, **keyed(key))
    others = [
        await practice.post(f"/sessions/{second}/amendments", body, **keyed(key)),
        await practice.post("/auth/tokens", {"name": "x"}, **keyed(key)),
    ]
    assert made.status_code == 201
    assert [problem_of(other, 422)["type"].rpartition("/")[2] for other in others] == [
        "idempotency-key-reused"
    ] * 2
    assert await rows(superuser, practice, "session_amendments") == 1


async def test_an_answer_is_its_role_s_own(practice: Practice, app: FastAPI, superuser: Superuser) -> None:
    """Who has lost a role is not given again what it was shown; that is recorded."""
    key, body = str(uuid4()), CLIENT | {"notes": "canary-8s2"}
    therapist = await join(app, practice, "therapist")
    async with therapist.http:
        made = await therapist.post("/clients", body, **keyed(key))
        await superuser.execute("UPDATE users SET role = 'assistant' WHERE id = $1", therapist.user_id)
        refused = await therapist.post("/clients", body, **keyed(key))
    assert made.status_code == 201
    problem_of(refused, 403, "role-changed")
    assert "canary-8s2" not in refused.text
    denied = "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'client.denied'"
    assert await superuser.fetchval(denied, practice.workspace_id) == 1
    assert await rows(superuser, practice) == 1


async def test_after_a_day_a_key_is_new(practice: Practice, superuser: Superuser) -> None:
    """Answers are kept for 24 hours."""
    key = str(uuid4())
    await practice.post("/clients", CLIENT, **keyed(key))
    await superuser.execute("UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'")
    again = await practice.post("/clients", CLIENT, **keyed(key))
    assert "idempotency-replayed" not in again.headers
    assert await rows(superuser, practice) == 2


async def test_a_kept_answer_is_sealed(practice: Practice, superuser: Superuser) -> None:
    """What is kept holds no plain text."""
    await practice.post("/clients", CLIENT | {"notes": "canary-5t1"}, **keyed(str(uuid4())))
    kept: bytes = await superuser.fetchval(
        "SELECT answer FROM idempotency_keys WHERE workspace_id = $1", practice.workspace_id
    )
    assert b"canary-5t1" not in kept
    assert "לוי".encode() not in kept


@pytest.mark.parametrize("key", ["", "x" * 256, "שלום".encode().decode("latin-1")])
async def test_an_unusable_key_is_refused(practice: Practice, key: str) -> None:
    """A key is 1 to 255 printable ASCII characters."""
    headers = httpx.Headers([(b"Idempotency-Key", key.encode("latin-1"))])
    answer = await practice.post("/clients", CLIENT, headers=headers)
    assert answer.status_code == 422
