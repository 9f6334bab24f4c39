"""What a digest says, and what it must not: read back by a parser that refuses whatever is not as it should be."""

import random
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import asyncpg
import pytest
import structlog
from fastapi import FastAPI

from pazpaz.accounts.models import Locale, Role, UserStatus
from pazpaz.appointments.models import ClientResponse, LocationType
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.digests import messages
from pazpaz.digests.queries import Coming, Contents, Missed, ToSay, Unwritten
from pazpaz.reminders.models import ReminderKind
from tests.digests.evening import HOUR, book, now, run, settle_at_noon, tomorrow, waiting, wish
from tests.reminders.smtp import scripted
from tests.support.practice import Practice, browser, join

STRICT = policy.SMTP.clone(raise_on_defect=True)
LOOKED = datetime(2026, 3, 26, 16, 0, tzinfo=UTC)
EXPECTED = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Content-Type", "Content-Language",
]  # fmt: skip


def to_say(**values: Any) -> ToSay:
    """Thursday evening in Jerusalem; in the night, the clock goes forward."""
    said: dict[str, Any] = {
        "id": new_id(), "user_id": new_id(), "digest_date": LOOKED.date(), "email": "dana@example.org",
        "role": Role.OWNER, "status": UserStatus.ACTIVE, "user_version": 1, "is_active": True,
        "send_time": "18:00", "preference_version": 1, "practice_name": "מרפאת השרון",
        "zone": "Asia/Jerusalem", "language": Locale.HE, "practice_version": 1, "looked_at": LOOKED,
        "covered_until": None,
    }  # fmt: skip
    return ToSay(**{**said, **values})


def contents(name: str = "רות", *, more: int = 0) -> Contents:
    """One of each, with this name wherever a client or a practice gives one."""
    day = datetime(2026, 3, 27, 7, 0, tzinfo=UTC)
    ids = new_id()
    coming = Coming(
        day, day + HOUR, LocationType.HOME, name, ClientResponse.DECLINED, ids, name, name, 1 + more
    )
    missed = Missed(ReminderKind.RESCHEDULING, "address-refused", day, ids, name, 1 + more)
    return Contents([coming], [missed], [Unwritten(day - 24 * HOUR, ids, name, name, 1 + more)])


def parsed(said: ToSay, what: Contents, settings: Settings) -> tuple[EmailMessage, str, str]:
    """The message, its text and its HTML."""
    raw = messages.digest(said, what, settings).as_bytes()
    assert all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = message_from_bytes(raw, policy=STRICT)
    assert isinstance(message, EmailMessage)
    text, html = [part.get_content() for part in message.walk() if not part.is_multipart()]
    return message, text, html


class Tags(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


@pytest.mark.parametrize("language", list(Locale))
async def test_the_message(settings: Settings, language: Locale) -> None:
    """Text and HTML of one content in the practice's language; times in its zone, names shortened."""
    message, text, html = parsed(to_say(language=language), contents(more=3), settings)
    assert message.keys() == EXPECTED
    words = {
        Locale.HE: ("מחר, יום שישי, 27 במרץ 2026", "ביקור בית", "כתובת המייל אינה קיימת", "ועוד 3", "סיכומים"),
        Locale.EN: ("Tomorrow, Friday, 27 March 2026", "at the client's home", "does not exist", "and 3 more", "Notes"),
    }[language]  # fmt: skip
    assert str(message["Subject"]) == words[0]
    assert message["Content-Language"] == language
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for word in (*words, "10:00–11:00", "רות ר."):
        assert word in text
        assert word.replace("'", "&#39;") in html
    stop = str(message["List-Unsubscribe"]).strip(" <>")
    assert re.fullmatch(r"https?://[^/]+/d/[\w%=-]+", stop)
    assert re.findall(r"https?://\S+", text) == [stop]
    assert re.findall(r'(?:href|src)="([^"]*)"', html) == [stop]
    assert f'dir="{"rtl" if language == "he" else "ltr"}"' in html


_EVIL = [
    "\r\nBcc: evil@example.org", "\nX-Evil: 1", "\r\n\r\n<script>alert(1)</script>", "\x00", "\x0b\x0c\x85",
    "\u2028X-Evil: 1", "{{7*7}}", "{% raw %}", "{date}", "%(x)s", "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>', "</style><b>", "</bdi></td>", "&lt;b&gt;", "=?utf-8?q?=0D=0AX-Evil:_1?=",
    "a" * 199, "א" * 150, "🏠🧘‍♀️", "\u202eabc", "\u2069\u202d", '"', "\\", "<!--", "]]>", "http://evil.example",
]  # fmt: skip


@pytest.mark.parametrize("language", list(Locale))
async def test_hostile_names_inject_nothing(settings: Settings, language: Locale) -> None:
    """300 names in every place: the same headers, elements and lines as with a plain one."""
    chance = random.Random(20261125)
    _, plain_text, plain_html = parsed(to_say(language=language), contents(), settings)
    skeleton, lines = Tags(plain_html).found, len(plain_text.splitlines())
    for _ in range(300):
        name = "".join(chance.choice([*_EVIL, "Ruth", " "]) for _ in range(chance.randint(1, 5)))[:200] + "x"
        said = to_say(language=language, practice_name=name)
        message, text, html = parsed(said, contents(name), settings)
        assert message.keys() == EXPECTED, repr(name)
        assert [a.addr_spec for a in message["To"].addresses] == ["dana@example.org"], repr(name)
        assert Tags(html).found == skeleton, repr(name)
        assert len(text.splitlines()) == lines, repr(name)
        assert not re.search("[\u202a-\u202e]", text + html), repr(name)
        assert (text.count("\u2068"), text.count("\u2069")) == (8, 8), repr(name)
        assert name not in str(message["Subject"])


async def test_a_day_of_23_hours() -> None:
    """Where the clock goes forward, tomorrow is an hour short; its edges are the practice's midnights."""
    start, end = to_say().tomorrow
    assert start == datetime(2026, 3, 26, 22, tzinfo=UTC)
    assert end - start == 23 * HOUR
    assert to_say().due == LOOKED


async def test_how_far_it_looks_back() -> None:
    """To the last digest, but no more than a week; a first one tells of a day."""
    day = timedelta(days=1)
    assert to_say().since == LOOKED - day
    assert to_say(covered_until=LOOKED - 2 * day).since == LOOKED - 2 * day - timedelta(seconds=10)
    assert to_say(covered_until=LOOKED - 90 * day).since == LOOKED - 7 * day


async def _sent(resources: Resources) -> str:
    """The text of the one digest that is due."""
    async with scripted() as server:
        await run(server.resources(resources))
        (message,) = server.messages()
    body = message.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


async def test_it_is_of_tomorrow_and_one_s_own(
    app: FastAPI,
    practice: Practice,
    other: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
) -> None:
    """From midnight to midnight there; not a colleague's, another practice's, cancelled or archived ones."""
    zone = await settle_at_noon(practice, locale="en")
    await wish(practice, superuser)
    colleague = await join(app, practice, "therapist")
    await colleague.http.aclose()
    midnight = tomorrow(zone, 0)
    await book(practice, midnight, client_first_name="First")
    await book(practice, midnight + 23 * HOUR, client_first_name="Last")
    await book(practice, midnight - HOUR, client_first_name="Today")
    await book(practice, midnight + 24 * HOUR, client_first_name="After")
    await book(other, midnight + HOUR, client_first_name="Elsewhere")
    await book(practice, midnight, client_first_name="Colleague", therapist_id=str(colleague.user_id))
    off = await book(practice, midnight + 2 * HOUR, client_first_name="Cancelled")
    await practice.put(f"/appointments/{off['id']}", {"status": "cancelled"})
    gone = await book(practice, midnight + 3 * HOUR, client_first_name="Archived")
    await practice.delete(f"/appointments/{gone['id']}")
    text = await _sent(resources)
    names = ("First", "Last", "Today", "After", "Elsewhere", "Colleague", "Cancelled", "Archived")
    assert [name for name in names if name in text] == ["First", "Last"]
    assert text.index("00:00–00:50") < text.index("23:00–23:50")


async def test_it_says_nothing_clinical(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """First name and an initial, time, place and service; no last name, address, location or note."""
    zone = await waiting(practice, superuser)
    secret = dict.fromkeys(("address", "notes"), "Canary")
    await book(
        practice, tomorrow(zone, 14), location="Canary", notes="Canary", service_name="Massage",
        client_first_name="Ruth", client_last_name="Levi-Canary", client_email="canary@example.org",
        **{f"client_{name}": value for name, value in secret.items()},
    )  # fmt: skip
    text = await _sent(resources)
    assert "Ruth L." in text
    assert "Massage" in text
    assert "anary" not in text.replace(str(practice.email), "")


async def test_nothing_of_a_client_is_logged_or_queued(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A server that quotes the mail in its refusal, and a name that does not open: logs and queue hold ids only."""
    zone = await settle_at_noon(practice)
    await wish(practice, superuser)
    booked = await book(practice, tomorrow(zone), client_first_name="Canary", client_last_name="Canary")
    await resources.queue.redis.flushdb()
    with structlog.testing.capture_logs() as logged:
        async with scripted(end="451 4.7.1 Canary, later") as server:
            await run(server.resources(resources))
            await superuser.execute(
                "UPDATE clients SET first_name = last_name WHERE id = $1", booked["client_id"]
            )
            await superuser.execute("UPDATE digests SET next_attempt_at = now() WHERE status = 'pending'")
            await run(server.resources(resources))
    assert logged, "nothing was logged"
    queued = [await resources.queue.redis.get(key) for key in await resources.queue.redis.keys("arq:job:*")]
    assert "anary" not in f"{logged}{queued}"
    reason = await superuser.fetchval("SELECT reason FROM digests WHERE user_id = $1", practice.user_id)
    assert reason == "unwritable"


async def test_notes_to_write_are_the_calendar_s(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """As many as `needs_note=true` lists: ten of them, newest first, and how many more."""
    zone = await settle_at_noon(practice, locale="en")
    await wish(practice, superuser)
    start = now() - 300 * HOUR
    for number in range(14):
        await book(practice, start + number * HOUR, client_first_name=f"Client{number:02}")
    written = await book(practice, start + 20 * HOUR, client_first_name="Written")
    note = await practice.make_session(written["id"], plan="x")
    await practice.patch(f"/sessions/{note['id']}/finalize")
    missed = await book(practice, start + 21 * HOUR, client_first_name="Absent")
    await practice.put(f"/appointments/{missed['id']}", {"status": "no_show"})
    text = await _sent(resources)
    shown = re.findall(r"Client\d\d|Written|Absent", text)
    assert shown == [f"Client{number:02}" for number in range(13, 3, -1)]
    listed = (await practice.get("/appointments", params={"needs_note": "true"})).json()["total"]
    assert f"and {listed - 10} more" in text
    assert zone


async def _failed(referee: Any, appointment: dict[str, Any], status: str, reason: str, hours: int) -> None:
    await referee.execute(
        "INSERT INTO reminder_logs (workspace_id, id, kind, appointment_id, scheduled_start, booked_at, due_at,"
        " deadline, next_attempt_at, status, reason, settled_at)"
        " SELECT workspace_id, $2, 'cancellation', id, scheduled_start, now(), now(), now(), now(), $3, $4,"
        " now() - make_interval(hours => $5) FROM appointments WHERE id = $1",
        appointment["id"], new_id(), status, reason, hours,
    )  # fmt: skip


async def test_what_failed_is_told_once(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """What failed or came back since the last digest, in words; the next evening tells of it no more."""
    await settle_at_noon(practice, locale="en")
    zone = await wish(practice, superuser)
    told = {"failed": "refused", "bounced": "undeliverable", "skipped": "opted-out"}
    for number, (status, reason) in enumerate(told.items()):
        await _failed(
            superuser,
            await book(practice, tomorrow(zone, 30 + number), client_first_name=f"Of-{status}"),
            status,
            reason,
            1,
        )
    old = await book(practice, tomorrow(zone, 40), client_first_name="Of-old")
    await _failed(superuser, old, "failed", "refused", 30)
    text = await _sent(resources)
    assert sorted(re.findall(r"Of-\w+", text)) == ["Of-bounced", "Of-failed"]
    assert "the mail server refused the message" in text
    assert "it came back as undeliverable" in text
    await superuser.execute(
        "UPDATE digests SET digest_date = digest_date - 1, covers_until = covers_until + interval '10 seconds'"
        " WHERE user_id = $1", practice.user_id,
    )  # fmt: skip
    await book(practice, tomorrow(zone), client_first_name="Next")
    assert re.findall(r"Of-\w+|Next", await _sent(resources)) == ["Next"]


async def test_a_link_switches_it_off(
    app: FastAPI, practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Opening it changes nothing; what a mail program posts does, without a cookie; a second time too."""
    await waiting(practice, superuser)
    (link,) = re.findall(r"/d/[\w=%-]+", await _sent(resources))
    async with browser(app) as anybody:
        page = await anybody.get(link)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert practice.email not in page.text
        assert (await practice.get("/reminders/digest")).json()["is_active"] is True
        for _ in range(2):
            answer = await anybody.post(link, data={"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200
    assert (await practice.get("/reminders/digest")).json()["is_active"] is False
    actions = await superuser.fetch(
        "SELECT user_id FROM audit_events WHERE workspace_id = $1 AND action = 'digest_preference.switch-off'",
        practice.workspace_id,
    )
    assert [row["user_id"] for row in actions] == [None]


async def test_a_link_that_was_not_made_here(
    app: FastAPI, practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Changed anywhere, of another kind, or of a removed member: the page of a link that is over."""
    secret = resources.settings.secret_key.get_secret_value()
    token = messages.token_of(secret, practice.user_id)
    assert messages.member_of(secret, token) == (practice.user_id, messages.DIGEST)
    for at, char in enumerate(token):
        other = token[:at] + ("A" if char != "A" else "B") + token[at + 1 :]
        assert messages.member_of(secret, other) is None
    colleague = await join(app, practice, "owner")
    await superuser.execute("UPDATE users SET status = 'removed' WHERE id = $1", practice.user_id)
    async with browser(app) as anybody, colleague.http:
        for wrong in (token, messages.token_of(secret, new_id()), "x", f"{token}A"):
            for ask in (anybody.get, anybody.post):
                assert (await ask(f"/d/{wrong}")).status_code == 410
