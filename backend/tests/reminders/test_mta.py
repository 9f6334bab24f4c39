"""A real mail server takes reminders with STARTTLS and AUTH, relays them, and reports what came back."""

import asyncio
import re
import smtplib
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretBytes, SecretStr

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from pazpaz.reminders import delivery, jobs
from pazpaz.reminders.links import return_path
from pazpaz.reminders.webhooks import HEADER, signature
from tests.e2e.running import environment, left_after
from tests.reminders.coming import book, logs, long_booked, now, rule
from tests.reminders.mta import HOST, PASSWORD, USER, Postfix, relaying, with_postfix
from tests.support import stack
from tests.support.practice import API, Practice, browser

pytestmark = with_postfix
RUTH, NOBODY, LATER = "ruth@example.org", "nobody@example.org", "later@example.org"
SECRET = bytes(range(32))
_TOLD = ((NOBODY, "550 5.1.1 no such user here"), (LATER, "450 4.2.1 busy"))


@pytest.fixture(scope="module")
async def postfix() -> AsyncIterator[Postfix]:
    """One for all of these tests."""
    async with relaying(_TOLD) as postfix:
        yield postfix


@pytest.fixture
def mta(postfix: Postfix, monkeypatch: pytest.MonkeyPatch) -> Postfix:
    """The same, whose certificate this process trusts."""
    postfix.sink.mails.clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(postfix.authority))
    return postfix


@pytest.fixture
async def waiting(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> dict[str, dict[str, Any]]:
    """Appointments whose reminders are due: of one who gets mail, one who does not exist, one who is busy."""
    await rule(practice)
    made = {
        email: await book(practice, now() + timedelta(hours=22, minutes=5 * n), email=email)
        for n, email in enumerate((RUTH, NOBODY, LATER))
    }
    await long_booked(superuser, practice)
    await jobs.schedule(resources)
    return made


async def bounce(raw: bytes, database: str, folder: Path) -> str:
    """What `pazpaz mail bounce` says to a report."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "pazpaz", "mail", "bounce"],
        input=raw, cwd=folder, capture_output=True, timeout=60, check=True,
        env=environment(folder, **stack.environment(database)),
    )  # fmt: skip
    return done.stdout.decode().strip()


async def became(practice: Practice) -> dict[str, tuple[str, str | None]]:
    """Status and reason by the recipient's first letter."""
    return {item["recipient"][0]: (item["status"], item["reason"]) for item in await logs(practice)}


async def marked(practice: Practice, appointment: dict[str, Any]) -> bool:
    """Whether the client's address is known to be wrong."""
    client = (await practice.get(f"/clients/{appointment['client_id']}")).json()
    return client["email_bounced_at"] is not None


async def test_what_a_real_server_reports(
    mta: Postfix,
    practice: Practice,
    resources: Resources,
    waiting: dict[str, dict[str, Any]],
    database: str,
    tmp_path: Path,
) -> None:
    """No such user: bounced and marked. A delay changes nothing. Given up: bounced, and not marked."""
    await delivery.deliver(mta.resources(resources), new_id())
    assert set((await became(practice)).values()) == {("sent", None)}

    refused, delayed = await mta.sink.report(r"Status: 5\.1\.1"), await mta.sink.report("Action: delayed")
    assert (await bounce(refused.raw, database, tmp_path)).startswith("bounced: ")
    assert await bounce(delayed.raw, database, tmp_path) == "ignored"
    assert await became(practice) == {
        "r": ("sent", None), "n": ("bounced", "address-refused"), "l": ("sent", None),
    }  # fmt: skip

    await asyncio.to_thread(mta.give_up)
    given_up = await mta.sink.report(r"Action: failed\r?\nStatus: 4\.")
    assert (await bounce(given_up.raw, database, tmp_path)).startswith("bounced: ")
    assert (await became(practice))["l"] == ("bounced", "undeliverable")
    assert [await marked(practice, waiting[email]) for email in (RUTH, NOBODY, LATER)] == [False, True, False]
    assert len(mta.sink.arrived(RUTH)) == 1


async def test_a_marked_address_gets_no_more_mail(
    mta: Postfix,
    practice: Practice,
    resources: Resources,
    waiting: dict[str, dict[str, Any]],
    superuser: "asyncpg.Connection[Any]",
) -> None:
    """The report comes by webhook; the appointment is moved, and of its new time nobody is reminded."""
    worker = mta.resources(resources, bounce_webhook_secret=SecretBytes(SECRET))
    await delivery.deliver(worker, new_id())
    refused = await mta.sink.report(r"Status: 5\.1\.1")
    signed = {HEADER: signature(SECRET, int(time.time()), refused.raw)}
    app = create_app(worker.settings)
    async with app.router.lifespan_context(app), browser(app) as http:
        answer = await http.post(f"{API}/webhooks/mail/bounces", content=refused.raw, headers=signed)
    assert answer.status_code == 204
    moved = {"scheduled_start": later_by_an_hour(waiting[NOBODY], "scheduled_start")}
    moved["scheduled_end"] = later_by_an_hour(waiting[NOBODY], "scheduled_end")
    assert (await practice.put(f"/appointments/{waiting[NOBODY]['id']}", moved)).status_code == 200
    await long_booked(superuser, practice)
    await jobs.schedule(resources)
    await delivery.deliver(worker, new_id())
    became = await logs(practice, appointment_id=waiting[NOBODY]["id"])
    assert {(item["status"], item["reason"]) for item in became} == {
        ("bounced", "address-refused"), ("skipped", "address-bounced"),
    }  # fmt: skip


def later_by_an_hour(appointment: dict[str, Any], which: str) -> str:
    return (datetime.fromisoformat(appointment[which]) + timedelta(hours=1)).isoformat()


async def test_a_forged_return_path_is_nobody_s(
    mta: Postfix,
    practice: Practice,
    resources: Resources,
    waiting: dict[str, dict[str, Any]],
    database: str,
    tmp_path: Path,
) -> None:
    """Who makes the server report to a return path signed with another key changes nothing."""
    await delivery.deliver(mta.resources(resources), new_id())
    (item,) = await logs(practice, appointment_id=waiting[RUTH]["id"])
    forged = return_path(b"another key", UUID(item["id"]), "no-reply@pazpaz.localhost")
    await asyncio.to_thread(submit, mta, forged, NOBODY)
    report = await mta.sink.report(rf"To: {re.escape(forged)}")
    assert b"Status: 5.1.1" in report.raw
    assert await bounce(report.raw, database, tmp_path) == "ignored"
    assert (await became(practice))["r"] == ("sent", None)


def submit(mta: Postfix, sender: str, recipient: str) -> None:
    """As another one who may send through the server."""
    with smtplib.SMTP(HOST, mta.port, timeout=30) as client:
        client.starttls(context=ssl.create_default_context())
        client.login(USER, PASSWORD)
        client.sendmail(sender, [recipient], b"Subject: hello\r\n\r\nhello\r\n")


@pytest.mark.parametrize("wrong", ["certificate", "password", "no password"])
async def test_a_server_that_cannot_be_trusted_or_does_not_trust_gets_nothing(
    postfix: Postfix,
    practice: Practice,
    resources: Resources,
    waiting: dict[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
) -> None:
    """No message leaves without a certificate that is known and a password that fits; the reminders wait."""
    postfix.sink.mails.clear()
    if wrong != "certificate":
        monkeypatch.setenv("SSL_CERT_FILE", str(postfix.authority))
    given: dict[str, dict[str, object]] = {
        "certificate": {},
        "password": {"smtp_password": SecretStr("guessed")},
        "no password": {"smtp_username": None},
    }
    worker = postfix.resources(resources, **{"reminder_retry_seconds": 60, **given[wrong]})
    await delivery.deliver(worker, new_id())
    assert {item["status"] for item in await logs(practice)} == {"pending"}
    assert [mail for mail in postfix.sink.mails if not mail.is_report] == []


async def test_the_server_ends_with_its_test(waiting: dict[str, dict[str, Any]]) -> None:
    """A second instance beside the first: stopped, none of its processes is left."""
    async with relaying() as postfix:
        processes = postfix.processes()
        assert len(processes) > 2
    assert left_after(processes, 5) == []
