"""Who is found by what is typed: the table of cases that the app's tests read too."""

import json
from pathlib import Path
from typing import Any

import pytest

from pazpaz.accounts.models import Locale
from pazpaz.clients import phones
from pazpaz.clients.models import Entry, Findable, Wanted
from pazpaz.clients.names import LETTERS, folded
from pazpaz.clients.phones import Dialling
from pazpaz.core.base.ids import new_id
from tests.support.practice import Practice

TABLE = json.loads(Path(__file__).with_name("finding.json").read_text())
DIALLING = {zone: Dialling(**told) for zone, told in TABLE["dialling"].items()}
HERE = DIALLING["Asia/Jerusalem"]
PHONES, NAMES = TABLE["phones"], TABLE["names"]


def _entry(case: dict[str, Any], here: Dialling) -> Entry:
    first, last = case.get("first_name", "A"), case.get("last_name", "B")
    return Entry.of(Findable(new_id(), 1, None, first, last, case.get("email"), case.get("stored")), here)


def _missed(case: dict[str, Any], here: Dialling) -> tuple[list[str], list[str]]:
    """What should find somebody and does not, and what does and should not."""
    entry = _entry(case, here)
    return (
        [typed for typed in case["found_by"] if not Wanted.of(typed, here).fits(entry)],
        [typed for typed in case["not_by"] if Wanted.of(typed, here).fits(entry)],
    )


@pytest.mark.parametrize("case", PHONES, ids=lambda case: ascii(case["stored"]))
def test_a_phone_is_found_however_it_is_written(case: dict[str, Any]) -> None:
    """A number is found by every way to write it, by its beginning and by parts; another number is not."""
    assert _missed(case, DIALLING[case["zone"]]) == ([], [])


@pytest.mark.parametrize("case", PHONES, ids=lambda case: ascii(case["stored"]))
def test_a_phone_is_shown_as_it_is_dialled(case: dict[str, Any]) -> None:
    """At home in national form, abroad with the country's code, and what is no number as it was typed."""
    assert phones.shown(case["stored"], DIALLING[case["zone"]]) == case["shown"]
    assert phones.shown(case["shown"], DIALLING[case["zone"]]) == case["shown"]


@pytest.mark.parametrize("case", NAMES, ids=lambda case: ascii(case["first_name"] + case["last_name"]))
def test_a_name_is_found_however_it_is_written(case: dict[str, Any]) -> None:
    """Words in any order and as beginnings, whatever apostrophes, hyphens, marks and letters they have."""
    assert _missed(case, HERE) == ([], [])


@pytest.mark.parametrize("zone", TABLE["dialling"])
def test_the_zone_tells_how_one_dials(zone: str) -> None:
    """A country's code and prefixes follow from the practice's time zone."""
    assert phones.dialling_of(zone, Locale.EN) == DIALLING[zone]


@pytest.mark.parametrize(
    ("zone", "locale", "country"),
    [
        ("Israel", Locale.EN, "IL"),
        ("Asia/Tel_Aviv", Locale.EN, "IL"),
        ("US/Pacific", Locale.HE, "US"),
        ("Europe/Stockholm", Locale.EN, "SE"),
        ("UTC", Locale.HE, "IL"),
        ("Etc/GMT+3", Locale.EN, None),
    ],
)
def test_a_zone_of_another_name_is_in_its_country(zone: str, locale: Locale, country: str | None) -> None:
    """Older names count as the newer ones; a practice that is nowhere is where Hebrew is spoken, or nowhere."""
    assert phones.dialling_of(zone, locale).country == country


def test_each_letter_is_found_as_another() -> None:
    """The letters that are taken for others are those of the table, alone and in upper case."""
    assert TABLE["letters"] == LETTERS
    for letter, as_found in LETTERS.items():
        assert folded(letter) == folded(letter.upper()) == as_found, ascii(letter)


def test_folding_once_is_folding_for_good() -> None:
    """What is folded already stays as it is."""
    for case in NAMES:
        for typed in (case["first_name"], case["last_name"], *case["found_by"]):
            assert folded(folded(typed)) == folded(typed)


async def test_the_api_finds_as_the_table_says(practice: Practice) -> None:
    """The same at the API: each way to write a number or name finds the clients whose it is, and the index shows it."""
    cases = [case for case in PHONES if case["zone"] == "Asia/Jerusalem"][:1] + NAMES[:1] + PHONES[13:14]
    made = {}
    for case in cases:
        names = {name: case.get(name, "Q") for name in ("first_name", "last_name")}
        client = await practice.make_client(**names, email=None, phone=case.get("stored"))
        made[client["id"]] = case
        assert client["phone"] == case.get("stored")
    for client_id, case in made.items():
        for typed in case["found_by"]:
            answer = (await practice.get("/clients", params={"q": typed})).json()
            assert client_id in {item["id"] for item in answer["items"]}, ascii(typed)
        for typed in case["not_by"]:
            answer = (await practice.get("/clients", params={"q": typed})).json()
            assert client_id not in {item["id"] for item in answer["items"]}, ascii(typed)
    index = (await practice.get("/clients/index")).json()
    assert index["dialling"] == TABLE["dialling"]["Asia/Jerusalem"]
    for item in index["items"]:
        case = made[item["id"]]
        assert item.get("phone_shown", item["phone"]) == case.get("shown")


async def test_another_zone_is_another_way_to_dial(practice: Practice) -> None:
    """When the practice moves to another country its numbers are read anew, in searches and in the index."""
    client = await practice.make_client(phone="4155552671")
    before = await practice.get("/clients/index")
    assert before.json()["items"][0].get("phone_shown") is None
    assert (await practice.get("/clients", params={"q": "+14155552671"})).json()["total"] == 0
    moved = await practice.put("/workspace", {"timezone": "America/New_York"})
    assert moved.status_code == 200, moved.text
    after = await practice.get("/clients/index", headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["items"][0]["phone_shown"] == "(415) 555-2671"
    found = (await practice.get("/clients", params={"q": "+14155552671"})).json()["items"]
    assert [item["id"] for item in found] == [client["id"]]
