"""What a search of clients matches."""

import pytest

from pazpaz.clients.models import Entry, Findable, Wanted
from pazpaz.core.base.ids import new_id


def _entry(first: str, last: str, email: str | None = None, phone: str | None = None) -> Entry:
    return Entry.of(Findable(new_id(), 1, None, first, last, email, phone))


RUTH = _entry("רות", "Levi-Straße", "Ruth.Levi@Example.org", "+972 (54) 123-45.67")
NOBODY = _entry("A", "B")


@pytest.mark.parametrize(
    "wanted",
    [
        "רות",
        "ות",
        "levi",
        "i-str",
        "strasse",
        "רות levi",
        "ruth.levi@",
        "@example.org",
        "+972",
        "(54)",
        "123-45.67",
    ],
)
def test_a_part_is_found(wanted: str) -> None:
    """Any part of name, full name, e-mail or phone as written matches."""
    assert Wanted.of(wanted).fits(RUTH)


@pytest.mark.parametrize(
    "wanted", ["054", "ruth levi", "levi רות", "example.com", "%", "_", "levi\nruth", "xyz"]
)
def test_what_is_not_a_part_is_not_found(wanted: str) -> None:
    """Neither another order nor a pattern character matches."""
    assert not Wanted.of(wanted).fits(RUTH)


@pytest.mark.parametrize("wanted", ["972541234567", "54123", "4567", "54-12-34", "54 123"])
def test_phone_digits_are_found_however_written(wanted: str) -> None:
    """Three and more digits match the phone's digits, whatever stands between them."""
    assert Wanted.of(wanted).fits(RUTH)


def test_two_digits_are_no_phone_number() -> None:
    """One or two digits match only as they are written."""
    assert not Wanted.of("75").fits(RUTH)


@pytest.mark.parametrize("wanted", ["anna123", "123 main", "levi 4567 x"])
def test_letters_with_digits_are_no_phone_number(wanted: str) -> None:
    """A search with letters is not taken for a phone number because of the digits in it."""
    assert not Wanted.of(wanted).fits(RUTH)


def test_a_client_without_phone_and_email_is_searched_by_name() -> None:
    """Missing fields match nothing."""
    assert Wanted.of("a b").fits(NOBODY)
    assert not Wanted.of("none").fits(NOBODY)
    assert not Wanted.of("123").fits(NOBODY)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("ışık", "ışık"),
        ("İpek", "İPEK"),
        ("ǅemal", "ǆEMAL"),
        ("ﬁona", "FIONA"),
        ("Łukasz", "łUKASZ"),
        ("ЁЛКА", "ёлка"),
    ],
)
def test_letter_case_folds_beyond_ascii(name: str, typed: str) -> None:
    """Case is folded as Unicode says, in both directions."""
    assert Wanted.of(typed).fits(_entry(name, "x"))
