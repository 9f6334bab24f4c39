"""A reminder as a mail: text, HTML and a calendar entry, from what the practice and the client have chosen."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress, vText

from pazpaz.appointments.models import LocationType
from pazpaz.core.base import clock
from pazpaz.core.base.config import Settings
from pazpaz.core.base.dates import day_words, time_words
from pazpaz.core.mail.messages import Message, isolated, mime_of, one_click, one_line
from pazpaz.core.mail.templates import TEMPLATES
from pazpaz.reminders import templates, words
from pazpaz.reminders.links import Act, Link, token_of
from pazpaz.reminders.models import ReminderKind
from pazpaz.reminders.news import NOTHING, Change, News
from pazpaz.reminders.queries import ToSend


@dataclass(frozen=True, slots=True)
class Wording:
    """What a mail says."""

    language: str
    subject: str
    body: str
    links: dict[Act, str]

    def text(self) -> str:
        return TEMPLATES.get_template("reminders/mails/reminder.txt").render(self._words())

    def html(self) -> str:
        """As HTML, with every word escaped."""
        return TEMPLATES.get_template("reminders/mails/reminder.html").render(self._words())

    def _words(self) -> dict[str, object]:
        labels = words.LABELS[self.language]
        acts = [
            (labels[act], self.links[act]) for act in (Act.CONFIRM, Act.CANCEL, Act.MOVE) if act in self.links
        ]
        return {
            "language": self.language,
            "title": self.subject,
            "body": self.body,
            "acts": acts,
            "stop": (labels[Act.UNSUBSCRIBE], self.links.get(Act.UNSUBSCRIBE)),
        }


def wording(item: ToSend, links: dict[Act, str], news: News = NOTHING) -> Wording:
    """Return the practice's own words or the default ones, filled in."""
    language = item.client_locale or item.practice_locale
    zone = item.client_zone or item.practice_zone
    names = {
        "client_first_name": isolated(item.first_name),
        "appointment_date": day_words(item.starts_at, zone, language),
        "appointment_time": time_words(item.starts_at, zone, item.practice_zone),
        "practice_name": isolated(item.sender_name or item.practice_name),
        "therapist_name": isolated(item.therapist_name),
        "location": isolated(item.location or ""),
        "details": _details(item, news, language),
    }
    if (known := item.known_start) is not None:
        names["known_date"] = day_words(known, zone, language)
        names["known_time"] = time_words(known, zone, item.practice_zone)
    subject, body = _said(item, news, language)
    filled = one_line(templates.filled(subject, names))
    return Wording(language, filled, templates.filled(body, names), links)


def _said(item: ToSend, news: News, language: str) -> tuple[str, str]:
    """Subject and body, not yet filled in."""
    if item.kind is ReminderKind.CANCELLATION:
        return words.CANCELLED_SUBJECTS[language], words.CANCELLED_BODIES[language]
    if item.kind is ReminderKind.REMINDER:
        subject, body = words.SUBJECTS[language], words.BODIES[language]
        return item.subject_template or subject, item.body_template or body
    if item.known_start is None:
        return words.REINSTATED_SUBJECTS[language], words.REINSTATED_BODIES[language]
    if Change.TIME in news:
        return words.RESCHEDULED_SUBJECTS[language], words.RESCHEDULED_BODIES[language]
    return words.CHANGED_SUBJECTS[language], words.CHANGED_BODIES[language]


def _details(item: ToSend, news: News, language: str) -> str:
    """Where and with whom; what is new to the client is told apart, and an end only if it is."""
    lines = {Change.PLACE: where(item.location_type, item.location, language)}
    if item.therapist_name.strip():
        lines[Change.THERAPIST] = with_whom(item.therapist_name, language)
    if news & {Change.END, Change.UNSURE}:
        zone = item.client_zone or item.practice_zone
        end = time_words(item.ends_at, zone, item.practice_zone)
        lines[Change.END] = words.UNTIL[language].format(time=end)
    new = [line for change, line in lines.items() if change in news]
    rest = [line for change, line in lines.items() if change not in news]
    if not new:
        return "\n".join(rest)
    paragraphs = [[words.NEW[language], *new], [words.AS_BEFORE[language], *rest] if rest else []]
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def where(kind: LocationType, location: str | None, language: str, *, is_address_shown: bool = True) -> str:
    """Name the place, as words of a line; at the client's home their address only to themselves."""
    place = words.PLACES[language][kind]
    if location and kind is LocationType.CLINIC:
        place = isolated(one_line(location))
    elif location and is_address_shown:
        place = f"{place}, {isolated(one_line(location))}"
    return words.WHERE[language].format(place=place)


def with_whom(name: str, language: str) -> str:
    return words.WITH[language].format(name=isolated(one_line(name)))


def links_of(item: ToSend, secret: bytes, public_url: str) -> dict[Act, str]:
    """Return the addresses a mail offers; a cancelled appointment can only be unsubscribed from."""
    answering = () if item.kind is ReminderKind.CANCELLATION else (Act.CONFIRM, Act.CANCEL, Act.MOVE)
    acts = (*answering, Act.UNSUBSCRIBE)
    base = public_url.rstrip("/")
    return {act: f"{base}/r/{quote(token_of(secret, Link(item.id, act)))}" for act in acts}


def reminder(item: ToSend, recipient: str, settings: Settings, news: News = NOTHING) -> EmailMessage:
    """Return the whole mail. Sent again, it is the same one: its Message-ID comes from the reminder's id."""
    links = links_of(item, settings.secret_key.get_secret_value(), settings.public_url)
    said = wording(item, links, news)
    message = Message(
        to=recipient,
        subject=said.subject,
        text=said.text(),
        html=said.html(),
        message_id=f"reminder-{item.id}",
        language=said.language,
        sender_name=item.sender_name or item.practice_name,
        reply_to=item.reply_to,
        headers=one_click(links[Act.UNSUBSCRIBE]),
    )
    mail = mime_of(message, settings.mail_from)
    _, address = parseaddr(settings.mail_from)
    method, entry = calendar_entry(item, said.language, recipient, address)
    mail.add_alternative(entry, subtype="calendar", params={"method": method}, filename="appointment.ics")
    return mail


def calendar_entry(item: ToSend, language: str, recipient: str, address: str) -> tuple[str, str]:
    """Return the method and the text of an iCalendar object (RFC 5545, 5546).

    Its UID is the appointment's for good, and its SEQUENCE the appointment's version, which only rises:
    a later mail updates or cancels the entry that an earlier one made.
    """
    cancelled = item.kind is ReminderKind.CANCELLATION
    method = "CANCEL" if cancelled else "REQUEST"
    name = isolated(one_line(item.sender_name or item.practice_name))
    event = Event()
    event.add("uid", f"appointment-{item.appointment_id}@{address.rpartition('@')[2]}")
    event.add("sequence", item.appointment_version)
    event.add("dtstamp", clock.now().replace(microsecond=0))
    event.add("dtstart", _utc(item.starts_at))
    event.add("dtend", _utc(item.ends_at))
    event.add("summary", f"{words.APPOINTMENT[language]} – {name}")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    if item.location:
        event.add("location", isolated(one_line(item.location)))
    elif item.location_type is not LocationType.CLINIC:
        event.add("location", words.PLACES[language][item.location_type])
    if item.therapist_name.strip():
        event.add("description", with_whom(item.therapist_name, language))
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
