"""Lists and search of clients."""

import pytest

from tests.support.practice import Practice

PEOPLE = {
    "ruth": {
        "first_name": "רות",
        "last_name": "לוי",
        "email": "ruth.levi@example.org",
        "phone": "054-1234567",
    },
    "dana": {
        "first_name": "Dana",
        "last_name": "Straße",
        "email": "DANA@Example.org",
        "phone": "+972 3 765 43 21",
    },
    "isik": {"first_name": "Işık", "last_name": "İnönü"},
}


@pytest.fixture
async def people(practice: Practice) -> dict[str, str]:
    """Three clients; their names by id."""
    return {(await practice.make_client(**values))["id"]: name for name, values in PEOPLE.items()}


async def found(practice: Practice, people: dict[str, str], q: str) -> set[str]:
    answer = await practice.get("/clients", params={"q": q})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["items"])
    return {people[item["id"]] for item in page["items"]}


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("רות", {"ruth"}),
        ("לו", {"ruth"}),
        ("רות לוי", {"ruth"}),
        ("  רות ", {"ruth"}),
        ("DAN", {"dana"}),
        ("strasse", {"dana"}),
        ("STRASSE", {"dana"}),
        ("straß", {"dana"}),
        ("ışık", {"isik"}),
        ("İNÖNÜ", {"isik"}),
        ("ruth.l", {"ruth"}),
        ("EXAMPLE.ORG", {"ruth", "dana"}),
        ("054-123", {"ruth"}),
        ("0541234567", {"ruth"}),
        ("054 123 45 67", {"ruth"}),
        ("97237654321", {"dana"}),
        ("7654", {"dana"}),
        ("%", set()),
        ("_", set()),
        ("nobody", set()),
        ("\x00", set()),
        ("🙂", set()),
    ],
)
async def test_a_part_in_any_case_is_found(
    practice: Practice, people: dict[str, str], q: str, expected: set[str]
) -> None:
    """Search finds part of name, e-mail or phone in any case and script, and only that."""
    assert await found(practice, people, q) == expected


@pytest.mark.parametrize("q", ["", "   "])
async def test_a_blank_search_is_the_list(practice: Practice, people: dict[str, str], q: str) -> None:
    """Searching for nothing lists everybody."""
    assert await found(practice, people, q) == set(PEOPLE)


async def test_found_clients_are_whole(practice: Practice) -> None:
    """An item of a search is the client as it is read by id."""
    made = await practice.make_client(notes="text", tags=["a"])
    assert (await practice.get("/clients", params={"q": "רות"})).json()["items"] == [made]


async def test_a_changed_name_is_found_at_once(practice: Practice) -> None:
    """After a change the new name is found and the old one is not."""
    made = await practice.make_client(first_name="before")
    await practice.put(f"/clients/{made['id']}", {"first_name": "after"})
    totals = [(await practice.get("/clients", params={"q": q})).json()["total"] for q in ("before", "after")]
    assert totals == [0, 1]


async def test_archived_clients_are_found_among_the_archived(practice: Practice) -> None:
    """Search looks at either the current or the archived clients."""
    made = await practice.make_client(first_name="gone")
    await practice.delete(f"/clients/{made['id']}")
    totals = [
        (await practice.get("/clients", params={"q": "gone", "archived": archived})).json()["total"]
        for archived in ("false", "true")
    ]
    assert totals == [0, 1]


async def test_a_search_of_over_200_characters_is_refused(practice: Practice) -> None:
    """The search text holds up to 200 characters."""
    statuses = [(await practice.get("/clients", params={"q": "x" * n})).status_code for n in (200, 201)]
    assert statuses == [200, 422]


async def test_clients_are_listed_newest_first(practice: Practice) -> None:
    """The order is that of making, the newest at the top, also in a search."""
    made = [(await practice.make_client(first_name=f"n{number}"))["id"] for number in range(3)]
    for query in ({}, {"q": "לוי"}):
        items = (await practice.get("/clients", params=query)).json()["items"]
        assert [item["id"] for item in items] == made[::-1]


@pytest.mark.parametrize("query", [{}, {"q": "odd"}], ids=["list", "search"])
async def test_120_clients_are_paged(practice: Practice, query: dict[str, str]) -> None:
    """All pages together show each client once; total and default size are right on every page."""
    made = []
    for number in range(120):
        name = "odd" if number % 2 or not query else "even"
        client = await practice.make_client(first_name=name)
        if name == "odd":
            made.append(client["id"])
    shown: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await practice.get("/clients", params={**query, **cursor})).json()
        assert page["total"] == len(made)
        assert len(page["items"]) == min(50, len(made) - len(shown))
        shown += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert shown == made[::-1]


async def test_a_search_page_holds_its_place(practice: Practice) -> None:
    """Clients added or archived between two pages of a search neither repeat nor hide others."""
    made = [(await practice.make_client())["id"] for _ in range(6)][::-1]
    first = (await practice.get("/clients", params={"q": "רות", "limit": 3})).json()
    await practice.make_client()
    await practice.delete(f"/clients/{made[2]}")
    query = {"q": "רות", "limit": 3, "cursor": first["next_cursor"]}
    second = (await practice.get("/clients", params=query)).json()
    assert [item["id"] for item in second["items"]] == made[3:]
    assert second["next_cursor"] is None
