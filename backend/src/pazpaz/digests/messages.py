"""A digest as a mail: text and HTML, in the practice's language."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import quote
from uuid import UUID

from pazpaz.core.base.config import Settings
from pazpaz.core.base.dates import day_words, time_words
from pazpaz.core.mail.messages import Message, mime_of, one_click, one_line
from pazpaz.core.mail.templates import TEMPLATES
from pazpaz.digests import words
from pazpaz.digests.queries import Coming, Contents, Missed, ToSay, Unwritten
from pazpaz.reminders.links import said_by, signed

DIGEST, ANSWERS = b"digest", b"answers"  # what a link switches off
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say: when, who, and what else."""

    when: str
    who: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One of the digest's lists, of which there may be more than is shown."""

    title: str
    lines: list[Line]
    more: str | None = None


def digest(said: ToSay, contents: Contents, settings: Settings) -> EmailMessage:
    """Return the whole mail. Sent again, it is the same one: its Message-ID comes from the digest's id."""
    language = said.language.value
    token = token_of(settings.secret_key.get_secret_value(), said.user_id)
    stop = f"{settings.public_url.rstrip('/')}/d/{quote(token)}"
    day = day_words(said.tomorrow[0], said.zone, language)
    filling = {
        "language": language,
        "title": words.TITLE[language].format(date=day),
        "practice": _plain(said.practice_name),
        "sections": sections(said, contents),
        "as_of": words.AS_OF[language].format(time=_time(said, said.looked_at)),
        "stop": (words.STOP[language], stop),
    }
    message = Message(
        to=said.email,
        subject=words.SUBJECT[language].format(date=day),
        text=TEMPLATES.get_template("digests/mails/digest.txt").render(filling),
        html=TEMPLATES.get_template("digests/mails/digest.html").render(filling),
        message_id=f"digest-{said.id}",
        language=language,
        headers=one_click(stop),
    )
    return mime_of(message, settings.mail_from)


def sections(said: ToSay, contents: Contents) -> list[Section]:
    """Return what there is to say, in the order of what cannot wait."""
    language = said.language.value
    coming = [_coming(said, item) for item in contents.coming]
    missed = [_missed(said, item) for item in contents.missed]
    unwritten = [_unwritten(said, item) for item in contents.unwritten]
    found = [
        Section(
            words.COMING[language], coming or [Line("", words.FREE[language])], _more(said, contents.coming)
        ),
        Section(words.MISSED[language], missed, _more(said, contents.missed)),
        Section(words.UNWRITTEN[language], unwritten, _more(said, contents.unwritten)),
    ]
    return [section for section in found if section.lines]


def _more(said: ToSay, shown: list[Coming] | list[Missed] | list[Unwritten]) -> str | None:
    left = shown[0].total - len(shown) if shown else 0
    return words.MORE[said.language.value].format(count=left) if left else None


def _coming(said: ToSay, item: Coming) -> Line:
    language = said.language.value
    when = f"{_time(said, item.scheduled_start)}–{_time(said, item.scheduled_end)}"
    response = words.RESPONSES[language].get(item.client_response or "")
    details = (_plain(item.service_name or ""), words.PLACES[language][item.location_type], response or "")
    return Line(when, _known(item.first_name, item.last_name), tuple(filter(None, details)))


def _missed(said: ToSay, item: Missed) -> Line:
    language = said.language.value
    reason = words.REASONS[language].get(item.reason, words.NOT_SENT[language])
    return Line(
        _moment(said, item.scheduled_start),
        _plain(item.first_name),
        (words.KINDS[language][item.kind], reason),
    )


def _unwritten(said: ToSay, item: Unwritten) -> Line:
    return Line(_moment(said, item.scheduled_start), _known(item.first_name, item.last_name))


def _moment(said: ToSay, moment: datetime) -> str:
    return f"{day_words(moment, said.zone, said.language.value)}, {_time(said, moment)}"


def _time(said: ToSay, moment: datetime) -> str:
    return time_words(moment, said.zone, said.zone)


def _known(first_name: str, last_name: str) -> str:
    """Return the first name, and of the last one the first letter."""
    letter = next((char for char in last_name if char.isalnum()), "")
    return f"{_plain(first_name)} {letter}{'.' if letter else ''}".strip()


def _plain(text: str) -> str:
    """On one line, and in the direction of its own letters."""
    return _DIRECTIONS.sub("", one_line(text))


def token_of(secret: bytes, user_id: UUID, purpose: bytes = DIGEST) -> str:
    """Return what the link that switches a member's mails off holds; it never ends."""
    return signed(secret, purpose, user_id.bytes)


def member_of(secret: bytes, token: str) -> tuple[UUID, bytes] | None:
    """Whose mails a link switches off, and which; None for one that was not made here."""
    for purpose in (DIGEST, ANSWERS):
        if (said := said_by(secret, purpose, token, 16)) is not None:
            return UUID(bytes=said), purpose
    return None
