"""Who was told of an appointment is told when its place, therapist or end becomes another, once and in its entry."""

import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI
from icalendar import Calendar

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery, jobs
from tests.reminders.coming import book, due, logs, long_booked, now, rule, run
from tests.reminders.smtp import Script, scripted
from tests.support.practice import Practice, browser, join

Referee = "asyncpg.Connection[Any]"
# What is changed, what the mail says of it as new, and where that was seen: public bug reports of booking products.
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "another room": ({"location": "Herzl 7"}, "Where: Herzl 7", "a practice of two addresses, calendar 2024"),
    "no room": ({"location": None}, "Where: at the clinic", "an address taken off again, web booking 2023"),
    "online": (
        {"location_type": "online", "location": "https://meet.example.org/a-b"},
        "Where: online, https://meet.example.org/a-b",
        "in person to video on the same day, telehealth 2025",
    ),
    "at home": ({"location_type": "home"}, "Where: at your home, Herzl 5", "a visit instead, home care 2022"),
    "an end": ({"end": 90}, "Until: ", "a longer session, calendar 2024"),
    "a therapist": ({"therapist": True}, "With: Noa Levi", "a stand-in, group practice 2023"),
}


@pytest.fixture
async def sent(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> dict[str, Any]:
    """An appointment at Herzl 5 that was reminded of, in English."""
    await rule(practice)
    appointment = await book(practice, now() + timedelta(hours=24), locale="en")
    answer = await practice.put(f"/appointments/{appointment['id']}", {"location": "Herzl 5"})
    await superuser.execute("UPDATE users SET full_name = 'Dana Cohen' WHERE id = $1", practice.user_id)
    await long_booked(superuser, practice)
    async with scripted() as server:
        await run(server.resources(resources))
        (message,) = server.messages()
    assert "Where: Herzl 5\nWith: Dana Cohen" in _plain(message)
    return {**appointment, **answer.json(), "links": re.findall(r"/r/[\w=-]+", _plain(message))}


@pytest.fixture
async def colleague(app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]") -> Practice:
    """Noa Levi, who treats in the same practice."""
    found = await join(app, practice, "therapist")
    await superuser.execute("UPDATE users SET full_name = 'Noa Levi' WHERE id = $1", found.user_id)
    return found


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def _event(message: EmailMessage) -> Any:
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
    return event


async def _change(
    practice: Practice, appointment: dict[str, Any], values: dict[str, Any], other: UUID
) -> None:
    body = {name: value for name, value in values.items() if name not in {"end", "therapist"}}
    if "end" in values:
        start = datetime.fromisoformat(appointment["scheduled_start"])
        body["scheduled_end"] = (start + timedelta(minutes=values["end"])).isoformat()
    if "therapist" in values:
        body["therapist_id"] = str(other)
    answer = await practice.put(f"/appointments/{appointment['id']}", body)
    assert answer.status_code == 200, answer.text


async def _told(server: Script, resources: Resources, referee: Any) -> list[EmailMessage]:
    """All mails by now, as if the quiet time were over."""
    await jobs.schedule(resources)
    await referee.execute("UPDATE reminder_logs SET next_attempt_at = now() WHERE status = 'pending'")
    await delivery.deliver(server.resources(resources), new_id())
    return server.messages()


async def _changes(practice: Practice) -> list[tuple[str, str | None]]:
    return [(i["status"], i["reason"]) for i in reversed(await logs(practice)) if i["kind"] == "rescheduling"]


@pytest.mark.parametrize("case", CASES)
async def test_a_change_is_told(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    colleague: Practice,
    case: str,
) -> None:
    """One mail says what is new; its entry has the UID of the first and a higher SEQUENCE."""
    values, words, _ = CASES[case]
    async with scripted() as server:
        await _change(practice, sent, values, colleague.user_id)
        await _told(server, resources, superuser)
        (message,) = await _told(server, resources, superuser)
    assert str(message["Subject"]).startswith("Changed: your appointment on ")
    body = _plain(message)
    assert words in body.partition("What is new:\n")[2].partition("\n\n")[0]
    event = _event(message)
    assert str(event["UID"]).startswith(f"appointment-{sent['id']}@")
    assert int(str(event["SEQUENCE"])) == sent["version"] + 1
    assert await _changes(practice) == [("sent", None)]
    assert "clinical" not in body


@pytest.mark.parametrize("case", CASES)
async def test_what_was_confirmed_is_another_now(
    practice: Practice,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    colleague: Practice,
    case: str,
) -> None:
    """A confirmation was about the old place, therapist or end."""
    await superuser.execute(
        "UPDATE appointments SET client_response = 'confirmed', client_responded_at = now() WHERE id = $1",
        UUID(sent["id"]),
    )
    await _change(practice, sent, CASES[case][0], colleague.user_id)
    after = (await practice.get(f"/appointments/{sent['id']}")).json()
    assert (after["client_response"], after["client_responded_at"]) == (None, None)


@pytest.mark.parametrize(
    ("values", "response"),
    [({"end": 90}, "declined"), ({"location": "Herzl 7"}, None), ({"location": "Herzl 5"}, "declined")],
)
async def test_who_cannot_come(
    practice: Practice,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    values: dict[str, Any],
    response: str | None,
) -> None:
    """Who cannot come still cannot when only the end is another, or nothing; at another place they may."""
    await superuser.execute(
        "UPDATE appointments SET client_response = 'declined', client_responded_at = now() WHERE id = $1",
        UUID(sent["id"]),
    )
    await _change(practice, sent, values, practice.user_id)
    assert (await practice.get(f"/appointments/{sent['id']}")).json()["client_response"] == response


@pytest.mark.parametrize("case", CASES)
async def test_changed_back_is_not_told(
    app: FastAPI,
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    colleague: Practice,
    case: str,
) -> None:
    """As the client knows it before the two minutes are over: nothing is sent, and the old mail's links still work."""
    before = {"location": "Herzl 5", "location_type": "clinic", "therapist_id": sent["therapist_id"]}
    async with scripted() as server:
        await _change(practice, sent, CASES[case][0], colleague.user_id)
        await jobs.sweep(resources)
        await practice.put(f"/appointments/{sent['id']}", {**before, "scheduled_end": sent["scheduled_end"]})
        assert await _told(server, resources, superuser) == []
    assert await _changes(practice) == [("skipped", "rescheduled"), ("skipped", "superseded")]
    async with browser(app) as anybody:
        assert (await anybody.post(sent["links"][0])).status_code == 200


async def test_told_and_changed_back_is_told_again(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """There, back and there again, each after the mail about the last: three mails of rising SEQUENCE."""
    async with scripted() as server:
        for location in ("Herzl 7", "Herzl 5", "Herzl 7"):
            await practice.put(f"/appointments/{sent['id']}", {"location": location})
            mails = await _told(server, resources, superuser)
    events = [_event(mail) for mail in mails]
    assert [str(event["LOCATION"]) for event in events] == ["Herzl 7", "Herzl 5", "Herzl 7"]
    first = sent["version"]
    assert [int(str(event["SEQUENCE"])) for event in events] == [first + 1, first + 2, first + 3]


async def test_a_moved_one_says_what_else_is_new(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Time and place at once are one mail; the same length is no news."""
    later = {
        name: (datetime.fromisoformat(sent[name]) + timedelta(hours=48)).isoformat()
        for name in ("scheduled_start", "scheduled_end")
    }
    async with scripted() as server:
        await practice.put(f"/appointments/{sent['id']}", {**later, "location": "Herzl 7"})
        (message,) = await _told(server, resources, superuser)
    assert str(message["Subject"]).startswith("New time: ")
    assert "What is new:\nWhere: Herzl 7\n\nAs before:\nWith: Dana Cohen\n" in _plain(message)


@pytest.mark.parametrize(
    "values", [{"location": "Herzl 5"}, {"notes": "x"}, {"logistics": "y"}, {"service_name": "z"}]
)
async def test_what_is_no_news(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    sent: dict[str, Any],
    values: dict[str, Any],
) -> None:
    """The same place saved again, and what the client was never told: no mail, no row of one."""
    async with scripted() as server:
        await practice.put(f"/appointments/{sent['id']}", values)
        assert await _told(server, resources, superuser) == []
    assert await _changes(practice) == []


async def test_changed_before_the_reminder(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Who has not been told anything is reminded of it as it is, in time, and of nothing else."""
    await rule(practice)
    appointment = await due(practice, superuser, locale="en")
    await practice.put(f"/appointments/{appointment['id']}", {"location": "Herzl 7"})
    async with scripted() as server:
        (message,) = await _told(server, resources, superuser)
        assert len(await _told(server, resources, superuser)) == 1
    assert "Where: Herzl 7" in _plain(message)
    assert await _changes(practice) == []


async def test_of_two_copies_that_differ(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A copy may be out, another with another place may be too: the client is told how it is now."""
    await rule(practice)
    appointment = await due(practice, superuser, locale="en")
    await jobs.schedule(resources)
    for location in ("Herzl 5", "Herzl 7"):
        await practice.put(f"/appointments/{appointment['id']}", {"location": location})
        async with scripted(end="take-and-drop") as server:
            await superuser.execute(
                "UPDATE reminder_logs SET next_attempt_at = now(), status = 'pending', handovers = least(handovers, 1)"
                " WHERE workspace_id = $1", practice.workspace_id,
            )  # fmt: skip
            await delivery.deliver(server.resources(resources), new_id())
    async with scripted() as server:
        (message,) = await _told(server, resources, superuser)
    assert "What is new:" not in _plain(message)
    assert "Where: Herzl 7" in _plain(message)
    assert [status for status, _ in await _changes(practice)] == ["sent"]


async def test_restored_is_told(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """Off the calendar and told so, back on it and told so."""
    async with scripted() as server:
        await practice.delete(f"/appointments/{sent['id']}")
        await _told(server, resources, superuser)
        await superuser.execute("UPDATE appointments SET archived_at = NULL WHERE id = $1", UUID(sent["id"]))
        mails = await _told(server, resources, superuser)
    assert [str(mail["Subject"]).partition(":")[0] for mail in mails] == ["Cancelled", "Taking place"]


async def test_the_page_names_place_and_person(
    app: FastAPI, practice: Practice, superuser: "asyncpg.Connection[Any]", sent: dict[str, Any]
) -> None:
    """As they are now; an address at the client's home is for the client's own mail."""
    async with browser(app) as anybody:
        page = (await anybody.get(sent["links"][0])).text
        assert '<p class="tight">Where: Herzl 5</p>\n<p>With: Dana Cohen</p>' in page
        await practice.put(f"/appointments/{sent['id']}", {"location_type": "home"})
        page = (await anybody.get(sent["links"][0])).text
    assert "Where: at your home</p>" in page
    assert "Herzl" not in page


async def test_an_answer_is_about_what_the_page_showed(
    app: FastAPI, practice: Practice, sent: dict[str, Any]
) -> None:
    """Changed between the look and the click, the page is shown anew and nothing is answered yet."""
    link = sent["links"][0]
    async with browser(app) as anybody:

        def action(page: str) -> str:
            (found,) = re.findall(r'action="(\?seen=\d+)"', page)
            return f"{link}{found}"

        first = action((await anybody.get(link)).text)
        await practice.put(f"/appointments/{sent['id']}", {"location": "Herzl 7"})
        again = (await anybody.post(first)).text
        assert "Where: Herzl 7" in again
        assert "changed in the meantime" in again
        assert (await practice.get(f"/appointments/{sent['id']}")).json()["client_response"] is None
        assert "Thank you." in (await anybody.post(action(again))).text
    assert (await practice.get(f"/appointments/{sent['id']}")).json()["client_response"] == "confirmed"


async def test_the_same_answer_twice_is_one(app: FastAPI, practice: Practice, sent: dict[str, Any]) -> None:
    """A second click leaves the appointment as the first has made it."""
    async with browser(app) as anybody:
        await anybody.post(sent["links"][1])
        first = (await practice.get(f"/appointments/{sent['id']}")).json()
        await anybody.post(sent["links"][1])
    assert (await practice.get(f"/appointments/{sent['id']}")).json() == first
