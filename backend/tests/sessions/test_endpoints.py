"""SOAP notes over HTTP."""

from typing import Any

import httpx
import pytest

from pazpaz.core.base.ids import new_id
from tests.support.practice import Practice

FIELDS = ("subjective", "objective", "assessment", "plan")
TEXT = {
    "subjective": "  כאב גב תחתון 🙂\n\tשורה  ",
    "objective": "SLR ‎ 30°, 👩🏽‍⚕️, e\u0301 ≠ é",
    "assessment": "\u202bמעורב mixed\u202c\r\nline",
    "plan": " ",
}


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


async def test_a_note_comes_back_as_written(practice: Practice) -> None:
    """Text is kept exactly: Hebrew, emoji, combining and direction marks, line ends, leading and trailing spaces."""
    appointment = await practice.make_appointment()
    answer = await practice.post("/sessions", {"appointment_id": appointment["id"], **TEXT})
    assert answer.status_code == 201
    note = answer.json()
    assert {name: note[name] for name in FIELDS} == TEXT
    assert (await practice.get(f"/sessions/{note['id']}")).json() == note


async def test_a_new_note_belongs_to_its_appointment(practice: Practice) -> None:
    """A new note is a draft with its appointment's client and start, and no text it was not given."""
    appointment = await practice.make_appointment()
    note = await practice.make_session(appointment["id"])
    assert note["workspace_id"] == str(practice.workspace_id)
    assert note["appointment_id"] == appointment["id"]
    assert note["client_id"] == appointment["client_id"]
    assert note["session_date"] == appointment["scheduled_start"]
    assert (note["status"], note["version"]) == ("draft", 1)
    assert [note[name] for name in FIELDS] == [None] * 4
    assert (note["finalized_at"], note["finalized_by"]) == (None, None)
    assert (note["attachment_count"], note["amendment_count"]) == (0, 0)


async def test_a_devices_own_id_is_kept(practice: Practice) -> None:
    """The id a device gave the note comes back with it."""
    own = str(new_id())
    assert (await practice.make_session(client_session_id=own))["client_session_id"] == own


async def test_an_appointment_has_one_note(practice: Practice) -> None:
    """A second note for an appointment is a 409 with the first one's id, which stays as it is."""
    first = await practice.make_session(plan="first")
    answer = await practice.post("/sessions", {"appointment_id": first["appointment_id"], "plan": "second"})
    assert (answer.status_code, slug(answer)) == (409, "session-already-exists")
    assert answer.json()["session_id"] == first["id"]
    assert (await practice.get(f"/sessions/{first['id']}")).json() == first


async def test_a_note_needs_an_appointment_of_the_workspace(practice: Practice, other: Practice) -> None:
    """A note for an unknown appointment and for another workspace's is the same 404."""
    theirs = (await other.make_appointment())["id"]
    answers = [await practice.post("/sessions", {"appointment_id": one}) for one in (str(new_id()), theirs)]
    assert [(answer.status_code, slug(answer)) for answer in answers] == [(404, "not-found")] * 2
    assert {**answers[0].json(), "instance": ""} == {**answers[1].json(), "instance": ""}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("text", ["new", "", None, "  א\n", "🙂" * 1000])
async def test_autosave_changes_one_field_alone(practice: Practice, name: str, text: str | None) -> None:
    """A field that is sent changes, a null clears, every other one stays, and the version rises by one."""
    before = await practice.make_session(**TEXT)
    answer = await practice.put(f"/sessions/{before['id']}", {name: text})
    after = answer.json()
    assert after == before | {name: text, "version": 2, "updated_at": after["updated_at"]}
    assert answer.headers["etag"] == '"2"'
    assert (await practice.get(f"/sessions/{before['id']}")).json() == after


async def test_the_version_counts_every_save(practice: Practice) -> None:
    """Each save raises the version by one, and reading shows it as the ETag without raising it."""
    path = f"/sessions/{(await practice.make_session())['id']}"
    saved = [(await practice.put(path, {"plan": str(n)})).headers["etag"] for n in range(3)]
    read = [(await practice.get(path)).headers["etag"] for _ in range(2)]
    assert saved + read == ['"2"', '"3"', '"4"', '"4"', '"4"']


@pytest.mark.parametrize(
    "field", ["status", "version", "session_date", "finalized_at", "client_id", "is_synced"]
)
async def test_what_the_server_keeps_cannot_be_saved(practice: Practice, field: str) -> None:
    """A field that is not text is a 422 in an autosave, and nothing changes."""
    note = await practice.make_session(plan="x")
    answer = await practice.put(f"/sessions/{note['id']}", {"plan": "y", field: "finalized"})
    assert (answer.status_code, slug(answer)) == (422, "invalid-input")
    assert (await practice.get(f"/sessions/{note['id']}")).json() == note


@pytest.mark.parametrize(
    ("method", "action"),
    [("PUT", ""), ("PATCH", "/finalize"), ("DELETE", "")],
    ids=["save", "finalize", "archive"],
)
async def test_a_stale_version_changes_nothing(practice: Practice, method: str, action: str) -> None:
    """If-Match with an older version is a 412, and neither note nor appointment changes."""
    note = await practice.make_session(plan="first")
    path = f"/sessions/{note['id']}"
    now = (await practice.put(path, {"plan": "second"})).json()
    body = {"json": {"plan": "third"}} if method == "PUT" else {}
    answer = await practice.request(method, path + action, headers={"If-Match": '"1"'}, **body)
    assert (answer.status_code, slug(answer)) == (412, "stale-version")
    assert (await practice.get(path)).json() == now
    assert (await practice.get(f"/appointments/{note['appointment_id']}")).json()["status"] == "scheduled"


@pytest.mark.parametrize("version", ['"1"', "*"])
@pytest.mark.parametrize(
    ("method", "action", "status"), [("PUT", "", 200), ("PATCH", "/finalize", 200), ("DELETE", "", 204)]
)
async def test_the_current_version_is_let_through(
    practice: Practice, method: str, action: str, status: int, version: str
) -> None:
    """If-Match with the current version or `*` saves, finalizes and archives."""
    path = f"/sessions/{(await practice.make_session(plan='x'))['id']}"
    body = {"json": {"plan": "y"}} if method == "PUT" else {}
    answer = await practice.request(method, path + action, headers={"If-Match": version}, **body)
    assert answer.status_code == status


async def test_another_workspaces_note_is_unknown(practice: Practice, other: Practice) -> None:
    """A foreign note cannot be read, saved, finalized, archived or listed, and is unharmed."""
    theirs = await other.make_session(plan="x")
    path = f"/sessions/{theirs['id']}"
    answers = [
        await practice.get(path),
        await practice.put(path, {"plan": "y"}),
        await practice.patch(f"{path}/finalize"),
        await practice.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await practice.get("/sessions")).json()["total"] == 0
    assert (await other.get(path)).json() == theirs


async def walk(practice: Practice, path: str, *steps: str) -> list[Any]:
    """What each step answers: its status, and the problem if it is one."""
    requests = {
        "save": lambda: practice.put(path, {"plan": "changed"}),
        "finalize": lambda: practice.patch(f"{path}/finalize"),
        "archive": lambda: practice.delete(path),
    }
    answers = [await requests[step]() for step in steps]
    return [answer.status_code if answer.status_code < 400 else slug(answer) for answer in answers]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("finalize", "finalize"), [200, "session-finalized"]),
        (("finalize", "save"), [200, "session-finalized"]),
        (("finalize", "archive"), [200, 204]),
        (("archive",), [204]),
        (("archive", "archive"), [204, "invalid-status-transition"]),
        (("archive", "finalize"), [204, "invalid-status-transition"]),
        (("archive", "save"), [204, "invalid-status-transition"]),
        (("finalize", "archive", "archive"), [200, 204, "invalid-status-transition"]),
        (("finalize", "archive", "save"), [200, 204, "invalid-status-transition"]),
        (("finalize", "archive", "finalize"), [200, 204, "invalid-status-transition"]),
    ],
)
async def test_a_note_goes_one_way(practice: Practice, steps: tuple[str, ...], expected: list[Any]) -> None:
    """Draft, finalized, archived: every other way is refused, and a refusal changes nothing."""
    path = f"/sessions/{(await practice.make_session(plan='x'))['id']}"
    taken = [step for step, answer in zip(steps, expected, strict=True) if isinstance(answer, int)]
    assert await walk(practice, path, *steps) == expected
    assert (await practice.get(path)).json()["version"] == 1 + len(taken)


async def test_finalizing_completes_the_appointment(practice: Practice) -> None:
    """A finalized note says who finalized it and when, and its appointment is completed."""
    note = await practice.make_session(**TEXT)
    answer = await practice.patch(f"/sessions/{note['id']}/finalize")
    final = answer.json()
    changed = {"status", "version", "finalized_at", "finalized_by", "updated_at"}
    assert {name for name in final if final[name] != note[name]} == changed
    assert (final["status"], final["version"]) == ("finalized", 2)
    assert final["finalized_by"] == str(practice.user_id)
    assert final["finalized_at"].endswith("Z")
    assert answer.headers["etag"] == '"2"'
    assert (await practice.get(f"/sessions/{note['id']}")).json() == final
    appointment = (await practice.get(f"/appointments/{note['appointment_id']}")).json()
    assert (appointment["status"], appointment["has_finalized_note"]) == ("completed", True)


@pytest.mark.parametrize("text", [{}, {"plan": ""}, {"subjective": "  \n", "objective": "\u00a0"}])
async def test_an_empty_note_is_not_finalized(practice: Practice, text: dict[str, str]) -> None:
    """A note without a word is a 422, and neither it nor its appointment changes."""
    note = await practice.make_session(**text)
    answer = await practice.patch(f"/sessions/{note['id']}/finalize")
    assert (answer.status_code, slug(answer)) == (422, "session-empty")
    assert (await practice.get(f"/sessions/{note['id']}")).json() == note
    assert (await practice.get(f"/appointments/{note['appointment_id']}")).json()["version"] == 1


@pytest.mark.parametrize("finalized", [False, True])
async def test_archiving_keeps_the_text(practice: Practice, finalized: bool) -> None:
    """An archived note can be read with all of its text, and says still who finalized it."""
    note = await practice.make_session(**TEXT)
    path = f"/sessions/{note['id']}"
    if finalized:
        note = (await practice.patch(f"{path}/finalize")).json()
    answer = await practice.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    archived = (await practice.get(path)).json()
    assert {name for name in archived if archived[name] != note[name]} == {"status", "version", "updated_at"}
    assert archived["status"] == "archived"


@pytest.mark.parametrize("finalized", [False, True])
async def test_an_archived_note_makes_room_for_another(practice: Practice, finalized: bool) -> None:
    """After archiving, its appointment takes a new note, and the old one stays archived."""
    old = await practice.make_session(plan="old")
    if finalized:
        await practice.patch(f"/sessions/{old['id']}/finalize")
    await practice.delete(f"/sessions/{old['id']}")
    new = await practice.make_session(old["appointment_id"], plan="new")
    assert new["id"] != old["id"]
    assert (await practice.get(f"/sessions/{old['id']}")).json()["plan"] == "old"


async def test_an_archived_final_note_is_needed_again(practice: Practice) -> None:
    """Archiving a finalized note makes its past appointment need one, until the next is finalized."""
    past = {"scheduled_start": "2020-01-01T09:00:00Z", "scheduled_end": "2020-01-01T10:00:00Z"}
    appointment = (await practice.make_appointment(**past))["id"]
    totals = []
    for _ in range(2):
        path = f"/sessions/{(await practice.make_session(appointment, plan='x'))['id']}"
        await practice.patch(f"{path}/finalize")
        totals.append((await practice.get("/appointments", params={"needs_note": "true"})).json()["total"])
        await practice.delete(path)
        totals.append((await practice.get("/appointments", params={"needs_note": "true"})).json()["total"])
    assert totals == [0, 1, 0, 1]
