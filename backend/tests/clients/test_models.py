"""What a search of clients matches, beside the table of `test_finding.py`."""

import pytest

from pazpaz.accounts.models import Locale
from pazpaz.clients.models import Entry, Findable, Wanted
from pazpaz.clients.phones import dialling_of
from pazpaz.core.base.ids import new_id

HERE = dialling_of("Asia/Jerusalem", Locale.HE)


def _entry(first: str, last: str, email: str | None = None, phone: str | None = None) -> Entry:
    return Entry.of(Findable(new_id(), 1, None, first, last, email, phone), HERE)


RUTH = _entry("רות", "Levi-Straße", "Ruth.Levi@Example.org", "+972 (54) 123-45.67")
NOBODY = _entry("A", "B")


@pytest.mark.parametrize(
    "wanted", ["ות", "i str", "levi רות", "levi\nruth", "ruth.levi@", "123-45.67", "54 123"]
)
def test_a_part_is_found(wanted: str) -> None:
    """Any parts of name, e-mail or phone match, in any order."""
    assert Wanted.of(wanted, HERE).fits(RUTH)


@pytest.mark.parametrize(
    "wanted", ["ruth cohen", "example.com", "xyz", "%", "75", "anna123", "123 main", "levi 4567 x"]
)
def test_what_is_not_a_part_is_not_found(wanted: str) -> None:
    """Not all words of it, a sign, two digits, and digits with letters beside them match nothing."""
    assert not Wanted.of(wanted, HERE).fits(RUTH)


def test_a_client_without_phone_and_email_is_searched_by_name() -> None:
    """Missing fields match nothing."""
    assert Wanted.of("a b", HERE).fits(NOBODY)
    assert not Wanted.of("none", HERE).fits(NOBODY)
    assert not Wanted.of("123", HERE).fits(NOBODY)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ışık", "IŞIK"),
        ("ǅemal", "ǆEMAL"),
        ("ﬁona", "FIONA"),
        ("Łukasz", "łUKASZ"),
        ("ЁЛКА", "ёлка"),
    ],
)
def test_letter_case_folds_beyond_ascii(name: str, typed: str) -> None:
    """Case is folded as Unicode says, in both directions."""
    assert Wanted.of(typed, HERE).fits(_entry(name, "x"))
