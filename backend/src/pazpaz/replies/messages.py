"""A client's answer as a mail to their therapist: text and HTML, in the practice's language."""

from email.message import EmailMessage
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from pazpaz.core.base.config import Settings
from pazpaz.core.base.dates import day_words, time_words
from pazpaz.core.mail.messages import Message, mime_of, one_click, one_line
from pazpaz.core.mail.templates import TEMPLATES
from pazpaz.digests.messages import ANSWERS, token_of
from pazpaz.digests.words import STOP_ANSWERS
from pazpaz.replies import words
from pazpaz.replies.queries import ToTell


def reply(said: ToTell, settings: Settings) -> EmailMessage:
    """Return the whole mail. Sent again, it is the same one: its Message-ID comes from the row's id."""
    language, response = said.language.value, said.client_response or ""
    base = settings.public_url.rstrip("/")
    stop = f"{base}/d/{quote(token_of(settings.secret_key.get_secret_value(), said.user_id, ANSWERS))}"
    day = said.scheduled_start.astimezone(ZoneInfo(said.zone)).date()
    place = urlencode({"view": "day", "day": day.isoformat(), "open": str(said.appointment_id)})
    when = {
        "date": day_words(said.scheduled_start, said.zone, language),
        "time": time_words(said.scheduled_start, said.zone, said.zone),
    }
    answered_at = said.answered_at
    filling = {
        "language": language,
        "title": words.SUBJECTS[language][response].format(**when),
        "practice": one_line(said.practice_name),
        "body": words.BODIES[language][response].format(**when),
        "stands": words.STANDS[language],
        "open": (words.OPEN[language], f"{base}/app/calendar?{place}"),
        "as_of": words.ANSWERED[language].format(
            date=day_words(answered_at, said.zone, language),
            time=time_words(answered_at, said.zone, said.zone),
        ),
        "stop": (STOP_ANSWERS[language], stop),
    }
    message = Message(
        to=said.email,
        subject=str(filling["title"]),
        text=TEMPLATES.get_template("replies/mails/reply.txt").render(filling),
        html=TEMPLATES.get_template("replies/mails/reply.html").render(filling),
        message_id=f"reply_mail-{said.id}",
        language=language,
        headers=one_click(stop),
    )
    return mime_of(message, settings.mail_from)
