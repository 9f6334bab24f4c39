"""A device sends a file again, soon or late, once or at once: it is attached once."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from tests.core.problem import problem_of
from tests.support.files import part, png
from tests.support.practice import Practice


@pytest.fixture
async def note(practice: Practice) -> str:
    """A draft."""
    return str((await practice.make_session(subjective="כאב גב"))["id"])


async def send(practice: Practice, note: str, own: str, **options: Any) -> httpx.Response:
    """A file under the device's id."""
    params = {"client_attachment_id": own}
    return await practice.request(
        "POST", f"/sessions/{note}/attachments", params=params, files=part(**options)
    )


async def keys(resources: Resources, practice: Practice) -> list[str]:
    found = resources.storage.pages(f"{practice.workspace_id}/")
    return [item.key async for page in found for item in page]


async def test_a_repeat_answers_the_first(practice: Practice, note: str, resources: Resources) -> None:
    """With the same body, under another name too, and after the note was signed; nothing is stored besides."""
    own = str(new_id())
    first = await send(practice, note, own)
    assert first.status_code == 201, first.text
    assert first.json()["client_attachment_id"] == own
    stored = await keys(resources, practice)
    again = await send(practice, note, own, name="IMG_0001.png")
    await practice.patch(f"/sessions/{note}/finalize")
    late = await send(practice, note, own)
    assert (again.status_code, late.status_code) == (201, 201)
    assert first.json() == again.json() == late.json()
    assert first.headers["location"] == late.headers["location"]
    assert await keys(resources, practice) == stored
    assert (await practice.get(f"/sessions/{note}/attachments")).json()["total"] == 1


async def test_twins_make_one_file(practice: Practice, note: str, resources: Resources) -> None:
    """Whichever comes first; what the others had stored is taken back."""
    own = str(new_id())
    answers = await asyncio.gather(*(send(practice, note, own) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await keys(resources, practice)) == 2  # the file and its preview
    assert (await practice.get(f"/sessions/{note}")).json()["attachment_count"] == 1


async def test_an_id_stands_for_one_file_of_one_note(practice: Practice, note: str) -> None:
    """Another note, and other bytes, are refused: a photo that is taken for another would be lost."""
    own = str(new_id())
    assert (await send(practice, note, own)).status_code == 201
    elsewhere = str((await practice.make_session())["id"])
    problem_of(await send(practice, elsewhere, own), 409, "client-attachment-id-taken")
    problem_of(await send(practice, note, own, data=png(9)), 409, "client-attachment-id-taken")
    problem_of(await send(practice, str(new_id()), own), 404, "not-found")
    assert (await practice.get(f"/sessions/{elsewhere}/attachments")).json()["total"] == 0


async def test_what_was_taken_off_does_not_come_back(practice: Practice, note: str) -> None:
    """Somebody removed the photo while the device had not heard that it had arrived."""
    own = str(new_id())
    made = (await send(practice, note, own)).json()
    await practice.delete(f"/sessions/{note}/attachments/{made['id']}")
    problem_of(await send(practice, note, own), 409, "attachment-removed")
    assert (await practice.get(f"/sessions/{note}/attachments")).json()["total"] == 0


async def test_an_id_is_a_practice_s_own(practice: Practice, other: Practice, note: str) -> None:
    """Another practice may have the same; neither learns of the other."""
    own, theirs = str(new_id()), str((await other.make_session())["id"])
    first, second = await send(practice, note, own), await send(other, theirs, own)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


async def test_the_database_says_so_too(
    practice: Practice, note: str, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Past every check of ours, no two rows have one id."""
    own = str(new_id())
    await send(practice, note, own)
    columns = (
        "workspace_id, session_id, client_attachment_id, sent_as, filename, content_type, file_size, sha256,"
        " created_by"
    )
    twin = (
        f"INSERT INTO attachments (id, {columns}) SELECT $1, {columns} FROM attachments WHERE session_id = $2"
    )
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_attachments_client_attachment_id"):
        await superuser.execute(twin, new_id(), note)


async def test_a_repeat_is_recorded_as_a_look(
    practice: Practice, note: str, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    own = str(new_id())
    made = (await send(practice, note, own)).json()
    await send(practice, note, own)
    events = await superuser.fetch(
        "SELECT action FROM audit_events WHERE entity_id = $1 ORDER BY position", made["id"]
    )
    assert [event["action"] for event in events] == ["attachment.create", "attachment.read"]
