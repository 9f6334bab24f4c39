"""The tables of an export are for people: they say whom a row is about, and when that was where they are."""

import pytest

from pazpaz.exports import queries, tables
from pazpaz.exports.tables import Kind, columns_of
from pazpaz.features import EXPORTED
from tests.exports.opened import export_of, table_of
from tests.support.files import make_attachment
from tests.support.guards_stock import Stocked
from tests.support.practice import Practice


async def test_the_tables_say_whom_and_when(practice: Practice) -> None:
    """Beside ids the names, beside moments the practice's own time; by way of the note or appointment too."""
    client = await practice.make_client(first_name="=דנה", last_name="כץ", phone="0525550148")
    booked = await practice.make_appointment(
        client["id"], scheduled_start="2027-07-01T22:30:00Z", scheduled_end="2027-07-01T23:20:00Z"
    )
    note = await practice.make_session(booked["id"], plan="לנוח;- לא לרוץ")
    await make_attachment(practice, note["id"])
    await practice.make_milestone((await practice.make_plan(client["id"]))["id"])
    archive = await export_of(practice)
    me = (await practice.get("/auth/me")).json()["user"]
    [row] = table_of(archive, "appointments")
    assert (row["client_name"], row["therapist_name"]) == ("'=דנה כץ", me["full_name"])
    assert row["scheduled_start"] == "2027-07-01T22:30:00Z"
    assert row["scheduled_start_local"] == "2027-07-02 01:30:00"
    assert row["archived_at_local"] == ""
    assert [one["phone"] for one in table_of(archive, "clients")] == ["052-555-0148"]
    assert [one["plan"] for one in table_of(archive, "sessions")] == ["לנוח;- לא לרוץ"]
    for noun in ("sessions", "attachments", "plans", "milestones"):
        assert [one["client_name"] for one in table_of(archive, noun)] == ["'=דנה כץ"], noun
    said = archive.read("README.txt").decode()
    assert "Asia/Jerusalem" in said
    assert "65001: Unicode (UTF-8)" in said


async def test_every_person_in_a_table_has_a_name(stocked: Stocked) -> None:
    """Whichever noun it is, and however it refers to whom it is about."""
    archive = await export_of(stocked.practice)
    named = [
        (noun.name, column.title, row[column.title])
        for noun in EXPORTED
        for column in columns_of(noun)
        if column.kind is Kind.NAME
        for row in table_of(archive, noun.name)
        if row[column.field]
    ]
    assert [(noun, title) for noun, title, name in named if not name] == []
    told = {noun.name for noun in EXPORTED if "client_name" in {column.title for column in columns_of(noun)}}
    clinical = {
        "sessions",
        "session-revisions",
        "amendments",
        "attachments",
        "conflicts",
        "plans",
        "milestones",
    }
    assert clinical | {"plan-revisions", "appointments", "reminders"} <= told


async def test_the_names_of_a_large_practice(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """A practice that is larger than what is kept of it has all names all the same."""
    names = [f"שם {number}" for number in range(4)]
    for name in names:
        await practice.make_appointment((await practice.make_client(first_name=name, last_name="לוי"))["id"])
    monkeypatch.setattr(queries, "PAGE_ROWS", 2)
    monkeypatch.setattr(queries, "TEXT_ROWS", 2)
    monkeypatch.setattr(tables, "_NAMES_KEPT", 1)
    archive = await export_of(practice)
    assert [row["client_name"] for row in table_of(archive, "appointments")] == [
        f"{name} לוי" for name in names
    ]
