"""Mail out: messages are built by the standard library and handed to an SMTP server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import aiosmtplib
from pydantic import SecretStr

from pazpaz.core.base import clock, metrics
from pazpaz.core.base.config import Settings

STEP_SECONDS = 30.0
_POLICY = SMTP.clone(cte_type="7bit")  # for servers that never heard of 8BITMIME
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ]{0,58}[A-Za-z0-9]")  # needs neither quotes nor encoding
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")

_DIRECTIONS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ISOLATES, _END = "\u2066\u2067\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Message:
    """One mail: the same content as text and as HTML. `sender_name` is the setting's, if left out."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    language: str = "en"
    sender_name: str | None = None
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def one_line(text: str) -> str:
    """For headers and calendar fields: whatever would end a line becomes a space."""
    return _CONTROLS.sub(" ", text).strip()


def isolated(text: str) -> str:
    """Return a name whose marks of direction turn nothing around it (Unicode UAX 9); one without any as it is."""
    if _DIRECTIONS.search(text) is None:
        return text
    kept, depth = [], 0
    for mark in text:
        depth += (mark in _ISOLATES) - (mark == _END)
        if depth < 0:  # it would end what is around the name
            depth = 0
        else:
            kept.append(mark)
    return f"\u2068{''.join(kept)}{_END * depth}{_END}"


def encoded(text: str, header: str) -> str:
    """Return a header's words (RFC 2047). The standard library's own folding loses the space between two of them."""
    line = one_line(text)
    if _PLAIN.fullmatch(line):
        return line
    return Header(line, "utf-8", maxlinelen=70, header_name=header).encode(linesep="\r\n")


def mime_of(message: Message, mail_from: str) -> EmailMessage:
    """Return the message as a MIME message, whose headers hold what they hold whatever the words are."""
    name, address = parseaddr(mail_from)
    mime = EmailMessage(policy=_POLICY)
    # On a line of its own: a line that is too long would be parsed and folded anew, and unencoded.
    mime.set_raw("From", f"{encoded(isolated(message.sender_name or name), 'From')}\r\n <{address}>")
    mime["To"] = Address(addr_spec=message.to)
    if message.reply_to:
        mime["Reply-To"] = Address(addr_spec=message.reply_to)
    mime.set_raw("Subject", encoded(message.subject, "Subject"))
    mime["Date"] = format_datetime(clock.now())
    mime["Message-ID"] = f"<{message.message_id}@{domain_of(mail_from)}>"
    mime["Auto-Submitted"] = "auto-generated"
    for header, value in message.headers.items():
        mime[header] = value
    mime.set_content(message.text)
    mime.add_alternative(message.html, subtype="html")
    mime["Content-Language"] = message.language
    return mime


def one_click(address: str) -> dict[str, str]:
    """Return the headers behind a mail program's own button for unsubscribing (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def domain_of(mail_from: str) -> str:
    """Where Message-IDs are ours."""
    return parseaddr(mail_from)[1].rpartition("@")[2]


def secret_text(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


class Mailer:
    """Sends through the configured SMTP server."""

    def __init__(self, settings: Settings) -> None:
        """Nothing connects before the first mail."""
        self._settings = settings

    async def send(self, message: Message) -> None:
        """Hand the message over; errors of the server come as aiosmtplib's."""
        settings = self._settings
        try:
            await aiosmtplib.send(
                mime_of(message, settings.mail_from).as_bytes(),
                sender=parseaddr(settings.mail_from)[1],
                recipients=[message.to],
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=secret_text(settings.smtp_username),
                password=secret_text(settings.smtp_password),
                use_tls=settings.smtp_tls == "tls",
                start_tls=settings.smtp_tls == "starttls",
                timeout=STEP_SECONDS,
            )
        except Exception:
            metrics.MAILS.labels("failed").inc()
            raise
        metrics.MAILS.labels("sent").inc()
