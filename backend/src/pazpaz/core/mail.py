"""Mail out: messages are built by the standard library and handed to an SMTP server."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

import aiosmtplib
from pydantic import SecretStr

from pazpaz.core import clock, metrics
from pazpaz.core.config import Settings

STEP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail: the same content as text and as HTML."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    language: Literal["en", "he"] = "en"


def secret_text(secret: SecretStr | None) -> str | None:
    """A setting that is secret, as text."""
    return secret.get_secret_value() if secret else None


class Mailer:
    """Sends through the configured SMTP server."""

    def __init__(self, settings: Settings) -> None:
        """Nothing connects before the first mail."""
        self._settings = settings

    def message(self, letter: Letter) -> EmailMessage:
        """The letter as a MIME message; the header registry refuses line breaks in any header."""
        name, address = parseaddr(self._settings.mail_from)
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(display_name=name, addr_spec=address)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = f"<{letter.message_id}@{address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        message["Content-Language"] = letter.language
        return message

    async def send(self, letter: Letter) -> None:
        """Hand the letter over; errors of the server come as aiosmtplib's."""
        settings = self._settings
        try:
            await aiosmtplib.send(
                self.message(letter),
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
