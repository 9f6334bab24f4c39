"""Objects that somebody with access to the store has swapped, cut, grown or taken away: none is handed out."""

import json
import zipfile
from io import BytesIO

import asyncpg
import httpx
import pytest
import structlog

from pazpaz.attachments import metrics
from pazpaz.attachments.models import is_file
from pazpaz.core.process.resources import Resources
from tests.core.problem import problem_of
from tests.support.files import make_attachment, png
from tests.support.practice import Practice


async def key_of(resources: Resources, owner: Practice, note: str, made: dict[str, str]) -> str:
    """Where the store holds it."""
    prefix = f"{owner.workspace_id}/{note}/{made['id']}"
    found = [item.key async for page in resources.storage.pages(prefix) for item in page]
    (key,) = filter(is_file, found)
    return key


async def test_a_swapped_object_is_never_anothers_file(
    practice: Practice, other: Practice, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Two practices' pictures change places: neither gets a link, and no download is recorded; back, both do."""
    held = {}
    for owner, colour in ((practice, b"\x10\x20\x30"), (other, b"\x30\x20\x10")):
        note = str((await owner.make_session())["id"])
        made = await make_attachment(owner, note, data=png(8, 8, colour))
        key = await key_of(resources, owner, note, made)
        held[owner.token] = (owner, f"/sessions/{note}/attachments/{made['id']}", key)
    (_, _, first), (_, _, second) = held.values()
    bytes_of = {key: await resources.storage.find(key, 10**6) or b"" for key in (first, second)}
    assert len(bytes_of[first]) == len(bytes_of[second])
    before = metrics.ATTACHMENTS_FOREIGN._value.get()
    for key, content in ((first, bytes_of[second]), (second, bytes_of[first])):
        await resources.storage.put(key, BytesIO(content), len(content), "image/png")
    recorded = "SELECT count(*) FROM audit_events WHERE action = 'attachment.download'"
    downloads = await superuser.fetchval(recorded)
    with structlog.testing.capture_logs() as logged:
        for owner, path, _ in held.values():
            refused = await owner.get(path)
            problem_of(refused, 410, "file-lost")
            assert "download_url" not in refused.json()
    assert [line["log_level"] for line in logged] == ["error", "error"]
    assert str(practice.workspace_id) not in str(logged)
    assert metrics.ATTACHMENTS_FOREIGN._value.get() == before + 2
    assert await superuser.fetchval(recorded) == downloads
    for key, content in bytes_of.items():
        await resources.storage.put(key, BytesIO(content), len(content), "image/png")
    async with httpx.AsyncClient() as web:
        for owner, path, key in held.values():
            link = (await owner.get(path)).json()["download_url"]
            assert (await web.get(link)).content == bytes_of[key]


@pytest.mark.parametrize("change", ["cut", "grown", "one bit", "gone"])
async def test_a_changed_object_is_not_handed_out(
    practice: Practice, resources: Resources, change: str
) -> None:
    """By whatever it differs."""
    note = str((await practice.make_session())["id"])
    made = await make_attachment(practice, note)
    key = await key_of(resources, practice, note, made)
    whole = await resources.storage.find(key, 10**6) or b""
    changed = {
        "cut": whole[:-1],
        "grown": whole + b"x" * 10**6,
        "one bit": whole[:-1] + bytes([whole[-1] ^ 1]),
    }
    if change == "gone":
        await resources.storage.remove(key)
    else:
        await resources.storage.put(key, BytesIO(changed[change]), len(changed[change]), "image/png")
    problem_of(await practice.get(f"/sessions/{note}/attachments/{made['id']}"), 410, "file-lost")


async def test_an_export_leaves_a_swapped_file_out(
    practice: Practice, other: Practice, resources: Resources
) -> None:
    """Its manifest names it; the stranger's bytes are not in it."""
    note = str((await practice.make_session())["id"])
    kept, swapped = [await make_attachment(practice, note, data=png(8, 8, c * 3)) for c in (b"\x11", b"\x22")]
    stranger = png(8, 8, b"\x33\x34\x35")
    key = await key_of(resources, practice, note, swapped)
    await resources.storage.put(key, BytesIO(stranger), len(stranger), "image/png")
    answer = await practice.get("/workspace/export")
    archive = zipfile.ZipFile(BytesIO(answer.content))
    files = [name for name in archive.namelist() if name.startswith("files/")]
    assert files == [f"files/{kept['id']}_photo.png"]
    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["damaged_attachments"], manifest["missing_attachments"]) == ([swapped["id"]], [])
