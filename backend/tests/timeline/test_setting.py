"""Texts of all kinds in print: directions, scripts, runs without a space, points, tags."""

import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from pazpaz.accounts.models import Locale
from pazpaz.timeline import pdf, setting
from pazpaz.timeline.models import EventType
from pazpaz.timeline.setting import paragraphs, said
from tests.timeline import prints
from tests.timeline.test_pdf import NOW, WHOLE, event, workspace

# A name or text, where such came from, and the font that has it.
SCRIPTS = (
    ("አበበ ቢቂላ", "names of clients from Ethiopia, in a practice's spreadsheet", "NotoSansEthiopic"),
    ("สวัสดี ชาวโลก", "a name as an identity card from Thailand has it", "NotoSansThai"),
    ("नमस्ते दुनिया", "a name as a passport from India has it", "NotoSansDevanagari"),
    ("你好世界", "a contact imported from a phone set to Chinese", "NotoSansCJKsc"),
    ("こんにちは世界", "the same, to Japanese", "NotoSansCJKjp"),
    ("안녕하세요", "the same, to Korean", "NotoSansCJKkr"),
    (
        "مرحبا بالعالم",
        "notes of a therapist who writes Arabic; was set in a typewriter's face",
        "NotoSansArabic",
    ),
    ("🙂 👍🏽 👩‍👩‍👧 ❤️", "notes dictated to a phone, iOS 18", "NotoEmoji"),
    ("☎ ✓ ⚕", "notes pasted from a word processor", "NotoEmoji"),
    ("Привет, Łoś", "names from Russia and Poland", "LibertinusSerif"),
    ("გამარჯობა", "a name from Georgia", "NotoSansGeorgian"),
)
POINTED = "בְּרֵאשִׁית בָּרָא אֱלֹהִים שָׁלוֹם עֲלֵיכֶם"
NOBODYS = "\U00013080 hieroglyph"  # no font of ours has it


async def printed(title: str, text: str = "", locale: Locale = Locale.HE) -> bytes:
    """A history of one event."""
    happened = [event(EventType.SESSION, title=title, text=text)]
    history = pdf.History(workspace(locale), title, WHOLE, happened, 1, NOW)
    return await setting.rendered("timeline", pdf.data_of(history))


@pytest.mark.parametrize(("text", "_where", "font"), SCRIPTS, ids=[font for _, _, font in SCRIPTS])
async def test_each_script_has_a_font(text: str, _where: str, font: str) -> None:
    """No sign is an empty box, which PDF/UA forbids, and a reader finds every letter."""
    document = await printed(text)
    assert prints.is_universal(document)
    assert font in {name.partition("-")[0] for name in prints.fonts(document)}
    read = "".join(prints.pages(document))
    assert {letter for letter in text if letter.isalpha()} <= set(read)


async def test_a_sign_without_a_font_is_printed_all_the_same() -> None:
    """As a box, in a document that does not say it is PDF/UA; what stands beside it is whole."""
    document = await printed(NOBODYS)
    assert not prints.is_universal(document)
    assert "hieroglyph" in "".join(prints.pages(document))


@pytest.mark.parametrize("locale", Locale)
async def test_it_is_for_everybody(locale: Locale, tmp_path: Path) -> None:
    """Tagged: a title, headings, a table with a head; a validator of PDF/UA finds nothing."""
    document = await printed("רות Levi", f"{POINTED}\nPain 7/10", locale)
    assert prints.lacks(document, tmp_path) == []
    tags = Counter(prints.tags(document))
    assert (tags["H1"], tags["H2"], tags["Table"], tags["TH"], tags["TD"]) == (1, 1, 1, 2, 2)


@pytest.mark.parametrize(
    "text",
    ["אבגדהוזחט" * 30, "x" * 250, "W" * 250, "https://example.org/" + "a" * 200, "مرحبا" * 50, "בְּרֵ" * 80],
    ids=["hebrew", "latin", "wide", "address", "arabic", "pointed"],
)
async def test_a_run_without_spaces_stays_between_the_margins(text: str) -> None:
    """It is broken between two letters; pasted by people, and whole lines left the page before."""
    left, right = prints.edges(await printed("x", text))
    assert left >= 17
    assert right <= 193


async def test_letters_with_points_are_read_as_they_are() -> None:
    """A reader finds each letter once; it took one for another where points were placed by the font's table."""
    with_points, without = [letters("".join(prints.pages(await printed("x", t)))) for t in (POINTED, "x")]
    assert with_points - without == letters(POINTED)


def letters(text: str) -> Counter[str]:
    """How often each Hebrew letter stands in it."""
    return Counter(letter for letter in text if unicodedata.name(letter, "").startswith("HEBREW LETTER"))


@pytest.mark.parametrize(
    ("text", "locale", "direction", "language"),
    [
        ("12 שלום x", "en", "rtl", "he"),
        ("12 hello ש", "he", "ltr", "en"),
        ("7/10", "en", "ltr", "en"),
        ("7/10", "he", "rtl", "he"),
        ("مرحبا", "en", "rtl", "ar"),
    ],
)
def test_a_texts_direction_is_its_first_letters(
    text: str, locale: str, direction: str, language: str
) -> None:
    """Digits and signs do not decide; a text without letters follows the page."""
    assert (said(text, locale)["dir"], said(text, locale)["lang"]) == (direction, language)


def test_each_line_has_its_own_direction() -> None:
    """An empty line parts paragraphs; several do not more."""
    found = paragraphs("\n\nשלום\nhello\n\n \n\nסוף\n", "he")
    assert [(item["text"], item["dir"], item["apart"]) for item in found] == [
        ("שלום", "rtl", False), ("hello", "ltr", False), ("סוף", "rtl", True),
    ]  # fmt: skip


def test_a_run_is_not_broken_inside_a_letter() -> None:
    """A mark stays with its letter, and a family of emoji together; nothing else is added."""
    for run in ("בְּ" * 40, "👩‍👩‍👧" * 30, "e\u0301" * 60):
        pieces = said(run, "he")["text"].split("\u200b")
        assert "".join(pieces) == run
        assert len(pieces) > 2
        assert not any(
            unicodedata.category(piece[0])[0] in "MC" or piece.endswith("\u200d") for piece in pieces
        )
    assert said("short words " * 20, "he")["text"] == "short words " * 20
