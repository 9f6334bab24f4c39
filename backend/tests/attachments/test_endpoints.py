"""Attachments at the API, on the real store."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.sanitizing import process
from tests.support.files import attach, chunk, make_attachment, png
from tests.support.files_untidy import PDFS
from tests.support.practice import Practice


@pytest.fixture
async def note(practice: Practice) -> dict[str, Any]:
    """A draft."""
    return await practice.make_session(subjective="כאב גב")


async def fetched(url: str) -> httpx.Response:
    """The store's answer to a link, as a browser that is not signed in gets it."""
    async with httpx.AsyncClient() as browser:
        return await browser.get(url)


async def objects(resources: Resources, below: str) -> list[str]:
    """The keys in the store."""
    return [item.key async for page in resources.storage.pages(below) for item in page]


async def test_a_file_goes_in_and_comes_out(practice: Practice, note: dict[str, Any]) -> None:
    """What is downloaded is what the answer's size and hash say, saved under its own name, cached nowhere."""
    made = await make_attachment(practice, note["id"], name="צילום גב.png")
    assert (made["filename"], made["content_type"]) == ("צילום גב.png", "image/png")
    link = (await practice.get(f"/sessions/{note['id']}/attachments/{made['id']}")).json()
    answer = await fetched(link["download_url"])
    assert answer.status_code == 200
    assert (len(answer.content), hashlib.sha256(answer.content).hexdigest()) == (
        made["file_size"],
        made["sha256"],
    )
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment;")
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == "צילום גב.png"
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/png", "no-store")


async def test_a_link_says_when_it_ends(practice: Practice, note: dict[str, Any]) -> None:
    """A quarter of an hour, and never later than it says."""
    made = await make_attachment(practice, note["id"])
    link = (await practice.get(f"/sessions/{note['id']}/attachments/{made['id']}")).json()
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=14, seconds=50) < left <= timedelta(minutes=15)
    assert "X-Amz-Expires=900&" in link["download_url"]


async def test_the_store_keeps_it_encrypted_under_the_contract_s_key(
    practice: Practice, note: dict[str, Any], resources: Resources
) -> None:
    """Workspace, note, id and a plain name make the key; the object carries the store's encryption."""
    made = await make_attachment(practice, note["id"], name="MRI רות levi 1.png")
    prefix = f"{practice.workspace_id}/{note['id']}/{made['id']}_"
    keys = [f"{prefix}_preview.jpg", f"{prefix}MRI_levi_1.png"]
    assert sorted(await objects(resources, f"{practice.workspace_id}/")) == sorted(keys)
    bucket = resources.storage._bucket
    for key in keys:
        head = bucket._client.head_object(Bucket=bucket._name, Key=key)
        assert head["ServerSideEncryption"] == "AES256"


async def test_what_a_picture_tells_of_its_owner_is_gone(practice: Practice, note: dict[str, Any]) -> None:
    """A text chunk of the picture is in no byte that can be downloaded."""
    data = png(8, 8, b"\1\2\3", chunk(b"tEXt", b"Comment\0at home of Ruth"))
    made = await make_attachment(practice, note["id"], data=data)
    link = (await practice.get(f"/sessions/{note['id']}/attachments/{made['id']}")).json()
    assert b"Ruth" not in (await fetched(link["download_url"])).content


async def test_files_are_listed_in_the_order_they_came(practice: Practice, note: dict[str, Any]) -> None:
    """Page by page, each once; the note counts them, and its version stays the text's."""
    made = [(await make_attachment(practice, note["id"], name=f"{n}.png"))["id"] for n in range(5)]
    first = (await practice.get(f"/sessions/{note['id']}/attachments", params={"limit": 3})).json()
    params = {"limit": 3, "cursor": first["next_cursor"]}
    second = (await practice.get(f"/sessions/{note['id']}/attachments", params=params)).json()
    assert [item["id"] for item in first["items"] + second["items"]] == made
    assert (first["total"], second["next_cursor"]) == (5, None)
    now = (await practice.get(f"/sessions/{note['id']}")).json()
    assert (now["attachment_count"], now["version"]) == (5, note["version"])


async def test_no_file_is_a_list_too(practice: Practice, note: dict[str, Any]) -> None:
    found = (await practice.get(f"/sessions/{note['id']}/attachments")).json()
    assert found == {"items": [], "total": 0, "next_cursor": None}


async def test_a_removed_file_is_gone(practice: Practice, note: dict[str, Any], resources: Resources) -> None:
    """From the list, from the count, by its id, and, when the worker has run, from the store."""
    from pazpaz.attachments.jobs import remove_attachment

    made = await make_attachment(practice, note["id"])
    path = f"/sessions/{note['id']}/attachments/{made['id']}"
    assert (await practice.delete(path)).status_code == 204
    assert (await practice.get(path)).status_code == 404
    assert (await practice.delete(path)).status_code == 404
    assert (await practice.get(f"/sessions/{note['id']}")).json()["attachment_count"] == 0
    await remove_attachment(resources, made["id"])
    assert await objects(resources, f"{practice.workspace_id}/") == []


async def test_a_finalized_note_keeps_its_files_and_takes_no_more(
    practice: Practice, note: dict[str, Any]
) -> None:
    made = await make_attachment(practice, note["id"])
    await practice.patch(f"/sessions/{note['id']}/finalize")
    refused = await attach(practice, note["id"])
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "session-finalized")
    kept = await practice.delete(f"/sessions/{note['id']}/attachments/{made['id']}")
    assert (kept.status_code, kept.json()["type"].rpartition("/")[2]) == (409, "session-finalized")
    assert (await practice.get(f"/sessions/{note['id']}/attachments/{made['id']}")).status_code == 200


async def test_files_of_an_archived_note_stay(practice: Practice, note: dict[str, Any]) -> None:
    """They can be read, not changed."""
    made = await make_attachment(practice, note["id"])
    await practice.delete(f"/sessions/{note['id']}")
    path = f"/sessions/{note['id']}/attachments"
    assert (await practice.get(path)).json()["total"] == 1
    assert (await practice.get(f"{path}/{made['id']}")).status_code == 200
    assert (await attach(practice, note["id"])).status_code == 409
    assert (await practice.delete(f"{path}/{made['id']}")).status_code == 409


@pytest.mark.parametrize(
    ("name", "data", "kind", "status", "slug"),
    [
        ("a.png", b"not an image", "image/png", 415, "wrong-file-type"),
        ("a.png", png()[:-20], "image/png", 422, "file-rejected"),
        ("a.pdf", b"%PDF-1.7\n", "application/pdf", 422, "file-rejected"),
        ("a.png", b"", "image/png", 422, "invalid-input"),
    ],
)
async def test_a_file_that_is_not_what_it_says_leaves_nothing(
    practice: Practice,
    note: dict[str, Any],
    resources: Resources,
    name: str,
    data: bytes,
    kind: str,
    status: int,
    slug: str,
) -> None:
    answer = await attach(practice, note["id"], name=name, data=data, kind=kind)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)
    assert (await practice.get(f"/sessions/{note['id']}/attachments")).json()["total"] == 0
    assert await objects(resources, f"{practice.workspace_id}/") == []


async def test_what_was_taken_away_is_said(practice: Practice, note: dict[str, Any]) -> None:
    """In the answer and on the note: a file that is signed is not, as it is kept; of a photo nothing is missed."""
    signed = next(one.case.make() for one in PDFS if one.case.name == "PDF that is signed")
    made = await make_attachment(
        practice, note["id"], name="consent.pdf", data=signed, kind="application/pdf"
    )
    photo = await make_attachment(practice, note["id"])
    assert (made["removed"], photo["removed"]) == (["signature"], [])
    listed = (await practice.get(f"/sessions/{note['id']}/attachments")).json()["items"]
    assert [one["removed"] for one in listed] == [["signature"], []]


async def test_a_machine_that_is_busy_says_nothing_against_a_file(
    practice: Practice, note: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time was over before it had had its seconds of CPU: to be sent again, and taken then."""
    with monkeypatch.context() as patch:
        patch.setattr(process, "WALL_SECONDS", 0.001)
        busy = await attach(practice, note["id"])
    assert (busy.status_code, busy.json()["type"].rpartition("/")[2]) == (503, "scanner-unavailable")
    assert "Retry-After" in busy.headers
    assert (await attach(practice, note["id"])).status_code == 201


async def test_a_key_sent_twice_makes_one_file(
    practice: Practice, note: dict[str, Any], resources: Resources
) -> None:
    """The same file under the same Idempotency-Key is answered again; another file is refused."""
    key = {"Idempotency-Key": str(new_id())}
    path = f"/sessions/{note['id']}/attachments"
    sent = [
        await practice.request("POST", path, files={"file": ("a.png", png(), "image/png")}, headers=key)
        for _ in range(2)
    ]
    other = await practice.request("POST", path, files={"file": ("a.png", png(9), "image/png")}, headers=key)
    assert [a.status_code for a in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    assert (await practice.get(path)).json()["total"] == 1
    assert len(await objects(resources, f"{practice.workspace_id}/")) == 2  # it and its preview


async def test_a_lost_file_says_so(
    practice: Practice, note: dict[str, Any], resources: Resources, superuser: Any
) -> None:
    """A file that the sweep did not find is no link that ends in the store's own error."""
    made = await make_attachment(practice, note["id"])
    await superuser.execute("UPDATE attachments SET lost_at = now() WHERE id = $1", made["id"])
    answer = await practice.get(f"/sessions/{note['id']}/attachments/{made['id']}")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (410, "file-lost")
