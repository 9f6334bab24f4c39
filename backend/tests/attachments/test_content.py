"""Files and their previews from our own origin."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from PIL import Image

from pazpaz.attachments import service
from pazpaz.attachments.jobs import Swept, sweep
from pazpaz.core.process.resources import Resources
from tests.attachments.test_sweep import HOUR, NOW
from tests.core.problem import problem_of
from tests.support.files import make_attachment
from tests.support.practice import Practice

PDF = Path(__file__).parents[1] / "sanitizing" / "samples"


@pytest.fixture
async def note(practice: Practice) -> str:
    """A draft."""
    return str((await practice.make_session(subjective="כאב גב"))["id"])


def picture(mode: str, size: tuple[int, int], kind: str = "PNG") -> bytes:
    """A picture with something on it."""
    image, written = Image.linear_gradient("L").resize(size), BytesIO()
    if mode == "I;16":
        image = image.convert("I").point(lambda value: value * 257)
    image = image.convert("RGB" if mode == "P" else mode)
    (image.quantize(16) if mode == "P" else image).save(written, kind)
    return written.getvalue()


def path_of(note: str, made: dict[str, Any], variant: str = "preview") -> str:
    return f"/sessions/{note}/attachments/{made['id']}/content?variant={variant}"


async def test_the_original_is_what_its_row_says(practice: Practice, note: str) -> None:
    """In several pieces; nothing may frame or run it, no other origin read it, no cache keep it."""
    made = await make_attachment(practice, note, name="צילום גב.png", data=noise(500))
    assert made["file_size"] > 2 * service.PIECE_BYTES
    answer = await practice.get(path_of(note, made, "original"))
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == made["sha256"]
    said = {name: answer.headers[name] for name in _HEADERS}
    assert said == {
        **_HEADERS, "content-length": str(made["file_size"]), "content-type": "image/png",
    }  # fmt: skip
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment;")
    assert "%D7%A6" in disposition


_HEADERS = {
    "content-length": "", "content-type": "", "cache-control": "no-store", "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip


def noise(side: int) -> bytes:
    """A picture that does not compress."""
    image = Image.merge("RGB", [Image.effect_noise((side, side), 90) for _ in range(3)])
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("mode", "size", "kind"),
    [
        ("RGB", (3000, 40), "JPEG"), ("L", (700, 700), "JPEG"), ("CMYK", (600, 900), "JPEG"),
        ("RGBA", (2500, 1800), "PNG"), ("P", (900, 600), "PNG"), ("1", (900, 600), "PNG"), ("LA", (9, 600), "PNG"),
        ("I;16", (900, 600), "PNG"), ("RGB", (8, 8), "PNG"),
    ],
)  # fmt: skip
async def test_a_picture_has_a_preview(
    practice: Practice, note: str, mode: str, size: tuple[int, int], kind: str
) -> None:
    """A JPEG that fits 512 by 512, in the picture's own shape, and no larger than the picture."""
    name = "a.jpg" if kind == "JPEG" else "a.png"
    made = await make_attachment(
        practice, note, name=name, data=picture(mode, size, kind), kind=f"image/{kind.lower()}"
    )
    answer = await practice.get(path_of(note, made))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert len(answer.content) == made["preview_size"]
    small = Image.open(BytesIO(answer.content))
    scale = min(1, 512 / max(size))
    assert small.format == "JPEG"
    assert small.size == pytest.approx([max(1, side * scale) for side in size], abs=1.01)
    grey = small.convert("L").tobytes()
    if max(size) > 8:
        assert max(grey) - min(grey) > 200  # the gradient is on it, from black to white


async def test_what_is_clear_is_shown_on_white(practice: Practice, note: str) -> None:
    image, written = Image.new("RGBA", (40, 40), (0, 0, 0, 0)), BytesIO()
    image.save(written, "PNG")
    made = await make_attachment(practice, note, data=written.getvalue())
    small = Image.open(BytesIO((await practice.get(path_of(note, made))).content))
    assert small.convert("L").getextrema() == (255, 255)


async def test_a_pdf_has_none_and_says_so(practice: Practice, note: str) -> None:
    sample = min(PDF.glob("*.pdf"))
    made = await make_attachment(
        practice, note, name="a.pdf", data=sample.read_bytes(), kind="application/pdf"
    )
    assert made["preview_size"] is None
    problem_of(await practice.get(path_of(note, made)), 404, "no-preview")
    original = await practice.get(path_of(note, made, "original"))
    assert original.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(original.content).hexdigest() == made["sha256"]


async def test_a_file_from_before_has_none(
    practice: Practice, note: str, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Attached when none were made."""
    made = await make_attachment(practice, note)
    await superuser.execute(
        "UPDATE attachments SET preview_size = NULL, preview_sha256 = NULL WHERE id = $1", made["id"]
    )
    problem_of(await practice.get(path_of(note, made)), 404, "no-preview")


async def test_each_look_is_recorded_as_what_it_is(
    practice: Practice, note: str, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A preview is read, an original downloaded."""
    made = await make_attachment(practice, note)
    for variant in ("preview", "original"):
        await practice.get(path_of(note, made, variant))
    events = await superuser.fetch(
        "SELECT action FROM audit_events WHERE entity_id = $1 ORDER BY position", made["id"]
    )
    assert [event["action"] for event in events] == [
        "attachment.create", "attachment.read", "attachment.download",
    ]  # fmt: skip


async def test_an_archived_note_still_shows_its_files(practice: Practice, note: str) -> None:
    made = await make_attachment(practice, note)
    await practice.delete(f"/sessions/{note}")
    for variant in ("preview", "original"):
        assert (await practice.get(path_of(note, made, variant))).status_code == 200


async def test_a_removed_file_takes_its_preview_along(
    practice: Practice, note: str, resources: Resources
) -> None:
    """No answer and, once swept, no object is left of either."""
    made = await make_attachment(practice, note)
    await practice.delete(f"/sessions/{note}/attachments/{made['id']}")
    for variant in ("preview", "original"):
        problem_of(await practice.get(path_of(note, made, variant)), 404, "not-found")
    await sweep(resources, grace=NOW)
    below = resources.storage.pages(f"{practice.workspace_id}/")
    assert [item async for page in below for item in page] == []


async def test_a_lone_preview_is_no_file(
    practice: Practice, note: str, resources: Resources, superuser: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Where the store has lost the file and not its preview, the sweep says that the file is lost, until it is back."""
    made = await make_attachment(practice, note)
    await superuser.execute("UPDATE attachments SET created_at = created_at - interval '1 hour'")
    key = f"{practice.workspace_id}/{note}/{made['id']}_photo.png"
    content = await resources.storage.find(key, 10**6) or b""
    await resources.storage.remove(key)
    await sweep(resources, grace=HOUR)
    listed = (await practice.get(f"/sessions/{note}/attachments")).json()["items"]
    assert listed[0]["lost_at"] is not None
    problem_of(await practice.get(path_of(note, made, "original")), 410, "file-lost")
    assert (await practice.get(path_of(note, made))).status_code == 200
    await resources.storage.put(key, BytesIO(content), len(content), "image/png")
    assert await sweep(resources, grace=HOUR) == Swept(0, 0, 1)


async def test_a_swapped_preview_is_not_shown(practice: Practice, note: str, resources: Resources) -> None:
    """Somebody else's picture of the same size in its place."""
    made = await make_attachment(practice, note)
    key = f"{practice.workspace_id}/{note}/{made['id']}__preview.jpg"
    other = bytes(made["preview_size"])
    await resources.storage.put(key, BytesIO(other), len(other), "image/jpeg")
    problem_of(await practice.get(path_of(note, made)), 410, "file-lost")


async def test_what_is_swapped_while_it_is_sent_breaks_off(
    practice: Practice, note: str, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it was compared: the last piece is never sent, so that nobody takes it for the file."""
    made = await make_attachment(practice, note, data=noise(500))
    key = f"{practice.workspace_id}/{note}/{made['id']}_photo.png"
    holds = resources.storage.holds

    async def swapped_after(*asked: Any) -> bool | None:
        held = await holds(*asked)
        stranger = bytes(made["file_size"])
        await resources.storage.put(key, BytesIO(stranger), len(stranger), "image/png")
        return held

    monkeypatch.setattr(resources.storage, "holds", swapped_after)
    with pytest.raises(ConnectionAbortedError):
        await practice.get(path_of(note, made, "original"))


async def test_a_camera_s_turn_is_in_the_preview(practice: Practice, note: str) -> None:
    """What EXIF says of up and down is done to both."""
    image, written, exif = Image.new("RGB", (200, 100)), BytesIO(), Image.Exif()
    exif[0x0112] = 6
    image.save(written, "JPEG", exif=exif)
    made = await make_attachment(practice, note, name="a.jpg", data=written.getvalue(), kind="image/jpeg")
    small = Image.open(BytesIO((await practice.get(path_of(note, made))).content))
    assert (small.size, dict(small.getexif())) == ((100, 200), {})
