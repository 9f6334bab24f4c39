"""Somebody decides about a conflict; neither text is lost, and it is decided once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from tests.sessions.devices import another_device
from tests.support.guards_audit import events_of
from tests.support.practice import Practice, join
from tests.sync.items import FIELDS, at, conflict_of, item, plans, send_one

Referee: TypeAlias = "asyncpg.Connection[Any]"
TEXT = dict(zip(FIELDS, ("כאב 🙂", " o\n", "e\u0301", "offline"), strict=True))


@pytest.fixture
async def phone(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """The owner on a second device."""
    device = await another_device(app, practice)
    async with device.http:
        yield device


async def contested(practice: Practice, phone: Practice) -> dict[str, Any]:
    """A conflict about a draft whose plan is "online", and the phone's is "offline"; the rest is the same."""
    note = await practice.make_session(**TEXT | {"plan": "online"})
    sent = item(note["appointment_id"], **TEXT)
    return await conflict_of(practice, await send_one(phone, sent))


async def homeless(practice: Practice) -> dict[str, Any]:
    """A conflict about an appointment that nobody knows."""
    return await conflict_of(practice, await send_one(practice, item(str(new_id()), **TEXT)))


async def resolve(practice: Practice, conflict: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = await practice.post(f"/sessions/conflicts/{conflict['id']}/resolve", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["resolution"] == body["action"]
    assert found["resolved_by"] == str(practice.user_id)
    assert {name: found[name] for name in FIELDS} == {name: conflict[name] for name in FIELDS}
    return found


async def refused(practice: Practice, conflict: dict[str, Any], **body: Any) -> tuple[int, str]:
    """How a decision is refused; the conflict is as open as before."""
    path = f"/sessions/conflicts/{conflict['id']}"
    before = (await practice.get(path)).json()
    answer = await practice.post(f"{path}/resolve", body)
    assert (await practice.get(path)).json() == before
    return answer.status_code, str(answer.json()["type"]).rpartition("/")[2]


async def note(practice: Practice, session_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await practice.get(f"/sessions/{session_id}")).json()
    return found


async def test_a_conflict_shows_both_texts(practice: Practice, phone: Practice) -> None:
    """The device's text in its own fields, the note's beside it, and where they differ now."""
    found = await contested(practice, phone)
    assert {name: found[name] for name in FIELDS} == TEXT
    server = found["server"]
    shown = TEXT | {"plan": "online", "status": "draft", "version": 1, "saved_by": str(practice.user_id)}
    assert server == server | shown
    note = (await practice.get(f"/sessions/{found['session_id']}")).json()
    assert server == {name: note[name] for name in server}
    assert (found["fields"], found["differing"]) == (["plan"], ["plan"])
    await practice.put(f"/sessions/{found['session_id']}", {"plan": "offline", "subjective": "new"})
    now = (await practice.get(f"/sessions/conflicts/{found['id']}")).json()
    assert (now["fields"], now["differing"]) == (["plan"], ["subjective"])


async def test_the_open_ones_are_listed(practice: Practice, phone: Practice) -> None:
    """Newest first and without text; resolved ones when asked for; by note."""
    one, two = await contested(practice, phone), await homeless(practice)
    await resolve(practice, await homeless(practice), action="discard")
    page = (await practice.get("/sessions/conflicts")).json()
    assert [found["id"] for found in page["items"]] == [two["id"], one["id"]]
    assert (page["total"], "plan" in page["items"][0]) == (2, False)
    done = (await practice.get("/sessions/conflicts", params={"status": "resolved"})).json()
    assert [found["resolution"] for found in done["items"]] == ["discard"]
    about = (await practice.get("/sessions/conflicts", params={"session_id": one["session_id"]})).json()
    assert [found["id"] for found in about["items"]] == [one["id"]]


async def test_keeping_the_server_s(practice: Practice, phone: Practice) -> None:
    """The note stays as it is, and the device's text in the conflict."""
    found = await contested(practice, phone)
    before = await note(practice, found["session_id"])
    assert (await resolve(practice, found, action="keep_server"))["applied_to"] is None
    assert await note(practice, found["session_id"]) == before


async def test_keeping_the_device_s(practice: Practice, phone: Practice) -> None:
    """The note takes the contested fields and no others; what it had is a revision."""
    found = await contested(practice, phone)
    await practice.put(f"/sessions/{found['session_id']}", {"subjective": "since"})
    done = await resolve(practice, found, action="keep_client")
    assert done["applied_to"] == found["session_id"]
    now = await note(practice, found["session_id"])
    assert (now["plan"], now["subjective"]) == ("offline", "since")
    assert await plans(practice, found["session_id"]) == ["online"]


async def test_merging(practice: Practice, phone: Practice) -> None:
    """The note takes the text that somebody made of both; what it had is a revision."""
    found = await contested(practice, phone)
    await resolve(practice, found, action="merge", plan="online and offline")
    now = await note(practice, found["session_id"])
    assert {name: now[name] for name in FIELDS} == TEXT | {"plan": "online and offline"}
    assert await plans(practice, found["session_id"]) == ["online"]
    assert await refused(practice, await contested(practice, phone), action="merge") == (422, "invalid-input")


async def test_resolved_text_never_folds(practice: Practice, phone: Practice) -> None:
    """An autosave right after keeps what was decided."""
    found = await contested(practice, phone)
    await resolve(practice, found, action="merge", plan="decided")
    await practice.put(f"/sessions/{found['session_id']}", {"plan": "later"})
    assert await plans(practice, found["session_id"]) == ["decided", "online"]


async def test_attaching_to_an_appointment(practice: Practice) -> None:
    """Another appointment gets a note with the device's text, as written."""
    found, appointment = await homeless(practice), await practice.make_appointment()
    done = await resolve(practice, found, action="attach", appointment_id=appointment["id"])
    made = await note(practice, done["applied_to"])
    assert {name: made[name] for name in FIELDS} == TEXT
    assert (made["appointment_id"], made["client_id"]) == (appointment["id"], appointment["client_id"])
    assert (made["status"], made["client_session_id"]) == ("draft", found["client_session_id"])
    assert (found["client_id"], done["client_id"]) == (None, appointment["client_id"])


async def test_attaching_to_the_device_s_own_appointment(practice: Practice) -> None:
    """Too old for sync, it becomes the device's own note, which its next text follows."""
    appointment = (await practice.make_appointment())["id"]
    sent = item(appointment, plan="a", updated_at_client=at(-8 * 24 * 60))
    found = await conflict_of(practice, await send_one(practice, sent))
    done = await resolve(practice, found, action="attach")
    made = await note(practice, done["applied_to"])
    assert (made["appointment_id"], made["client_session_id"]) == (appointment, sent["client_session_id"])
    later = await send_one(practice, sent | {"plan": "b", "updated_at_client": at(), "base_version": 1})
    assert (later["status"], later["server_session_id"]) == ("updated", made["id"])


async def test_attaching_to_a_finalized_note(practice: Practice, phone: Practice) -> None:
    """It becomes an amendment with a reason, of the fields that differ, and the note does not change."""
    found = await contested(practice, phone)
    final = (await practice.patch(f"/sessions/{found['session_id']}/finalize")).json()
    assert await refused(practice, found, action="attach") == (422, "invalid-input")
    await resolve(practice, found, action="attach", reason="נכתב בלי רשת")
    (added,) = (await practice.get(f"/sessions/{final['id']}/amendments")).json()["items"]
    assert {name: added[name] for name in ("reason", *FIELDS)} == {
        **dict.fromkeys(FIELDS), "plan": "offline", "reason": "נכתב בלי רשת",
    }  # fmt: skip
    now = await note(practice, final["id"])
    assert {n for n in now if now[n] != final[n]} == {"amendment_count", "version", "updated_at"}


async def test_merging_into_another_appointment_s_draft(practice: Practice) -> None:
    """Where the appointment has a draft, attaching names it, and merging writes into it."""
    found, draft = await homeless(practice), await practice.make_session(plan="there")
    where = draft["appointment_id"]
    answer = await practice.post(
        f"/sessions/conflicts/{found['id']}/resolve", {"action": "attach", "appointment_id": where}
    )
    assert (answer.status_code, answer.json()["session_id"]) == (409, draft["id"])
    await resolve(practice, found, action="merge", appointment_id=where, plan="both")
    assert (await note(practice, draft["id"]))["plan"] == "both"
    assert await plans(practice, draft["id"]) == ["there"]


@pytest.mark.parametrize("action", ["keep_client", "merge"])
@pytest.mark.parametrize(
    ("end", "slug"), [("finalize", "session-finalized"), ("archive", "invalid-status-transition")]
)
async def test_a_note_that_is_no_draft_takes_no_text(
    practice: Practice, phone: Practice, action: str, end: str, slug: str
) -> None:
    """A finalized and an archived note are never changed: 409, and the conflict stays open."""
    found = await contested(practice, phone)
    path = f"/sessions/{found['session_id']}"
    await (practice.patch(f"{path}/finalize") if end == "finalize" else practice.delete(path))
    before = await note(practice, found["session_id"])
    text = {"plan": "x"} if action == "merge" else {}
    assert await refused(practice, found, action=action, **text) == (409, slug)
    assert await note(practice, found["session_id"]) == before


async def test_an_archived_note_s_text_finds_a_new_one(practice: Practice, phone: Practice) -> None:
    """The device's text of an archived note is attached to its appointment as a new note."""
    found = await contested(practice, phone)
    await practice.delete(f"/sessions/{found['session_id']}")
    done = await resolve(practice, found, action="attach")
    assert (await note(practice, done["applied_to"]))["plan"] == "offline"
    assert done["applied_to"] != found["session_id"]


@pytest.mark.parametrize("action", ["keep_server", "keep_client", "merge"])
async def test_without_a_note_text_is_attached_or_discarded(practice: Practice, action: str) -> None:
    """There is no note to keep, to change or to merge into."""
    text = {"plan": "x"} if action == "merge" else {}
    answer = await refused(practice, await homeless(practice), action=action, **text)
    assert answer == (409, "conflict-without-session")


async def test_an_appointment_nobody_knows_takes_nothing(practice: Practice, other: Practice) -> None:
    """Unknown, another workspace's and archived are the same 404."""
    archived = (await practice.make_appointment())["id"]
    await practice.delete(f"/appointments/{archived}")
    found = await homeless(practice)
    for where in (str(new_id()), (await other.make_appointment())["id"], archived):
        answer = await refused(practice, found, action="attach", appointment_id=where)
        assert answer == (404, "not-found")


async def test_nothing_is_not_attached(practice: Practice) -> None:
    """Text without a word makes no note."""
    sent = item(str(new_id()), plan=" ", subjective=None)
    found = await conflict_of(practice, await send_one(practice, sent))
    where = (await practice.make_appointment())["id"]
    answer = await refused(practice, found, action="attach", appointment_id=where)
    assert answer == (422, "nothing-to-attach")


@pytest.mark.parametrize("action", ["keep_server", "keep_client", "merge", "discard"])
async def test_a_stale_version_decides_nothing(practice: Practice, phone: Practice, action: str) -> None:
    """If-Match is the note's version: who compared with an older text is a 412."""
    found = await contested(practice, phone)
    await practice.put(f"/sessions/{found['session_id']}", {"plan": "newer"})
    text = {"plan": "x"} if action == "merge" else {}
    path, body = f"/sessions/conflicts/{found['id']}/resolve", {"action": action, **text}
    assert (await practice.post(path, body, headers={"If-Match": '"1"'})).status_code == 412
    assert (await practice.post(path, body, headers={"If-Match": '"2"'})).status_code == 200


@pytest.mark.parametrize("action", ["keep_server", "keep_client", "attach", "discard"])
async def test_it_is_resolved_once(practice: Practice, phone: Practice, action: str) -> None:
    """A second decision is a 409 and changes nothing."""
    found = await contested(practice, phone)
    if action == "attach":
        await practice.patch(f"/sessions/{found['session_id']}/finalize")
    body = {"action": action, "reason": "late"}
    await resolve(practice, found, **body)
    before = await note(practice, found["session_id"])
    assert await refused(practice, found, **body) == (409, "conflict-resolved")
    assert await note(practice, found["session_id"]) == before


async def test_of_many_decisions_at_once_one_is_made(practice: Practice, phone: Practice) -> None:
    """Of eight simultaneous ones exactly one is a 200, and the note says what it said."""
    found = await contested(practice, phone)
    path = f"/sessions/conflicts/{found['id']}/resolve"
    answers = await asyncio.gather(
        *(practice.post(path, {"action": "merge", "plan": str(number)}) for number in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    (made,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    now = await note(practice, found["session_id"])
    assert (now["plan"], now["version"]) == (str(made), 2)
    assert await plans(practice, found["session_id"]) == ["online"]


async def test_of_many_attachings_at_once_one_note_is_made(practice: Practice) -> None:
    """Eight simultaneous ones of one conflict to one appointment make one note."""
    found, where = await homeless(practice), (await practice.make_appointment())["id"]
    body = {"action": "attach", "appointment_id": where}
    path = f"/sessions/conflicts/{found['id']}/resolve"
    answers = await asyncio.gather(*(practice.post(path, body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert (await practice.get("/sessions", params={"appointment_id": where})).json()["total"] == 1


async def test_every_decision_is_recorded(practice: Practice, phone: Practice, superuser: Referee) -> None:
    """Each leaves conflict.resolve and what it did to notes; the client's history has both."""
    written = {
        "keep_server": [], "discard": [], "keep_client": ["session.update"], "merge": ["session.update"],
    }  # fmt: skip
    for action, more in written.items():
        found = await contested(practice, phone)
        before = await events_of(superuser, practice.workspace_id)
        await resolve(practice, found, action=action, **({"plan": "x"} if action == "merge" else {}))
        after = await events_of(superuser, practice.workspace_id)
        actions = [row["action"] for event, row in after.items() if event not in before]
        assert sorted(actions) == sorted(["conflict.resolve", *more])
        history = (await practice.get(f"/clients/{found['client_id']}/access-history")).json()["items"]
        assert "conflict.resolve" in [event["action"] for event in history]


async def test_an_assistant_sees_and_decides_nothing(app: FastAPI, practice: Practice) -> None:
    """Neither sync nor conflicts are an assistant's."""
    found, assistant = await homeless(practice), await join(app, practice, "assistant")
    async with assistant.http:
        answers = [
            await assistant.post("/sessions/sync", {"sessions": []}),
            await assistant.get("/sessions/conflicts"),
            await assistant.get(f"/sessions/conflicts/{found['id']}"),
            await assistant.post(f"/sessions/conflicts/{found['id']}/resolve", {"action": "discard"}),
        ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert {answer.json()["type"].rpartition("/")[2] for answer in answers} == {"role-not-allowed"}
