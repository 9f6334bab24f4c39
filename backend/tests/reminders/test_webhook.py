"""Delivery reports by webhook."""

import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretBytes

from pazpaz.core.base.config import Settings
from pazpaz.core.process.resources import Resources
from pazpaz.main import create_app
from pazpaz.reminders.webhooks import HEADER, signature
from tests.reminders.coming import due, logs, outcomes, rule, run
from tests.reminders.reports import report, return_path_of
from tests.reminders.smtp import scripted
from tests.support.practice import API, Practice, browser

SECRET = bytes(range(32))
PATH = f"{API}/webhooks/mail/bounces"


@pytest.fixture(scope="module")
async def mta(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """What sends reports, to an application that knows the secret."""
    app = create_app(settings.model_copy(update={"bounce_webhook_secret": SecretBytes(SECRET)}))
    async with app.router.lifespan_context(app), browser(app) as http:
        yield http


@pytest.fixture
async def raw(practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]") -> bytes:
    """The report of a reminder that came back."""
    await rule(practice)
    await due(practice, superuser)
    async with scripted() as server:
        await run(server.resources(resources))
    return report(await return_path_of(practice, resources))


async def send(mta: httpx.AsyncClient, raw: bytes, given: str) -> int:
    """The answer's status."""
    return (await mta.post(PATH, content=raw, headers={HEADER: given})).status_code


async def test_a_signed_report_marks_the_reminder(
    practice: Practice, mta: httpx.AsyncClient, raw: bytes
) -> None:
    assert await send(mta, raw, signature(SECRET, int(time.time()), raw)) == 204
    assert await outcomes(practice) == [("bounced", "address-refused")]


async def test_a_report_that_is_none_of_ours_is_answered_alike(mta: httpx.AsyncClient) -> None:
    assert await send(mta, b"nonsense", signature(SECRET, int(time.time()), b"nonsense")) == 204


async def test_what_is_not_signed_changes_nothing(
    practice: Practice, mta: httpx.AsyncClient, raw: bytes
) -> None:
    """No signature, another secret's, another body's, an old one, one of the future, one cut short."""
    now = int(time.time())
    good = signature(SECRET, now, raw)
    wrong = [
        "",
        signature(bytes(32), now, raw),
        signature(SECRET, now, raw + b"x"),
        signature(SECRET, now - 301, raw),
        signature(SECRET, now + 400, raw),
        good[:-1],
        good.replace(f"t={now}", f"t={now + 1}"),
    ]
    assert [await send(mta, raw, given) for given in wrong] == [403] * len(wrong)
    assert [item["status"] for item in await logs(practice)] == ["sent"]


async def test_without_a_secret_there_is_no_webhook(practice: Practice) -> None:
    answer = await practice.post("/webhooks/mail/bounces", {})
    assert answer.status_code == 404
