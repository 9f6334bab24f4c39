"""A reminder as a strict reader sees it: headers, parts, calendar entry, and nothing that a name smuggled in."""

import random
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from icalendar import Calendar

from pazpaz.appointments.models import AppointmentStatus, LocationType
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.reminders import links, messages, queries, templates
from pazpaz.reminders.models import ReminderKind
from pazpaz.reminders.queries import ToSend

START = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
STRICT = policy.SMTP.clone(raise_on_defect=True)
EXPECTED = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Content-Type", "Content-Language",
]  # fmt: skip


def item(**values: Any) -> ToSend:
    """An appointment in Jerusalem on a Wednesday at ten."""
    said = {
        "id": new_id(), "appointment_id": new_id(), "appointment_version": 3, "first_name": "רות",
        "status": AppointmentStatus.SCHEDULED, "location_type": LocationType.CLINIC,
        "practice_name": "מרפאת השרון", "practice_zone": "Asia/Jerusalem", "practice_locale": "he",
        "reply_to": "clinic@example.org", "therapist_name": "דנה כהן",
    }  # fmt: skip
    return queries.invented(START, **{**said, **values})


def parsed(found: ToSend, settings: Settings) -> EmailMessage:
    """The message, read back by a parser that refuses whatever is not as it should be."""
    raw = messages.reminder(found, "ruth@example.org", settings).as_bytes()
    assert all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = message_from_bytes(raw, policy=STRICT)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage) -> dict[str, str]:
    """The text of each part by its type."""
    return {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}


def calendar(text: str | bytes) -> Any:
    """The one event of an iCalendar object."""
    raw = text.decode() if isinstance(text, bytes) else text
    found = Calendar.from_ical(raw)
    assert found.errors == []
    (event,) = found.walk("VEVENT")
    return found, event


class Tags(HTMLParser):
    """Which elements and attributes a page has, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


@pytest.mark.parametrize(
    ("locale", "subject", "words"),
    [
        ("he", "תזכורת: הפגישה שלך ביום רביעי, 4 במרץ 2026 בשעה 10:00", "שלום רות,"),
        ("en", "Reminder: your appointment on Wednesday, 4 March 2026 at 10:00", "Hello רות,"),
    ],
)
async def test_the_message(settings: Settings, locale: str, subject: str, words: str) -> None:
    """Text, HTML and calendar entry of one content, in the client's language and zone."""
    message = parsed(item(client_locale=locale), settings)
    assert message.keys() == EXPECTED
    assert str(message["Subject"]) == subject
    assert message["To"].addresses[0].addr_spec == "ruth@example.org"
    assert message["From"].addresses[0].display_name == "מרפאת השרון"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = parts(message)
    assert list(found) == ["text/plain", "text/html", "text/calendar"]
    assert words in found["text/plain"]
    page = read(found["text/html"])
    assert words in page.text
    assert f'dir="{"rtl" if locale == "he" else "ltr"}"' in found["text/html"]
    unsubscribe = str(message["List-Unsubscribe"]).strip(" <>")
    assert unsubscribe in found["text/plain"]
    assert unsubscribe in found["text/html"]


async def test_the_calendar_entry(settings: Settings) -> None:
    """One event with a stable UID, which a later mail updates by a higher SEQUENCE and CANCEL takes away."""
    first = item(location="הרצל 1; קומה 2, דלת 3")
    moved = item(appointment_id=first.appointment_id, appointment_version=4)
    off = item(appointment_id=first.appointment_id, appointment_version=5, kind=ReminderKind.CANCELLATION)
    events = []
    for found in (first, moved, off):
        message = parsed(found, settings)
        (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        outer, event = calendar(part.get_content())
        assert part.get_param("method") == str(outer["METHOD"])
        events.append((str(outer["METHOD"]), event))
    assert [method for method, _ in events] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["UID"]) for _, event in events}) == 1
    assert [int(event["SEQUENCE"]) for _, event in events] == [3, 4, 5]
    event = events[0][1]
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (START, START + timedelta(minutes=50))
    assert str(event["LOCATION"]) == "הרצל 1; קומה 2, דלת 3"
    assert str(events[2][1]["STATUS"]) == "CANCELLED"


async def test_a_copy_has_the_same_id(settings: Settings) -> None:
    """Written twice, a reminder has one Message-ID, derived from its id."""
    found = item()
    ids = {str(parsed(found, settings)["Message-ID"]) for _ in range(2)}
    assert ids == {f"<reminder-{found.id}@pazpaz.localhost>"}


async def test_the_client_s_zone(settings: Settings) -> None:
    """Times are the client's, and say their offset where the practice has another."""
    message = parsed(item(client_zone="America/New_York", client_locale="en"), settings)
    assert "at 03:00 (UTC\u221205:00)" in str(message["Subject"])


_EVIL = [
    "\r\nBcc: evil@example.org", "\nX-Evil: 1", "\r\n\r\n<script>alert(1)</script>", "\x00", "\x0b\x0c\x85",
    "\u2028X-Evil: 1", "{{7*7}}", "{client_first_name}", "{appointment_date.__class__}", "{% raw %}", "%(x)s",
    "${7*7}", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style><b>", "&lt;b&gt;",
    "'; DROP TABLE clients; --", "=?utf-8?q?=0D=0AX-Evil:_1?=", "BEGIN:VEVENT", "\r\nATTENDEE:mailto:e@example.org",
    "a" * 199, "א" * 150, "🏠🧘‍♀️", "\u202eabc", ";TZID=x:", '"', "\\", "\\n", ",", "<!--", "]]>", "@", "()<>[]:;",
]  # fmt: skip


def hostile(seed: int) -> str:
    """A name that no form would take, made of what breaks headers, HTML, templates and calendars."""
    chance = random.Random(seed)
    return "".join(chance.choice([*_EVIL, "Ruth", " "]) for _ in range(chance.randint(1, 5)))[:200]


@pytest.mark.parametrize("language", ["en", "he"])
async def test_hostile_names_inject_nothing(settings: Settings, language: str) -> None:
    """500 names in every place: the same headers, elements, parts and events as with a plain one."""
    template = "Hi {client_first_name} of {practice_name}, {therapist_name}, {location}: {appointment_time}"
    wording = {"subject_template": template, "body_template": f"{template}\n\n{template}"}
    plain = parsed(item(practice_locale=language, location="x", **wording), settings)
    skeleton = read(parts(plain)["text/html"]).tags
    for seed in range(500):
        name = hostile(seed)
        where = dict.fromkeys(("first_name", "practice_name", "therapist_name", "location"), name)
        message = parsed(item(practice_locale=language, **where, **wording), settings)
        assert message.keys() == EXPECTED, repr(name)
        assert [a.addr_spec for a in message["To"].addresses] == ["ruth@example.org"], repr(name)
        assert [a.addr_spec for a in message["From"].addresses] == ["no-reply@pazpaz.localhost"], repr(name)
        found = parts(message)
        page = read(found["text/html"])
        tags = [tag for tag in page.tags if tag != ("p", ("dir", "style"))]
        assert tags == [tag for tag in skeleton if tag != ("p", ("dir", "style"))], repr(name)
        assert "49" not in found["text/plain"].partition("http")[0], repr(name)
        _, event = calendar(found["text/calendar"])
        attendees = event["ATTENDEE"]
        assert not isinstance(attendees, list), repr(name)


async def test_a_name_turns_nothing_around_it(settings: Settings) -> None:
    """In the sender, the subject, the text and the calendar entry marks of direction are isolated."""
    name, shown = "a\u202eb", "\u2068a\u202eb\u2069"
    said = {"first_name": name, "practice_name": name, "therapist_name": name, "location": name}
    template = "{client_first_name}, {practice_name}, {therapist_name}, {location}."
    message = parsed(item(**said, subject_template=template, body_template=template), settings)
    found = parts(message)
    assert message["From"].addresses[0].display_name == shown
    assert str(message["Subject"]) == f"{shown}, {shown}, {shown}, {shown}."
    assert f"{shown}, {shown}, {shown}, {shown}." in found["text/plain"]
    _, event = calendar(found["text/calendar"])
    assert (str(event["summary"])[-len(shown) :], str(event["location"])) == (shown, shown)


async def test_a_placeholder_s_word_is_not_filled_again() -> None:
    """A client whose name is a placeholder is called by it."""
    words = {"client_first_name": "{practice_name}", "practice_name": "secret"}
    assert templates.filled("Hi {client_first_name}", words) == "Hi {practice_name}"


async def test_a_template_of_too_many_placeholders_is_refused() -> None:
    """Each may stand for hundreds of characters: what a mail can grow to is bounded where its words are written."""
    most = "{location}" * templates.MOST_PLACEHOLDERS
    assert templates.mistakes(most) == []
    assert len(templates.mistakes(most + "{location}")) == 1


@pytest.mark.parametrize("address", ["ruth@example.org", "a@b", "x.y@mail.example.co.il"])
async def test_a_mask_hides(address: str) -> None:
    """Of an address the first letters and the last domain are left."""
    shown = messages.masked(address)
    assert re.fullmatch(r".\*\*\*@.\*\*\*(\.\w+)?", shown)


async def test_a_return_path_survives_a_server() -> None:
    """In any case of letters it names its reminder; changed, it names none."""
    secret, log_id = b"s" * 32, new_id()
    address = links.return_path(secret, log_id, "no-reply@example.org")
    assert len(address.rpartition("@")[0]) <= 64
    assert links.log_of_return_path(secret, address.upper()) == log_id
    assert links.log_of_return_path(b"t" * 32, address) is None
    local, _, domain = address.rpartition("@")
    changed = local[:-1] + ("a" if local[-1] != "a" else "b")
    assert links.log_of_return_path(secret, f"{changed}@{domain}") is None
    assert links.log_of_return_path(secret, "no-reply@example.org") is None


async def test_a_token_that_is_changed_anywhere_is_none() -> None:
    """Each of its characters counts."""
    secret = b"s" * 32
    link = links.Link(new_id(), links.Act.CONFIRM)
    token = links.token_of(secret, link)
    assert links.link_of(secret, token) == link
    for at, char in enumerate(token):
        other = "A" if char != "A" else "B"
        assert links.link_of(secret, token[:at] + other + token[at + 1 :]) is None
