"""Clients over HTTP."""

from typing import Any

import httpx
import pytest

from tests.support.practice import Practice

FULL: dict[str, Any] = {
    "first_name": " רות ",
    "last_name": "O'לוי־כהן",
    "email": "ruth@example.org",
    "phone": "+972 54-123-4567",
    "date_of_birth": "1980-02-29",
    "address": "רח׳ הרצל 1, תל אביב 🏠",
    "notes": "  אלרגיה לפניצילין\n\tשורה שנייה  ",
    "tags": ["vip", "ילדים"],
    "locale": "he",
    "timezone": "Asia/Jerusalem",
    "consent_given_at": "2026-01-02T10:30:00+02:00",
    "reminders_opt_out": True,
}
SERVER_MADE = {
    "erasure_due_at", "erased_at",
    "id", "workspace_id", "archived_at", "merged_into", "email_bounced_at", "version", "created_at", "updated_at",
}  # fmt: skip


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


async def test_a_client_comes_back_as_sent(practice: Practice) -> None:
    """Every field is kept exactly, Hebrew, emoji and spaces included; instants come back in UTC."""
    made = await practice.post("/clients", FULL)
    assert made.status_code == 201
    body = made.json()
    expected = FULL | {"consent_given_at": "2026-01-02T08:30:00Z"}
    assert {name: body[name] for name in FULL} == expected
    assert (await practice.get(f"/clients/{body['id']}")).json() == body


async def test_a_client_has_no_hidden_fields(practice: Practice) -> None:
    """A client is what was sent and what the server made, nothing else."""
    assert set(await practice.make_client()) == set(FULL) | SERVER_MADE


async def test_a_client_needs_only_names(practice: Practice) -> None:
    """Everything but the names may be left out: it is null, and reminders are not opted out of."""
    made = await practice.make_client(first_name="a", last_name="b")
    optional = set(FULL) - {"first_name", "last_name", "reminders_opt_out"}
    assert {made[name] for name in optional} == {None}
    assert made["reminders_opt_out"] is False
    assert (made["version"], made["archived_at"]) == (1, None)


async def test_a_null_is_as_good_as_left_out(practice: Practice) -> None:
    """An explicit null for an optional field makes a client without it."""
    optional = dict.fromkeys(set(FULL) - {"first_name", "last_name", "reminders_opt_out"})
    made = await practice.make_client(**optional)
    assert {made[name] for name in optional} == {None}


async def test_a_client_says_its_version(practice: Practice) -> None:
    """Making, reading and changing answer the version as a strong ETag."""
    made = await practice.post("/clients", FULL)
    path = f"/clients/{made.json()['id']}"
    read, changed = await practice.get(path), await practice.put(path, {"notes": "x"})
    assert [a.headers["etag"] for a in (made, read, changed)] == ['"1"', '"1"', '"2"']


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "Dana"),
        ("last_name", "כהן"),
        ("email", "new@example.org"),
        ("phone", "03"),
        ("date_of_birth", "1900-01-01"),
        ("address", "elsewhere"),
        ("notes", ""),
        ("tags", []),
        ("locale", "en"),
        ("timezone", "UTC"),
        ("consent_given_at", "2026-05-01T00:00:00Z"),
        ("reminders_opt_out", False),
    ],
)
async def test_one_field_changes_alone(practice: Practice, field: str, value: object) -> None:
    """A field that is sent changes, every other one stays, and the version rises by one."""
    before = await practice.make_client(**FULL)
    after = (await practice.put(f"/clients/{before['id']}", {field: value})).json()
    assert after == before | {field: value, "version": 2, "updated_at": after["updated_at"]}
    assert (await practice.get(f"/clients/{before['id']}")).json() == after


@pytest.mark.parametrize("field", sorted(set(FULL) - {"first_name", "last_name", "reminders_opt_out"}))
async def test_a_null_clears(practice: Practice, field: str) -> None:
    """An explicit null empties an optional field and no other."""
    before = await practice.make_client(**FULL)
    after = (await practice.put(f"/clients/{before['id']}", {field: None})).json()
    assert after == before | {field: None, "version": 2, "updated_at": after["updated_at"]}


@pytest.mark.parametrize("field", ["first_name", "last_name", "reminders_opt_out"])
async def test_a_needed_field_cannot_be_cleared(practice: Practice, field: str) -> None:
    """A null for a field that every client has is a 422, and nothing changes."""
    before = await practice.make_client(**FULL)
    answer = await practice.put(f"/clients/{before['id']}", {field: None})
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert (await practice.get(f"/clients/{before['id']}")).json() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_stale_version_changes_nothing(practice: Practice, method: str) -> None:
    """If-Match with a version that is not the current one is a 412, and the client stays as it was."""
    made = await practice.make_client()
    path = f"/clients/{made['id']}"
    now = (await practice.put(path, {"notes": "second"})).json()
    for version in ('"1"', '"3"', 'W/"1"'):
        body = {"json": {"notes": "third"}} if method == "PUT" else {}
        answer = await practice.request(method, path, headers={"If-Match": version}, **body)
        assert (answer.status_code, slug(answer)) == (412, "stale-version")
    assert (await practice.get(path)).json() == now


@pytest.mark.parametrize("version", ['"1"', "*", "1", ' "1" '])
async def test_the_current_version_is_let_through(practice: Practice, version: str) -> None:
    """If-Match with the current version, or `*`, changes the client."""
    made = await practice.make_client()
    answer = await practice.put(f"/clients/{made['id']}", {"notes": "x"}, headers={"If-Match": version})
    assert (answer.status_code, answer.json().get("version")) == (200, 2)


@pytest.mark.parametrize(
    "version", ["", '"', "canary", '"-1"', '"1.5"', '"' + "9" * 12 + '"', '"' + "9" * 50 + '"', '"١"']
)
async def test_a_version_that_is_none_is_refused(practice: Practice, version: str) -> None:
    """If-Match with anything but a version is a 422 that changes nothing."""
    made = await practice.make_client()
    path = f"/clients/{made['id']}"
    answer = await practice.put(path, {"notes": "x"}, headers={"If-Match": version.encode()})
    assert answer.status_code == 422
    assert "canary" not in answer.text
    assert (await practice.get(path)).json() == made


async def test_without_if_match_the_last_write_wins(practice: Practice) -> None:
    """Two writes without a version both succeed, and the later one stands."""
    path = f"/clients/{(await practice.make_client())['id']}"
    answers = [await practice.put(path, {"notes": text}) for text in ("first", "second")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await practice.get(path)).json()["notes"] == "second"


async def test_archiving_takes_a_client_off_the_list(practice: Practice) -> None:
    """An archived client is listed only with archived=true, and can still be read whole."""
    kept, gone = await practice.make_client(), await practice.make_client(**FULL)
    answer = await practice.delete(f"/clients/{gone['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    current = (await practice.get("/clients")).json()
    archived = (await practice.get("/clients", params={"archived": "true"})).json()
    assert ([c["id"] for c in current["items"]], current["total"]) == ([kept["id"]], 1)
    assert ([c["id"] for c in archived["items"]], archived["total"]) == ([gone["id"]], 1)
    read = (await practice.get(f"/clients/{gone['id']}")).json()
    assert {name: read[name] for name in FULL} == {name: gone[name] for name in FULL}
    assert read["archived_at"].endswith("Z")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_an_archived_client_takes_no_change(practice: Practice, method: str) -> None:
    """Changing or archiving an archived client is a 409, and the client stays as it was."""
    path = f"/clients/{(await practice.make_client())['id']}"
    await practice.delete(path)
    before = (await practice.get(path)).json()
    answer = await practice.request(method, path, **({"json": {"notes": "x"}} if method == "PUT" else {}))
    assert (answer.status_code, slug(answer)) == (409, "client-archived")
    assert (await practice.get(path)).json() == before


async def test_another_workspaces_client_is_unknown(practice: Practice, other: Practice) -> None:
    """A foreign client cannot be read, changed, archived, listed or found, and is unharmed."""
    theirs = await other.make_client(first_name="foreign")
    path = f"/clients/{theirs['id']}"
    answers = [
        await practice.get(path),
        await practice.put(path, {"notes": "x"}),
        await practice.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (await practice.get("/clients")).json()["total"] == 0
    assert (await practice.get("/clients", params={"q": "foreign"})).json()["total"] == 0
    assert (await other.get(path)).json() == theirs
