"""Mail out, one step at a time: who needs to know how far a message came before something went wrong."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from functools import partial
from types import TracebackType
from typing import Self

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPResponseException

from pazpaz.core.base.config import Settings
from pazpaz.core.mail.messages import secret_text

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
_CLOSING = {421, 530}  # the server closes the channel; it wants to know first who asks (RFC 4954, 6)
_QUIT_SECONDS = 2.0
_ERRORS = (SMTPException, OSError, EOFError)


class NotSentError(Exception):
    """The server has surely not taken the message."""

    def __init__(self, step: str, code: int = 0, said: str = "") -> None:
        """`step` is session, sender, recipient or data; `code` the server's answer, 0 if there was none."""
        super().__init__(step)  # not what was said: an answer may quote the address
        self.step = step
        self.code = code
        self.said = said

    @property
    def is_final(self) -> bool:
        """Whether the server refused the message itself for good; what concerns the session passes."""
        return self.step != "session" and 500 <= self.code < 600


class UnknownError(Exception):
    """The message was handed over and no answer came: the server may have taken it."""


class SmtpTransport:
    """One connection to the configured server, opened for the first message and kept for the next."""

    def __init__(self, settings: Settings) -> None:
        """Nothing connects before the first message."""
        self._settings = settings
        self._client: aiosmtplib.SMTP | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, politely when the server is."""
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            with contextlib.suppress(*_ERRORS, TimeoutError):
                await client.quit(timeout=_QUIT_SECONDS)
            client.close()

    async def deliver(
        self, message: EmailMessage, sender: str, recipient: str, before_data: Callable[[], Awaitable[bool]]
    ) -> bool:
        """Hand a message over; False when `before_data`, called just before DATA, says no.

        NotSentError or UnknownError say how far it came.
        """
        client = await self._envelope(sender, recipient)
        try:
            wanted = await before_data()
        except BaseException:
            self._drop()
            raise
        if not wanted:
            with contextlib.suppress(*_ERRORS):
                await client.rset()
            return False
        await self._data(client, message.as_bytes())
        return True

    async def _envelope(self, sender: str, recipient: str) -> aiosmtplib.SMTP:
        """MAIL and RCPT; a kept connection that the server has closed meanwhile is opened again."""
        for kept in (self._client is not None, False):
            client = await self._connected()
            try:
                await self._command(client, "sender", partial(client.mail, sender, encoding="ascii"))
                await self._command(client, "recipient", partial(client.rcpt, recipient, encoding="ascii"))
            except NotSentError as error:
                if kept and error.step == "session":
                    continue
                raise
            else:
                return client
        raise NotSentError("session")

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=secret_text(settings.smtp_username),
            password=secret_text(settings.smtp_password),
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            timeout=settings.smtp_step_seconds,
        )
        try:
            await client.connect()
        except SMTPResponseException as error:
            client.close()
            raise NotSentError("session", error.code) from None
        except _ERRORS:
            client.close()
            raise NotSentError("session") from None
        self._client = client
        return client

    async def _command(
        self, client: aiosmtplib.SMTP, step: str, send: Callable[[], Awaitable[object]]
    ) -> None:
        try:
            await send()
        except SMTPResponseException as error:
            if error.code in _CLOSING or self._is_a_stranger(client, error):
                self._drop()
                raise NotSentError("session", error.code) from None
            with contextlib.suppress(*_ERRORS):
                await client.rset()
            raise NotSentError(step, error.code, error.message) from None
        except _ERRORS:
            self._drop()
            raise NotSentError("session") from None

    def _is_a_stranger(self, client: aiosmtplib.SMTP, error: SMTPResponseException) -> bool:
        """Whether it is refused because nobody signed in: "relay access denied" is not about the recipient."""
        unknown = self._settings.smtp_username is None and client.supports_extension("auth")
        return unknown and error.code >= 500 and not _enhanced(error.message).startswith("5.1.")

    async def _data(self, client: aiosmtplib.SMTP, body: bytes) -> None:
        """Send DATA and the message. Once its end is written only the server knows (RFC 5321, 4.5.3.2.6)."""
        settings = self._settings
        try:
            answer = await client.execute_command(b"DATA", timeout=settings.smtp_step_seconds)
        except _ERRORS:
            self._drop()
            raise NotSentError("session") from None
        protocol = client.protocol
        if answer.code != 354 or protocol is None:
            self._drop()
            raise NotSentError("data", answer.code, answer.message)
        stuffed = re.sub(rb"(?m)^\.", b"..", body)
        try:
            protocol.write(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            answer = await protocol.read_response(timeout=settings.smtp_answer_seconds)
        except (*_ERRORS, asyncio.CancelledError) as error:
            self._drop()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise UnknownError from None
        if answer.code // 100 != 2:
            self._drop()
            raise NotSentError("data", answer.code, answer.message)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _enhanced(text: str) -> str:
    """Return the enhanced status code (RFC 3463) of an answer, if it has one."""
    found = _ENHANCED.match(text)
    return found.group(1) if found else ""
