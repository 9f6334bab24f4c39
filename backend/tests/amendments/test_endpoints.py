"""Amendments over HTTP."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.support.practice import Practice, join

FIELDS = ("subjective", "objective", "assessment", "plan")
TEXT = {"reason": "טעות הקלדה 🙂", "subjective": "  כאב גב\n👩🏽‍⚕️ ", "plan": "e\u0301 ≠ é"}


async def final_note(practice: Practice, **text: str) -> dict[str, Any]:
    note = await practice.make_session(**(text or {"plan": "as signed"}))
    answer = await practice.patch(f"/sessions/{note['id']}/finalize")
    assert answer.status_code == 200
    final: dict[str, Any] = answer.json()
    return final


async def amended(practice: Practice, session_id: str, **body: Any) -> dict[str, Any]:
    answer = await practice.post(
        f"/sessions/{session_id}/amendments", {"reason": "late", "plan": "x", **body}
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_an_amendment_comes_back_as_written(practice: Practice) -> None:
    """It is signed by its author, dated, and keeps reason and text exactly; a field left out says nothing."""
    note = await final_note(practice)
    answer = await practice.post(f"/sessions/{note['id']}/amendments", TEXT)
    assert answer.status_code == 201
    made = answer.json()
    assert {name: made[name] for name in ("reason", *FIELDS)} == {
        **TEXT, "objective": None, "assessment": None,
    }  # fmt: skip
    assert (made["session_id"], made["client_id"]) == (note["id"], note["client_id"])
    assert made["author_id"] == str(practice.user_id)
    assert made["created_at"].endswith("Z")
    listed = (await practice.get(f"/sessions/{note['id']}/amendments")).json()
    assert listed == {"items": [made], "total": 1, "next_cursor": None}


async def test_the_note_counts_its_amendments_and_keeps_its_text(practice: Practice) -> None:
    """Of a finalized note an amendment changes the count, the version and when it was touched."""
    note = await final_note(practice)
    for _ in range(2):
        await amended(practice, note["id"])
    now = (await practice.get(f"/sessions/{note['id']}")).json()
    assert now["amendment_count"] == 2
    assert {n for n in now if now[n] != note[n]} == {"amendment_count", "version", "updated_at"}


async def test_only_a_finalized_note_is_amended(practice: Practice) -> None:
    """A draft and an archived note are a 409, and nothing is added; what was added before is still listed."""
    draft, final = await practice.make_session(plan="x"), await final_note(practice)
    await amended(practice, final["id"])
    await practice.delete(f"/sessions/{final['id']}")
    for note, total in ((draft, 0), (final, 1)):
        path = f"/sessions/{note['id']}/amendments"
        answer = await practice.post(path, {"reason": "late", "plan": "y"})
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/session-not-finalized")
        assert (await practice.get(path)).json()["total"] == total


@pytest.mark.parametrize("text", [{}, {"plan": ""}, {"plan": None, "objective": " \n\u00a0"}])
async def test_an_amendment_says_something(practice: Practice, text: dict[str, str]) -> None:
    """Without a word in the four fields it is a 422, and the note counts none."""
    note = await final_note(practice)
    answer = await practice.post(f"/sessions/{note['id']}/amendments", {"reason": "late", **text})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/amendment-empty")
    assert (await practice.get(f"/sessions/{note['id']}")).json() == note


async def test_a_reason_is_asked_for(practice: Practice) -> None:
    """Without a reason it is a 422 that points at it."""
    note = await final_note(practice)
    answer = await practice.post(f"/sessions/{note['id']}/amendments", {"plan": "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/reason", "detail": "is required"}]


async def test_they_are_listed_in_the_order_they_were_made(practice: Practice) -> None:
    """Earliest first, paged like any list."""
    note = await final_note(practice)
    made = [(await amended(practice, note["id"], plan=str(number)))["id"] for number in range(3)]
    path = f"/sessions/{note['id']}/amendments"
    first = (await practice.get(path, params={"limit": 2})).json()
    rest = (await practice.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == made
    assert (first["total"], rest["next_cursor"]) == (3, None)


async def test_of_an_unknown_note_there_are_none(practice: Practice, other: Practice) -> None:
    """An unknown note and another workspace's are the same 404, to read and to add to."""
    for note_id in (str(new_id()), (await final_note(other))["id"]):
        path = f"/sessions/{note_id}/amendments"
        answers = [await practice.get(path), await practice.post(path, {"reason": "x", "plan": "y"})]
        assert [answer.status_code for answer in answers] == [404, 404]


async def test_a_colleague_signs_their_own(app: FastAPI, practice: Practice) -> None:
    """Another clinician's amendment is theirs; an assistant reads and adds none."""
    note = await final_note(practice)
    colleague = await join(app, practice, "therapist")
    assistant = await join(app, practice, "assistant")
    async with colleague.http, assistant.http:
        assert (await amended(colleague, note["id"]))["author_id"] == str(colleague.user_id)
        path = f"/sessions/{note['id']}/amendments"
        answers = [await assistant.get(path), await assistant.post(path, TEXT)]
    assert [answer.status_code for answer in answers] == [403, 403]


async def test_the_same_key_adds_one(practice: Practice) -> None:
    """Sent twice with one Idempotency-Key, it is added once and answered twice."""
    note, key = await final_note(practice), {"Idempotency-Key": str(new_id())}
    path = f"/sessions/{note['id']}/amendments"
    answers = [await practice.post(path, TEXT, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await practice.get(path)).json()["total"] == 1


async def test_amendments_at_once_are_all_counted(practice: Practice) -> None:
    """Eight at the same instant are eight, and the note says so."""
    note = await final_note(practice)
    await asyncio.gather(*(amended(practice, note["id"], plan=str(n)) for n in range(8)))
    assert (await practice.get(f"/sessions/{note['id']}")).json()["amendment_count"] == 8
    assert (await practice.get(f"/sessions/{note['id']}/amendments")).json()["total"] == 8


async def test_they_are_in_the_client_s_access_history(practice: Practice) -> None:
    """Adding and listing are events of the note's client."""
    note = await final_note(practice)
    await amended(practice, note["id"])
    await practice.get(f"/sessions/{note['id']}/amendments")
    path = f"/clients/{note['client_id']}/access-history"
    actions = [event["action"] for event in (await practice.get(path)).json()["items"]]
    assert actions[0] == "amendment.list"
    assert set(actions[1:3]) == {"amendment.create", "session.amend"}
