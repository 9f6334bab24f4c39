"""What autosave writes over stays as a revision."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.process.resources import Resources
from pazpaz.sessions.jobs import forget_revisions
from pazpaz.sessions.settings import SessionSettings
from tests.sessions.devices import another_device, pass_minutes
from tests.support.practice import Practice, join

FIELDS = ("subjective", "objective", "assessment", "plan")
Referee: TypeAlias = "asyncpg.Connection[Any]"


@pytest.fixture
async def phone(app: FastAPI, practice: Practice) -> AsyncIterator[Practice]:
    """The owner on a second device."""
    device = await another_device(app, practice)
    async with device.http:
        yield device


async def save(device: Practice, note: dict[str, Any], **text: str | None) -> dict[str, Any]:
    answer = await device.put(f"/sessions/{note['id']}", text)
    assert answer.status_code == 200, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


async def revisions(practice: Practice, note: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await practice.get(f"/sessions/{note['id']}/revisions", params={"limit": 100})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def plans(practice: Practice, note: dict[str, Any]) -> list[str | None]:
    return [revision["plan"] for revision in await revisions(practice, note)]


async def test_another_device_s_save_keeps_what_it_overwrote(practice: Practice, phone: Practice) -> None:
    """The overwritten text stays whole, with its version, its author and when it was saved."""
    text = {"subjective": "  כאב גב 🙂\n", "objective": "e\u0301 ≠ é", "assessment": None, "plan": "x"}
    note = await practice.make_session(**text)
    saved = await save(phone, note, plan="y")
    assert saved | {"updated_at": note["updated_at"]} == note | {"plan": "y", "version": 2}
    (revision,) = await revisions(practice, note)
    assert {name: revision[name] for name in FIELDS} == text
    assert (revision["version"], revision["author_id"]) == (1, str(practice.user_id))
    assert (revision["session_id"], revision["saved_at"]) == (note["id"], note["updated_at"])


async def test_saves_of_one_device_fold(practice: Practice) -> None:
    """Within five minutes the same author's saves on the same device, the first text included, are one."""
    note = await practice.make_session(plan="0")
    for number in range(1, 6):
        await save(practice, note, plan=str(number))
    assert await revisions(practice, note) == []


async def test_after_five_minutes_a_save_begins_anew(practice: Practice, superuser: Referee) -> None:
    """The text as it was when the five minutes ended stays; then saves fold again."""
    note = await practice.make_session(plan="0")
    await save(practice, note, plan="1")
    await pass_minutes(superuser, note["id"], 4.9)
    await save(practice, note, plan="2")
    await pass_minutes(superuser, note["id"], 0.2)
    for number in range(3, 6):
        await save(practice, note, plan=str(number))
    assert await plans(practice, note) == ["2"]


async def test_five_minutes_count_from_the_first_save(practice: Practice, superuser: Referee) -> None:
    """Somebody who writes without a pause has a revision every five minutes, not one at the end of the day."""
    note = await practice.make_session(plan="0")
    for number in range(1, 7):
        await pass_minutes(superuser, note["id"], 2)
        await save(practice, note, plan=str(number))
    assert await plans(practice, note) == ["5", "2"]


async def test_two_devices_by_turns_lose_nothing(practice: Practice, phone: Practice) -> None:
    """Each change of hands keeps the other's text, newest first."""
    note = await practice.make_session(plan="0")
    for number in range(1, 7):
        await save((practice, phone)[number % 2], note, plan=str(number))
    found = await revisions(practice, note)
    assert [(r["plan"], r["version"]) for r in found] == [(str(n), n + 1) for n in reversed(range(6))]


async def test_a_colleague_s_save_keeps_the_other_author_s(app: FastAPI, practice: Practice) -> None:
    """The revision says whose text it was."""
    note, colleague = await practice.make_session(plan="mine"), await join(app, practice, "therapist")
    async with colleague.http:
        await save(colleague, note, plan="yours")
    await save(practice, note, plan="mine again")
    authors = [(r["plan"], r["author_id"]) for r in await revisions(practice, note)]
    assert authors == [("yours", str(colleague.user_id)), ("mine", str(practice.user_id))]


async def test_the_same_text_again_is_no_revision(practice: Practice, phone: Practice) -> None:
    """A save of what is there already keeps nothing, and does not make the text the saver's own."""
    note = await practice.make_session(plan="mine")
    await save(phone, note, plan="mine")
    assert await revisions(practice, note) == []
    await save(phone, note, plan="other")
    assert await plans(practice, note) == ["mine"]


async def test_an_empty_note_is_no_revision_to_show(practice: Practice, phone: Practice) -> None:
    """Nothing is listed of a note that said nothing before."""
    note = await practice.make_session()
    await save(phone, note, plan="x")
    assert await revisions(practice, note) == []


async def test_a_cleared_text_stays(practice: Practice, phone: Practice) -> None:
    """A null writes over like any text."""
    note = await practice.make_session(plan="x")
    await save(phone, note, plan=None)
    assert await plans(practice, note) == ["x"]


async def test_a_revision_is_restored_by_saving_it(practice: Practice, phone: Practice) -> None:
    """Its text is saved like any other, and what it replaced is a revision in turn."""
    note = await practice.make_session(plan="first", subjective="s")
    await save(phone, note, plan="second")
    (revision,) = await revisions(practice, note)
    restored = await save(practice, note, **{name: revision[name] for name in FIELDS})
    assert {name: restored[name] for name in FIELDS} == {name: note[name] for name in FIELDS}
    assert await plans(practice, note) == ["second", "first"]


async def test_a_stale_save_keeps_nothing(practice: Practice, phone: Practice) -> None:
    """A 412 changes neither note nor revisions."""
    note = await practice.make_session(plan="x")
    path = f"/sessions/{note['id']}"
    now = await save(phone, note, plan="y")
    for device in (practice, phone):
        stale = await device.put(path, {"plan": "z"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
    assert (await practice.get(path)).json() == now
    assert await plans(practice, note) == ["x"]


async def test_they_stay_when_the_note_is_finalized_and_archived(practice: Practice, phone: Practice) -> None:
    """A finalized and an archived note still show their earlier texts, and take no other."""
    note = await practice.make_session(plan="x")
    await save(phone, note, plan="y")
    for method, suffix in (("PATCH", "/finalize"), ("DELETE", "")):
        await practice.request(method, f"/sessions/{note['id']}{suffix}")
        refused = await practice.put(f"/sessions/{note['id']}", {"plan": "z"})
        assert refused.status_code == 409
        assert await plans(practice, note) == ["x"]


async def test_they_are_paged(practice: Practice, phone: Practice) -> None:
    """Walking the pages shows each once, newest first; a cursor of another sort is a 422."""
    note = await practice.make_session(plan="0")
    for number in range(1, 6):
        await save((practice, phone)[number % 2], note, plan=str(number))
    path, seen, params = f"/sessions/{note['id']}/revisions", [], {"limit": "2"}
    while True:
        page = (await practice.get(path, params=params)).json()
        seen += [item["plan"] for item in page["items"]]
        assert page["total"] == 5
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == ["4", "3", "2", "1", "0"]
    await practice.make_client()
    await practice.make_client()
    foreign = (await practice.get("/clients", params={"limit": 1})).json()["next_cursor"]
    assert (await practice.get(path, params={"cursor": foreign})).status_code == 422


async def test_saves_of_two_devices_at_once_are_all_kept(practice: Practice, phone: Practice) -> None:
    """Of sixteen simultaneous saves each text is the note's, a revision, or folded into its own device's next."""
    note = await practice.make_session(plan="start")
    await asyncio.gather(
        *(
            save(device, note, plan=f"{name} {number}")
            for number in range(8)
            for name, device in (("desk", practice), ("phone", phone))
        )
    )
    now = (await practice.get(f"/sessions/{note['id']}")).json()
    kept = await revisions(practice, note)
    texts = [text["plan"] for text in (*reversed(kept), now)]
    assert now["version"] == 17
    assert len(texts) == len(set(texts))
    assert "start" in texts or texts[0].startswith("desk")
    hands = [text.split()[0] for text in texts]
    assert {"desk", "phone"} <= set(hands), "each device's last text is there"


async def test_an_unknown_note_has_none(practice: Practice, other: Practice) -> None:
    """Another workspace's note is a 404, as an unknown one."""
    theirs = await other.make_session(plan="x")
    assert (await practice.get(f"/sessions/{theirs['id']}/revisions")).status_code == 404


async def _age(superuser: Referee, note: dict[str, Any], days: int) -> None:
    await superuser.execute(
        "UPDATE session_revisions SET created_at = created_at - $2::interval WHERE session_id = $1",
        UUID(note["id"]),
        timedelta(days=days),
    )


async def _written(practice: Practice, phone: Practice, times: int) -> dict[str, Any]:
    note = await practice.make_session(plan="0")
    for number in range(1, times + 1):
        await save((practice, phone)[number % 2], note, plan=str(number))
    return note


async def test_a_draft_s_earlier_texts_go_after_their_days(
    practice: Practice, phone: Practice, resources: Resources, superuser: Referee
) -> None:
    """The sweep deletes those past the setting, and leaves the note and the younger ones."""
    note = await _written(practice, phone, 3)
    await _age(superuser, note, SessionSettings.of(resources.settings).draft_revision_days)
    await save(practice, note, plan="young")  # "3" was the phone's
    await forget_revisions(resources)
    kept = await plans(practice, note)
    assert kept == ["3"]
    assert (await practice.get(f"/sessions/{note['id']}")).json()["plan"] == "young"


async def test_a_finalized_note_keeps_its_last_ones(
    practice: Practice, phone: Practice, resources: Resources, settings: Settings, superuser: Referee
) -> None:
    """However old they are; beyond the setting's number the oldest go."""
    kept = SessionSettings.of(settings).finalized_revisions
    note = await _written(practice, phone, kept + 3)
    await practice.patch(f"/sessions/{note['id']}/finalize")
    await _age(superuser, note, 10_000)
    await forget_revisions(resources)
    assert await plans(practice, note) == [str(n) for n in reversed(range(3, kept + 3))]


async def test_a_note_of_before_has_an_unknown_author(
    practice: Practice, phone: Practice, superuser: Referee
) -> None:
    """A text saved before authors were kept becomes a revision too."""
    note = await practice.make_session(plan="old")
    await superuser.execute(
        "UPDATE sessions SET saved_by = NULL, saved_with = NULL, saved_since = NULL WHERE id = $1",
        UUID(note["id"]),
    )
    await save(practice, note, plan="new")
    (revision,) = await revisions(practice, note)
    assert (revision["plan"], revision["author_id"]) == ("old", None)
