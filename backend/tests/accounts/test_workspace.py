"""The workspace's own settings."""

import pytest

from tests.support.practice import Practice


async def test_a_workspace_reads_as_it_was_made(practice: Practice) -> None:
    """Name, zone and language are those of the sign-up; answers go to the owner."""
    answer = await practice.get("/workspace")
    found = answer.json()
    assert found["id"] == str(practice.workspace_id)
    assert (found["name"], found["timezone"], found["locale"]) == ("מרפאה", "Asia/Jerusalem", "he")
    assert (found["reply_to"], found["reminder_sender_name"]) == (practice.email, None)
    assert answer.headers["etag"] == f'"{found["version"]}"'


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "קליניקה 🌿"),
        ("timezone", "America/Argentina/Buenos_Aires"),
        ("locale", "en"),
        ("reply_to", "answers@example.org"),
        ("reminder_sender_name", 'ד"ר כהן'),
    ],
)
async def test_one_field_changes_alone(practice: Practice, field: str, value: str) -> None:
    """A field that is sent changes, every other one stays, and the version rises by one."""
    before = (await practice.get("/workspace")).json()
    after = (await practice.put("/workspace", {field: value})).json()
    assert after == before | {
        field: value,
        "version": before["version"] + 1,
        "updated_at": after["updated_at"],
    }
    assert (await practice.get("/workspace")).json() == after


@pytest.mark.parametrize("field", ["reply_to", "reminder_sender_name"])
async def test_a_null_clears(practice: Practice, field: str) -> None:
    """An explicit null empties a field that may be empty."""
    await practice.put("/workspace", {field: "a@example.org"})
    assert (await practice.put("/workspace", {field: None})).json()[field] is None


@pytest.mark.parametrize("field", ["name", "timezone", "locale"])
async def test_a_needed_field_cannot_be_cleared(practice: Practice, field: str) -> None:
    """A null for a field that a workspace needs is a 422, and nothing changes."""
    before = (await practice.get("/workspace")).json()
    answer = await practice.put("/workspace", {field: None})
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert (await practice.get("/workspace")).json() == before


@pytest.mark.parametrize("zone", ["Mars/Olympus", "asia/jerusalem", "GMT+2", "../UTC", "Asia/Jerusalem "])
async def test_an_unknown_zone_is_refused(practice: Practice, zone: str) -> None:
    """A time zone that is not IANA's is a 422."""
    answer = await practice.put("/workspace", {"timezone": zone})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/timezone"]


async def test_a_stale_version_changes_nothing(practice: Practice) -> None:
    """If-Match with an older version is a 412, and the workspace stays as it was."""
    first = await practice.get("/workspace")
    await practice.put("/workspace", {"name": "second"})
    answer = await practice.put("/workspace", {"name": "third"}, headers={"If-Match": first.headers["etag"]})
    assert answer.status_code == 412
    assert (await practice.get("/workspace")).json()["name"] == "second"


async def test_the_current_version_is_let_through(practice: Practice) -> None:
    """If-Match with the version that was read changes the workspace and answers the next ETag."""
    first = await practice.get("/workspace")
    answer = await practice.put("/workspace", {"name": "x"}, headers={"If-Match": first.headers["etag"]})
    assert answer.status_code == 200
    assert answer.headers["etag"] == f'"{first.json()["version"] + 1}"'


async def test_each_workspace_has_its_own_settings(practice: Practice, other: Practice) -> None:
    """Changing one workspace leaves another as it is."""
    await practice.put("/workspace", {"name": "changed"})
    assert (await other.get("/workspace")).json()["name"] == "Other"


async def test_nothing_sent_changes_no_setting(practice: Practice) -> None:
    """An empty object is accepted and changes no field."""
    before = (await practice.get("/workspace")).json()
    after = (await practice.put("/workspace", {})).json()
    same = ("name", "timezone", "locale", "reply_to", "reminder_sender_name")
    assert [after[name] for name in same] == [before[name] for name in same]
