"""Who cannot come has said so: their therapist knows at once, once, and by no client's name."""

import asyncio
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.replies import delivery, jobs
from tests.reminders.coming import due, now, rule, run
from tests.reminders.smtp import Script, scripted
from tests.support.practice import Practice, browser

NAMES = ("confirm", "cancel", "move", "unsubscribe")


@pytest.fixture(autouse=True)
async def nothing_else(superuser: "asyncpg.Connection[Any]") -> None:
    """Nothing that another test left is due."""
    await superuser.execute("UPDATE reminder_configurations SET is_active = false")
    await superuser.execute("UPDATE reply_mails SET status = 'skipped' WHERE status = 'pending'")
    await superuser.execute(
        "UPDATE reminder_logs SET status = 'skipped', reason = 'cancelled', handed_over_at = NULL"
        " WHERE status IN ('pending', 'sent') OR handed_over_at IS NOT NULL"
    )
    await superuser.execute("UPDATE reminder_scheduler SET passed_at = now()")


@pytest.fixture
async def reminded(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> tuple[dict[str, Any], dict[str, str]]:
    """An appointment of Shulamit's that was reminded of, and the links of its mail."""
    await rule(practice)
    appointment = await due(practice, superuser, first_name="Shulamit")
    async with scripted() as server:
        await run(server.resources(resources))
        (message,) = server.messages()
    return appointment, dict(zip(NAMES, re.findall(r"/r/[\w=-]+", _plain(message)), strict=True))


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def _told(server: Script, resources: Resources) -> list[EmailMessage]:
    worker = server.resources(resources)
    await jobs.sweep(worker)
    await delivery.deliver(worker, new_id())
    return server.messages()


@pytest.fixture(autouse=True)
async def _nobody_else_waits(resources: Resources) -> None:
    """What other tests' clients answered has been told."""
    async with scripted() as server:
        await _told(server, resources)


async def _outcomes(practice: Practice, referee: Any) -> list[tuple[str, str | None]]:
    rows = await referee.fetch(
        "SELECT status, reason FROM reply_mails WHERE workspace_id = $1 ORDER BY answered_at",
        practice.workspace_id,
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("locale", "name", "subject"),
    [
        ("he", "cancel", "ההגעה לא תתאפשר: "), ("en", "cancel", "Cannot come: "),
        ("he", "move", "בקשה למועד אחר: "), ("en", "move", "Asks for another time: "),
    ],
)  # fmt: skip
async def test_the_therapist_is_told_at_once(
    app: FastAPI,
    practice: Practice,
    resources: Resources,
    reminded: tuple[dict[str, Any], dict[str, str]],
    locale: str,
    name: str,
    subject: str,
) -> None:
    """One mail to their own address, in the practice's language, with a link to the day; a second click is none."""
    appointment, links = reminded
    await practice.put("/workspace", {"locale": locale})
    async with browser(app) as anybody, scripted() as server:
        for _ in range(2):
            assert (await anybody.post(links[name])).status_code == 200
            mails = await _told(server, resources)
    (message,) = mails
    assert str(message["Subject"]).startswith(subject)
    assert message["To"].addresses[0].addr_spec == practice.email
    assert f"open={appointment['id']}" in _plain(message)
    assert "Shulamit" not in message.as_string()
    assert "Shulamit" not in _plain(message)


async def test_who_will_come_is_no_news(
    app: FastAPI, resources: Resources, reminded: tuple[dict[str, Any], dict[str, str]]
) -> None:
    """A confirmation waits for the evening."""
    async with browser(app) as anybody, scripted() as server:
        await anybody.post(reminded[1]["confirm"])
        assert await _told(server, resources) == []


async def test_an_answer_taken_back_before_it_was_told(
    app: FastAPI,
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    reminded: tuple[dict[str, Any], dict[str, str]],
) -> None:
    """Declined and then confirmed: nothing is sent; declined once more, one mail is."""
    links = reminded[1]
    async with browser(app) as anybody, scripted() as server:
        await anybody.post(links["cancel"])
        await jobs.sweep(resources)
        await anybody.post(links["confirm"])
        assert await _told(server, resources) == []
        await anybody.post(links["cancel"])
        assert len(await _told(server, resources)) == 1
    assert await _outcomes(practice, superuser) == [("skipped", "superseded"), ("sent", None)]


@pytest.mark.parametrize("change", ["moved", "cancelled", "archived"])
async def test_what_is_off_or_elsewhere_by_then(
    app: FastAPI,
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    reminded: tuple[dict[str, Any], dict[str, str]],
    change: str,
) -> None:
    """The therapist has seen it themselves."""
    appointment, links = reminded
    path = f"/appointments/{appointment['id']}"
    async with browser(app) as anybody, scripted() as server:
        await anybody.post(links["cancel"])
        await jobs.sweep(resources)
        if change == "archived":
            await practice.delete(path)
        elif change == "cancelled":
            await practice.put(path, {"status": "cancelled"})
        else:
            await practice.put(path, {
                key: (datetime.fromisoformat(appointment[key]) + timedelta(days=2)).isoformat()
                for key in ("scheduled_start", "scheduled_end")
            })  # fmt: skip
        assert await _told(server, resources) == []
    assert await _outcomes(practice, superuser) == [("skipped", "superseded")]


async def test_who_does_not_want_it(
    app: FastAPI,
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    reminded: tuple[dict[str, Any], dict[str, str]],
) -> None:
    """Switched off in the settings, the row says so."""
    assert (await practice.put("/reminders/digest", {"answers_at_once": False})).status_code == 200
    async with browser(app) as anybody, scripted() as server:
        await anybody.post(reminded[1]["cancel"])
        assert await _told(server, resources) == []
    assert await _outcomes(practice, superuser) == [("skipped", "switched-off")]


async def test_the_mail_s_own_link_switches_it_off(
    app: FastAPI, practice: Practice, resources: Resources, reminded: tuple[dict[str, Any], dict[str, str]]
) -> None:
    """Opening it changes nothing, for scanners do; a click does, twice is no error, and the digest stays as it was."""
    async with browser(app) as anybody, scripted() as server:
        await anybody.post(reminded[1]["cancel"])
        (message,) = await _told(server, resources)
        (link,) = re.findall(r"/d/[\w=%-]+", _plain(message))
        assert link in str(message["List-Unsubscribe"])
        assert (await anybody.get(link)).status_code == 200
        assert (await practice.get("/reminders/digest")).json()["answers_at_once"] is True
        for _ in range(2):
            assert (await anybody.post(link)).status_code == 200
    after = (await practice.get("/reminders/digest")).json()
    assert (after["answers_at_once"], after["is_active"]) == (False, False)


async def test_workers_at_once_tell_once(
    app: FastAPI, resources: Resources, reminded: tuple[dict[str, Any], dict[str, str]]
) -> None:
    """Two clicks, four sweeps and four deliveries at the same time: one mail."""
    async with browser(app) as anybody, scripted() as server:
        worker = server.resources(resources)
        await asyncio.gather(*(anybody.post(reminded[1]["cancel"]) for _ in range(2)))
        await asyncio.gather(*(jobs.sweep(worker) for _ in range(4)))
        await asyncio.gather(*(delivery.deliver(worker, new_id()) for _ in range(4)))
        assert len(server.mails) == 1


async def test_a_worker_that_died_after_the_mark(
    app: FastAPI,
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    reminded: tuple[dict[str, Any], dict[str, str]],
) -> None:
    """Its lease ends, another sends it once more under the same Message-ID; before the lease ends nobody does."""
    async with browser(app) as anybody:
        await anybody.post(reminded[1]["cancel"])
    await jobs.sweep(resources)
    mail_id = await superuser.fetchval(
        "UPDATE reply_mails SET claim_id = $2, claimed_until = now() + interval '1 hour', handed_over_at = now(),"
        " handovers = 1 WHERE workspace_id = $1 RETURNING id", practice.workspace_id, new_id(),
    )  # fmt: skip
    async with scripted() as server:
        assert await _told(server, resources) == []
        await superuser.execute("UPDATE reply_mails SET claimed_until = now() WHERE id = $1", mail_id)
        (message,) = await _told(server, resources)
    assert str(message["Message-ID"]) == f"<reply_mail-{mail_id}@pazpaz.localhost>"


async def test_an_answer_of_the_day_before(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """What was answered while no worker ran for more than a day is in the calendar, and no mail at once."""
    appointment = await practice.make_appointment(
        scheduled_start=(now() + timedelta(days=4)).isoformat(),
        scheduled_end=(now() + timedelta(days=4, hours=1)).isoformat(),
    )
    await superuser.execute(
        "UPDATE appointments SET client_response = 'declined', client_responded_at = now() - interval '25 hours'"
        " WHERE id = $1", UUID(appointment["id"]),
    )  # fmt: skip
    async with scripted() as server:
        assert await _told(server, resources) == []
