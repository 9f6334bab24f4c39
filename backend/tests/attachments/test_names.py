"""Names of files: what a sender writes, what people see, and what the store's key says."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.attachments.models import (
    FILENAME_CHARACTERS,
    KEY_NAME_CHARACTERS,
    ContentType,
    ObjectKey,
    display_name,
    is_file,
    key_name,
    key_prefix,
)
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from tests.core.problem import problem_of
from tests.support.files import attach, png
from tests.support.files_case import JPEG, PDF, PNG
from tests.support.files_images import encoded
from tests.support.files_pdf import document
from tests.support.forms import form, named, send
from tests.support.practice import Practice

ENDINGS = {
    ContentType.JPEG: ("jpg", "JPG", "jpeg", "jfif"),
    ContentType.PNG: ("png", "PnG"),
    ContentType.PDF: ("pdf", "PDF"),
}
# Letters alone rarely do harm: half of all are separators, controls, bidirectional marks and their like.
AWKWARD = st.sampled_from(
    "/\\.:;\"'%\0\r\n\t\x7f\x85 \u00a0\u200b\u200e\u200f\u202a\u202e\u2066\u2069\u061c\ufeff\u2028אé🙂"
)
TEXT = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), AWKWARD), max_size=400)
SENT = st.sampled_from([(kind, ending) for kind, endings in ENDINGS.items() for ending in endings]).flatmap(
    lambda case: TEXT.map(lambda stem: (f"{stem}.{case[1]}", case[0]))
)


@given(SENT)
def test_a_shown_name_is_one_line_without_folders_or_tricks(sent: tuple[str, ContentType]) -> None:
    """Whatever was sent: 1 to 255 visible characters that end as the type does, and a stem before that."""
    name, kind = sent
    shown = display_name(name, kind)
    assert 1 <= len(shown) <= FILENAME_CHARACTERS
    assert set(shown).isdisjoint("/\\")
    assert {unicodedata.category(c) for c in shown}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    stem, _, ending = shown.rpartition(".")
    assert stem.strip()
    assert ending in ENDINGS[kind]


@given(SENT)
def test_a_shown_name_is_shown_as_it_is(sent: tuple[str, ContentType]) -> None:
    """What was made safe once is not changed again."""
    shown = display_name(*sent)
    assert display_name(shown, sent[1]) == shown


@given(SENT)
def test_a_key_is_plain_ascii_and_says_where_it_belongs(sent: tuple[str, ContentType]) -> None:
    """Its name is letters, digits, dots and hyphens, never hidden, and its ids are read back from it."""
    name, kind = sent
    end = key_name(name, kind)
    assert len(end) <= KEY_NAME_CHARACTERS + len(".jpg")
    assert end.endswith(f".{kind.extension}")
    assert end[0] not in "._-"
    assert ".." not in end
    assert "/" not in end
    ids = (new_id(), new_id(), new_id())
    assert ObjectKey.of(key_prefix(*ids) + end) == ObjectKey(*ids)


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".pazpaz",
        "a/b/c_d",
        f"{new_id()}/{new_id()}/{new_id()}",
        f"x{new_id()}/{new_id()}/{new_id()}_a.png",
    ],
)
def test_what_is_no_key_of_ours_has_no_place(key: str) -> None:
    """Other objects of a bucket name no attachment."""
    assert ObjectKey.of(key) is None


NAMES = {
    "צילום גב.png": ("צילום גב.png", "file.png"),
    "50%25.png": ("50%25.png", "50_25.png"),
    "a%22b%0D%0Ac.png": ('a"bc.png', "a_bc.png"),
    r"..\..\x.png": ("x.png", "x.png"),
    "/etc/x.png": ("x.png", "x.png"),
    "../../../x.png": ("x.png", "x.png"),
    r"C:\Users\Noa\x.png": ("x.png", "x.png"),
    "a\u202egpj.png": ("agpj.png", "agpj.png"),
    "a\u2066\u200f\u0007b.png": ("ab.png", "ab.png"),
    "\u202e.png": ("file.png", "file.png"),
    ".png": ("file.png", "file.png"),
    "...png": ("...png", "file.png"),
    "a;b=c.png": ("a;b=c.png", "a_b_c.png"),
    "é.tar.gz.PNG": ("é.tar.gz.PNG", "e.tar.gz.png"),
    "x" * 300 + ".png": ("x" * 251 + ".png", "x" * 100 + ".png"),
    "ש" * 300 + ".png": ("ש" * 251 + ".png", "file.png"),
}  # fmt: skip


@pytest.fixture
async def note(practice: Practice) -> str:
    """A draft."""
    return str((await practice.make_session())["id"])


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_made_safe(practice: Practice, note: str, resources: Resources, name: str) -> None:
    """People see it as it was meant; the store sees plain letters, in the place of its note."""
    shown, plain = NAMES[name]
    answer = await send(practice, note, form(disposition=named(name)))
    made: dict[str, Any] = answer.json()
    assert (answer.status_code, made.get("filename")) == (201, shown), answer.text
    keys = [item.key async for page in resources.storage.pages(f"{practice.workspace_id}/") for item in page]
    assert list(filter(is_file, keys)) == [f"{practice.workspace_id}/{note}/{made['id']}_{plain}"]


# The name and type it was sent with, what it is, the name it is kept by, and where it was seen.
SENT_AS = [
    ("IMG_0001.HEIC", "image/heic", JPEG, "IMG_0001.jpg", "iOS: converts, and keeps the name"),
    ("IMG_0002.heic", "image/jpeg", JPEG, "IMG_0002.jpg", "the same, with the right type"),
    ("image:1641", "image/jpeg", JPEG, "image:1641.jpg", "Android: the id of its own store of pictures"),
    ("photo.jpg", "application/octet-stream", JPEG, "photo.jpg", "Android, file managers"),
    ("photo.JPG", "image/pjpeg", JPEG, "photo.JPG", "Internet Explorer"),
    ("photo.jpg", "", JPEG, "photo.jpg", "programs that know no type"),
    ("Screenshot.jpg", "image/jpeg", PNG, "Screenshot.png", "a screenshot renamed"),
    ("scan.png", "image/png", PDF, "scan.pdf", "a scan renamed"),
    ("scan", "application/octet-stream", PDF, "scan.pdf", "network scanners"),
    ("scan", "image/png", PNG, "scan.png", "the same"),
    ("SCAN0001.TMP", "application/octet-stream", PDF, "SCAN0001.pdf", "a scanner's own name"),
    ("letter.pdf", "application/x-pdf", PDF, "letter.pdf", "old mail programs"),
    ("letter.pdf", "text/plain", PDF, "letter.pdf", "a gateway that does not know the type"),
    ("Dr. Cohen", "application/pdf", PDF, "Dr. Cohen.pdf", "a name with a dot and no ending"),
    ("report v1.2", "application/pdf", PDF, "report v1.2.pdf", "the same"),
    ("סיכום טיפול", "application/pdf", PDF, "סיכום טיפול.pdf", "macOS, endings hidden"),
    ("run.exe", "application/x-msdownload", PNG, "run.exe.png", "no kind of name for a picture"),
    ("x.", "image/png", PNG, "x..png", "nothing behind the dot"),
    ("...", "image/png", PNG, "....png", "dots alone"),
    (".png", "image/jpeg", JPEG, "file.jpg", "nothing but an ending"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "is_of", "shown", "seen"), SENT_AS, ids=[one[4] for one in SENT_AS])
async def test_a_file_is_known_by_its_content(
    practice: Practice, note: str, name: str, kind: str, is_of: str, shown: str, seen: str
) -> None:
    """Whatever it is called, by its name or its type; the name it is kept by ends as it should."""
    data = {JPEG: encoded("JPEG"), PNG: png(), PDF: document()}[is_of]
    answer = await attach(practice, note, name=name, data=data, kind=kind)
    made = answer.json()
    assert (answer.status_code, made.get("filename"), made.get("content_type")) == (201, shown, is_of), seen


@pytest.mark.parametrize(
    "data", [b"GIF89a\x01\0", b"\0\0\0\x18ftypheic" + bytes(40), b"<html>", b"PK\x03\x04"]
)
async def test_what_only_says_that_it_is_one_is_refused(practice: Practice, note: str, data: bytes) -> None:
    """A picture's name and type make no picture."""
    problem_of(await attach(practice, note, name="x.jpg", data=data, kind=JPEG), 415, "wrong-file-type")
