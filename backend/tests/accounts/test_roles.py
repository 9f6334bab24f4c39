"""What an assistant sees and may do: the calendar and the people, nothing clinical."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from tests.core.problem import problem_of
from tests.support.practice import Practice, join

CLINICAL: dict[str, Any] = {"notes": "canary-5c1", "tags": ["canary-5c1"]}
PERSON = {"first_name": "Ruth", "last_name": "Levi"}
SESSIONS = (
    ("POST", "/sessions", {"appointment_id": "{appointment}"}),
    ("GET", "/sessions", None),
    ("GET", "/sessions/{session}", None),
    ("PUT", "/sessions/{session}", {"plan": "x"}),
    ("PATCH", "/sessions/{session}/finalize", None),
    ("DELETE", "/sessions/{session}", None),
)


@pytest.fixture
async def assistant(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """An assistant of the practice."""
    assistant = await join(app, practice, "assistant")
    async with assistant.http:
        yield assistant


@pytest.fixture
async def client(practice: Practice) -> dict[str, Any]:
    """A client about whom a therapist wrote something clinical."""
    return await practice.make_client(**PERSON, **CLINICAL)


def bare(shown: dict[str, Any]) -> bool:
    """Whether a client is shown without its clinical fields, not even as empty."""
    return not CLINICAL.keys() & shown.keys()


async def test_an_assistant_reads_a_card(
    practice: Practice, assistant: Practice, client: dict[str, Any]
) -> None:
    """A client reads as everything but notes and tags."""
    answer = await assistant.get(f"/clients/{client['id']}")
    assert answer.json() == {name: value for name, value in client.items() if name not in CLINICAL}
    assert "canary-5c1" not in answer.text


@pytest.mark.parametrize(
    "params", [{}, {"q": "ruth"}, {"archived": "true"}, {"q": "ruth", "archived": "true"}]
)
async def test_an_assistant_lists_cards(
    practice: Practice, assistant: Practice, client: dict[str, Any], params: dict[str, str]
) -> None:
    """Lists and searches, of archived clients too, show cards."""
    if "archived" in params:
        await practice.delete(f"/clients/{client['id']}")
    answer = await assistant.get("/clients", params=params)
    (shown,) = answer.json()["items"]
    assert shown["id"] == client["id"]
    assert bare(shown)
    assert "canary-5c1" not in answer.text


async def test_a_search_does_not_look_at_clinical_fields(assistant: Practice, client: dict[str, Any]) -> None:
    """A word of the notes or tags finds nobody."""
    assert (await assistant.get("/clients", params={"q": "canary-5c1"})).json()["total"] == 0


async def test_an_assistant_adds_a_client(practice: Practice, assistant: Practice) -> None:
    """An assistant adds a client and is answered a card."""
    answer = await assistant.post("/clients", {**PERSON, "phone": "054-1234567"})
    assert answer.status_code == 201
    assert bare(answer.json())
    full = (await practice.get(f"/clients/{answer.json()['id']}")).json()
    assert (full["phone"], full["notes"], full["tags"]) == ("054-1234567", None, None)


async def test_an_assistants_change_leaves_clinical_fields(
    practice: Practice, assistant: Practice, client: dict[str, Any]
) -> None:
    """An assistant's change is answered a card, and notes and tags stay as they were."""
    answer = await assistant.put(f"/clients/{client['id']}", {"phone": "054-1234567"})
    assert (answer.status_code, answer.json()["phone"]) == (200, "054-1234567")
    assert bare(answer.json())
    after = (await practice.get(f"/clients/{client['id']}")).json()
    assert {name: after[name] for name in CLINICAL} == CLINICAL


@pytest.mark.parametrize(
    "body", [{"notes": "mine"}, {"tags": ["mine"]}, {"notes": None}, {"tags": None}], ids=str
)
async def test_an_assistant_cannot_change_clinical_fields(
    practice: Practice, assistant: Practice, client: dict[str, Any], body: dict[str, Any]
) -> None:
    """Notes or tags in an assistant's change, a null too, are a 403, and nothing of it is written."""
    answer = await assistant.put(f"/clients/{client['id']}", {"phone": "054-1234567", **body})
    problem_of(answer, 403, "role-not-allowed")
    assert (await practice.get(f"/clients/{client['id']}")).json() == client


@pytest.mark.parametrize("name", CLINICAL)
async def test_an_assistant_cannot_add_clinical_fields(
    practice: Practice, assistant: Practice, name: str
) -> None:
    """Notes or tags of a new client are a 403, and no client is made."""
    answer = await assistant.post("/clients", {**PERSON, name: CLINICAL[name]})
    problem_of(answer, 403, "role-not-allowed")
    assert (await practice.get("/clients")).json()["total"] == 0


@pytest.mark.parametrize("cause", ["a failed If-Match", "an archived client"])
async def test_a_refused_change_shows_nothing_clinical(
    practice: Practice, assistant: Practice, client: dict[str, Any], cause: str
) -> None:
    """A change that is refused for another reason answers no clinical word."""
    headers = {"If-Match": '"7"'} if cause == "a failed If-Match" else {}
    if not headers:
        await practice.delete(f"/clients/{client['id']}")
    answer = await assistant.put(f"/clients/{client['id']}", {"phone": "054-1234567"}, headers=headers)
    assert answer.status_code == (412 if headers else 409)
    assert "canary-5c1" not in answer.text


@pytest.mark.parametrize(("method", "path", "body"), SESSIONS, ids=[" ".join(case[:2]) for case in SESSIONS])
async def test_an_assistant_opens_no_notes(
    practice: Practice,
    assistant: Practice,
    superuser: "asyncpg.Connection[asyncpg.Record]",
    method: str,
    path: str,
    body: dict[str, str] | None,
) -> None:
    """Every request about treatment notes is a 403 that says nothing, and none is written."""
    note = await practice.make_session(plan="canary-5c1")
    spare = await practice.make_appointment()
    named = {"appointment": spare["id"], "session": note["id"]}
    filled = {name: value.format(**named) for name, value in body.items()} if body else None
    answer = await assistant.request(method, path.format(**named), json=filled)
    problem_of(answer, 403, "role-not-allowed")
    assert "canary-5c1" not in answer.text
    assert (await practice.get(f"/sessions/{note['id']}")).json() == note
    assert (await practice.get("/sessions")).json()["total"] == 1


async def test_notes_that_do_not_exist_are_refused_alike(practice: Practice, assistant: Practice) -> None:
    """An assistant cannot tell a note that exists from one that does not."""
    note = await practice.make_session()
    answers = [await assistant.get(f"/sessions/{one}") for one in (note["id"], practice.user_id)]
    bodies = [{**answer.json(), "instance": ""} for answer in answers]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("path", ["/sessions", "/audit-events"])
async def test_a_refusal_is_recorded(practice: Practice, assistant: Practice, path: str) -> None:
    """Who asks for what their role does not allow is in the audit log."""
    await assistant.get(path)
    newest = (await practice.get("/audit-events", params={"user_id": str(assistant.user_id)})).json()[
        "items"
    ][0]
    assert newest["action"].endswith(".denied")


async def test_a_refused_clinical_field_is_recorded(
    practice: Practice, assistant: Practice, client: dict[str, Any]
) -> None:
    """Trying to write notes is in the audit log, with the client it was about."""
    await assistant.put(f"/clients/{client['id']}", {"notes": "mine"})
    newest = (await practice.get("/audit-events", params={"user_id": str(assistant.user_id)})).json()[
        "items"
    ][0]
    assert (newest["action"], newest["entity_id"]) == ("client.denied", client["id"])


@pytest.mark.parametrize("role", ["therapist", "assistant"])
@pytest.mark.parametrize(
    ("method", "path", "body"), [("GET", "/audit-events", None), ("PUT", "/workspace", {"name": "x"})]
)
async def test_settings_and_audit_log_are_the_owners(
    app: FastAPI, practice: Practice, role: str, method: str, path: str, body: dict[str, str] | None
) -> None:
    """Nobody but an owner reads the audit log or changes the practice's settings."""
    colleague = await join(app, practice, role)
    async with colleague.http:
        problem_of(await colleague.request(method, path, json=body), 403, "role-not-allowed")


async def test_an_assistant_keeps_the_calendar(assistant: Practice, practice: Practice) -> None:
    """Booking, moving and cancelling for those who treat is an assistant's work."""
    made = await assistant.make_appointment(therapist_id=str(practice.user_id))
    answer = await assistant.put(f"/appointments/{made['id']}", {"status": "cancelled"})
    assert answer.status_code == 200
    assert (await assistant.delete(f"/appointments/{made['id']}")).status_code == 204


async def test_a_therapist_sees_everything_of_a_client(
    app: FastAPI, practice: Practice, client: dict[str, Any]
) -> None:
    """A therapist reads notes and tags as the owner does."""
    therapist = await join(app, practice, "therapist")
    async with therapist.http:
        assert (await therapist.get(f"/clients/{client['id']}")).json() == client
