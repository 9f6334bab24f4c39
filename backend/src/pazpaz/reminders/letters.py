"""A reminder as a mail: text, HTML and a calendar entry, from what the practice and the client have chosen."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText
from jinja2 import Environment, PackageLoader, select_autoescape

from pazpaz.core import clock
from pazpaz.core.config import Settings
from pazpaz.reminders import templates
from pazpaz.reminders.links import Act, Link, token_of
from pazpaz.reminders.models import ReminderKind
from pazpaz.reminders.queries import ToSend

_POLICY = SMTP.clone(cte_type="7bit")  # for servers that never heard of 8BITMIME
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ]{0,58}[A-Za-z0-9]")  # needs neither quotes nor encoding
_jinja = Environment(
    loader=PackageLoader("pazpaz.reminders", "mails"),
    autoescape=select_autoescape(("html",)),
    trim_blocks=True,
    lstrip_blocks=True,
)
LABELS = {
    "en": {
        Act.CONFIRM: "I will come",
        Act.CANCEL: "I cannot come",
        Act.MOVE: "Ask for another time",
        Act.UNSUBSCRIBE: "No more reminders",
    },
    "he": {
        Act.CONFIRM: "אגיע",
        Act.CANCEL: "לא אוכל להגיע",
        Act.MOVE: "בקשה למועד אחר",
        Act.UNSUBSCRIBE: "הפסקת תזכורות",
    },
}
_APPOINTMENT = {"en": "Appointment", "he": "פגישה"}


@dataclass(frozen=True, slots=True)
class Wording:
    """What a mail says."""

    language: str
    subject: str
    body: str
    links: dict[Act, str]

    def text(self) -> str:
        """As plain text."""
        return _jinja.get_template("reminder.txt").render(self._words())

    def html(self) -> str:
        """As HTML, with every word escaped."""
        return _jinja.get_template("reminder.html").render(self._words())

    def _words(self) -> dict[str, object]:
        labels = LABELS[self.language]
        acts = [
            (labels[act], self.links[act]) for act in (Act.CONFIRM, Act.CANCEL, Act.MOVE) if act in self.links
        ]
        return {
            "language": self.language,
            "subject": self.subject,
            "body": self.body,
            "acts": acts,
            "unsubscribe": (labels[Act.UNSUBSCRIBE], self.links.get(Act.UNSUBSCRIBE)),
        }


def wording(item: ToSend, links: dict[Act, str]) -> Wording:
    """The practice's own words or the default ones, filled in."""
    language = item.client_locale or item.practice_locale
    zone = item.client_zone or item.practice_zone
    words = {
        "client_first_name": item.first_name,
        "appointment_date": templates.date_words(item.scheduled_start, zone, language),
        "appointment_time": templates.time_words(item.scheduled_start, zone, item.practice_zone),
        "practice_name": item.sender_name or item.practice_name,
        "therapist_name": item.therapist_name,
        "location": item.location or "",
    }
    if item.kind is ReminderKind.CANCELLATION:
        subject, body = templates.CANCELLED_SUBJECTS[language], templates.CANCELLED_BODIES[language]
    else:
        subject = item.subject_template or templates.SUBJECTS[language]
        body = item.body_template or templates.BODIES[language]
    filled = templates.one_line(templates.filled(subject, words))
    return Wording(language, filled, templates.filled(body, words), links)


def links_of(item: ToSend, secret: bytes, public_url: str) -> dict[Act, str]:
    """The addresses a mail offers; a cancelled appointment can only be unsubscribed from."""
    acts = (Act.UNSUBSCRIBE,) if item.kind is ReminderKind.CANCELLATION else tuple(Act)
    base = public_url.rstrip("/")
    return {act: f"{base}/r/{quote(token_of(secret, Link(item.id, act)))}" for act in acts}


def message(item: ToSend, recipient: str, settings: Settings) -> EmailMessage:
    """The whole mail. Sent again, it is the same one: its Message-ID comes from the reminder's id."""
    links = links_of(item, settings.secret_key.get_secret_value(), settings.public_url)
    said = wording(item, links)
    _, address = parseaddr(settings.mail_from)
    sender = templates.one_line(item.sender_name or item.practice_name)
    mail = EmailMessage(policy=_POLICY)
    # On a line of its own: a line that is too long would be parsed and folded anew, and unencoded.
    mail.set_raw("From", f"{_encoded(sender, 'From')}\r\n <{address}>")
    mail["To"] = Address(addr_spec=recipient)
    if item.reply_to:
        mail["Reply-To"] = Address(addr_spec=item.reply_to)
    mail.set_raw("Subject", _encoded(said.subject, "Subject"))
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message_id_of(item.id, address.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<{links[Act.UNSUBSCRIBE]}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(said.text())
    mail.add_alternative(said.html(), subtype="html")
    method, entry = calendar_entry(item, said.language, recipient, address)
    mail.add_alternative(entry, subtype="calendar", params={"method": method}, filename="appointment.ics")
    mail["Content-Language"] = said.language
    return mail


def _encoded(text: str, header: str) -> str:
    """Encoded words (RFC 2047). The standard library's own folding loses the space between two of them."""
    if _PLAIN.fullmatch(text):
        return text
    return Header(text, "utf-8", maxlinelen=70, header_name=header).encode(linesep="\r\n")


def message_id_of(log_id: UUID, domain: str) -> str:
    """The same for every copy."""
    return f"<reminder-{log_id}@{domain}>"


def calendar_entry(item: ToSend, language: str, recipient: str, address: str) -> tuple[str, str]:
    """The method and the text of an iCalendar object (RFC 5545, 5546).

    Its UID is the appointment's for good, and its SEQUENCE the appointment's version, which only rises:
    a later mail updates or cancels the entry that an earlier one made.
    """
    cancelled = item.kind is ReminderKind.CANCELLATION
    method = "CANCEL" if cancelled else "REQUEST"
    name = templates.one_line(item.sender_name or item.practice_name)
    event = Event()
    event.add("uid", f"appointment-{item.appointment_id}@{address.rpartition('@')[2]}")
    event.add("sequence", item.appointment_version)
    event.add("dtstamp", clock.now().replace(microsecond=0))
    event.add("dtstart", _utc(item.scheduled_start))
    event.add("dtend", _utc(item.scheduled_end))
    event.add("summary", f"{_APPOINTMENT[language]} – {name}")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    if item.location:
        event.add("location", templates.one_line(item.location))
    organizer = vCalAddress(f"mailto:{item.reply_to or address}")
    organizer.params["CN"] = vText(name.replace('"', "'"))
    event.add("organizer", organizer)
    attendee = vCalAddress(f"mailto:{recipient}")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee, encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//PazPaz//Reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return method, calendar.to_ical().decode()


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(clock.now().tzinfo).replace(microsecond=0)


def masked(address: str) -> str:
    """Enough of an address to recognise it by."""
    local, _, domain = address.rpartition("@")
    name, dot, rest = domain.rpartition(".")
    return f"{local[:1]}***@{(name or rest)[:1]}***{dot}{rest if dot else ''}"
