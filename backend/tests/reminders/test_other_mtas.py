"""What Exim and OpenSMTPD report of a next hop that refused, read as they wrote it."""

import asyncio
import smtplib
from uuid import UUID

import pytest

from pazpaz.core.mail.refusals import Cause
from pazpaz.reminders.links import return_path
from pazpaz.reminders.reports import Bounce, Failure, bounce_of
from tests.reminders.mta import HOST, Mail, Sink
from tests.reminders.others import Kind, every_kind, relaying

SECRET = bytes(range(32))
ANSWERS = {
    "unknown": ("550 5.1.1 no such user", Cause.NO_SUCH_ADDRESS),
    "unknown-plainly": ("550 No such user here", Cause.NO_SUCH_ADDRESS),
    "full": ("552 5.2.2 mailbox full", Cause.FULL),
    "full-plainly": ("552 quota exceeded", Cause.FULL),
    "policy": ("550 5.7.1 message rejected: SPF fail", Cause.REFUSED),
    "us": ("550 5.1.8 Sender address rejected: Domain not found", Cause.OTHER),
    "busy": ("450 4.2.1 busy", Cause.OTHER),
}
LOGS = {name: UUID(int=number + 1) for number, name in enumerate(ANSWERS)}


@pytest.fixture(autouse=True)
def nothing_else_due() -> None:
    """No test here looks at what is due."""


def _path(name: str) -> str:
    return return_path(SECRET, LOGS[name], "no-reply@pazpaz.localhost")


def _submit(port: int) -> None:
    with smtplib.SMTP(HOST, port, timeout=30) as client:
        for name in ANSWERS:
            mail = f"From: a@example.net\r\nTo: {name}@example.org\r\nSubject: hello\r\n\r\nhello\r\n"
            client.sendmail(_path(name), [f"{name}@example.org"], mail)


async def _final(sink: Sink, name: str) -> tuple[Mail, Bounce]:
    """The report that says of a mail that it came back, once it is here; warnings say nothing."""
    async with asyncio.timeout(60):
        while True:
            for mail in sink.arrived(_path(name)):
                if mail.is_report and (bounce := bounce_of(mail.raw, SECRET)) is not None:
                    return mail, bounce
            await asyncio.sleep(0.1)


@every_kind
async def test_what_other_servers_report(kind: Kind) -> None:
    """Whatever status they put on it, only an unknown recipient is one; what they give up came back."""
    answers = {f"{name}@example.org": said for name, (said, _) in ANSWERS.items()}
    async with relaying(kind, answers) as (port, sink):
        await asyncio.to_thread(_submit, port)
        reports = {name: await _final(sink, name) for name in ANSWERS}
    for name, (mail, bounce) in reports.items():
        expected = Bounce(LOGS[name], (Failure((f"{name}@example.org",), ANSWERS[name][1]),))
        assert bounce == expected, mail.raw.decode()
        assert b"Status: 5.1.1" not in mail.raw  # or the test would show nothing
