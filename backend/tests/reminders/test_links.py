"""The links in a reminder: what they show, what they do, and when they do nothing."""

import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.accounts.closing import close_due
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery, jobs
from tests.reminders.coming import due, rule, run
from tests.reminders.smtp import scripted
from tests.support.practice import Practice, browser

Links = dict[str, str]
NOTES, LOGISTICS = "clinical-7f3", "parking-7f3"
NAMES = ("confirm", "cancel", "move", "unsubscribe")


@pytest.fixture
async def reminded(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> tuple[dict[str, Any], Links]:
    """An appointment that was reminded of, and the links of its mail."""
    await rule(practice)
    appointment = await due(practice, superuser, first_name="Shulamit")
    async with scripted() as server:
        await run(server.resources(resources))
        (message,) = server.messages()
    found = re.findall(r"/r/[\w=-]+", _plain(message))
    return appointment, dict(zip(NAMES, found, strict=True))


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def _appointment(practice: Practice, appointment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await practice.get(f"/appointments/{appointment['id']}")).json()
    return found


async def test_opening_a_link_changes_nothing(
    app: FastAPI, practice: Practice, reminded: tuple[dict[str, Any], Links]
) -> None:
    """A mail scanner that opens every link confirms, cancels and unsubscribes nobody."""
    appointment, links = reminded
    async with browser(app) as anybody:
        for name, link in links.items():
            page = await anybody.get(link)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert ("Shulamit" in page.text) is (name == "unsubscribe")  # it says whose reminders it ends
            assert "script" not in page.text
    assert await _appointment(practice, appointment) == appointment
    client = (await practice.get(f"/clients/{appointment['client_id']}")).json()
    assert client["reminders_opt_out"] is False


@pytest.mark.parametrize(
    ("name", "response"), [("confirm", "confirmed"), ("cancel", "declined"), ("move", "move-requested")]
)
async def test_a_click_answers(
    app: FastAPI, practice: Practice, reminded: tuple[dict[str, Any], Links], name: str, response: str
) -> None:
    """The therapist sees the answer on the appointment, which stays scheduled; a second click is no error."""
    appointment, links = reminded
    async with browser(app) as anybody:
        for _ in range(2):
            assert (await anybody.post(links[name])).status_code == 200
    after = await _appointment(practice, appointment)
    assert (after["client_response"], after["status"]) == (response, "scheduled")
    assert after["client_responded_at"] is not None


async def test_the_clinical_text_is_in_no_mail_and_on_no_page(
    app: FastAPI, practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Neither a reminder, the news of a move, their calendar entries nor what a link shows and answers holds it."""
    await rule(practice)
    appointment = await due(practice, superuser)
    path = f"/appointments/{appointment['id']}"
    assert (await practice.put(path, {"notes": NOTES, "logistics": LOGISTICS})).status_code == 200
    async with scripted() as server:
        await run(server.resources(resources))
        later = {
            name: (datetime.fromisoformat(appointment[name]) + timedelta(hours=1)).isoformat()
            for name in ("scheduled_start", "scheduled_end")
        }
        assert (await practice.put(path, later)).status_code == 200
        await jobs.schedule(resources)
        await superuser.execute("UPDATE reminder_logs SET next_attempt_at = now() WHERE status = 'pending'")
        await delivery.deliver(server.resources(resources), new_id())
        mails = server.messages()
    said = [part.get_content() for mail in mails for part in mail.walk() if not part.is_multipart()]
    assert [part.get_content_type() for mail in mails for part in mail.walk()].count("text/calendar") == 2
    await superuser.execute(
        "UPDATE appointments SET notes = 'damaged' WHERE id = $1", UUID(appointment["id"])
    )
    async with browser(app) as anybody:
        for link in re.findall(r"/r/[\w=-]+", _plain(mails[-1])):
            for page in (await anybody.get(link), await anybody.post(link)):
                assert page.status_code == 200
                said.append(page.text)
    assert not [text for text in said if NOTES in str(text) or LOGISTICS in str(text)]


async def test_the_last_answer_counts(
    app: FastAPI, practice: Practice, reminded: tuple[dict[str, Any], Links]
) -> None:
    """Who has cancelled may still confirm."""
    appointment, links = reminded
    async with browser(app) as anybody:
        await anybody.post(links["cancel"])
        await anybody.post(links["confirm"])
    assert (await _appointment(practice, appointment))["client_response"] == "confirmed"


async def test_one_click_unsubscribes(
    app: FastAPI, practice: Practice, reminded: tuple[dict[str, Any], Links]
) -> None:
    """What a mail program posts (RFC 8058) opts the client out, without a page or a cookie."""
    appointment, links = reminded
    async with browser(app) as anybody:
        answer = await anybody.post(links["unsubscribe"], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    client = (await practice.get(f"/clients/{appointment['client_id']}")).json()
    assert client["reminders_opt_out"] is True


async def _opted_out(practice: Practice, *ids: str) -> list[bool]:
    found = [(await practice.get(f"/clients/{client_id}")).json() for client_id in ids]
    return [client["reminders_opt_out"] for client in found]


async def test_unsubscribing_says_whose_reminders_end(
    app: FastAPI, practice: Practice, reminded: tuple[dict[str, Any], Links]
) -> None:
    """One name; whoever else has the address is not named, and goes on being reminded."""
    appointment, links = reminded
    sister = await practice.make_client(first_name="Michal", email="ruth@example.org")
    async with browser(app) as anybody:
        before, after = await anybody.get(links["unsubscribe"]), await anybody.post(links["unsubscribe"])
    for page in (before, after):
        assert "Shulamit" in page.text
        assert "Michal" not in page.text
    assert 'role="status"' in after.text
    assert await _opted_out(practice, appointment["client_id"], sister["id"]) == [True, False]


async def test_a_whole_address_can_be_unsubscribed(
    app: FastAPI, practice: Practice, other: Practice, reminded: tuple[dict[str, Any], Links]
) -> None:
    """The second button: everybody of the practice who has the address, however written; nobody else."""
    appointment, links = reminded
    same = await practice.make_client(first_name="Michal", email="Ruth@EXAMPLE.org")
    another = await practice.make_client(first_name="Tal", email="tal@example.org")
    stranger = await other.make_client(first_name="Ruth", email="ruth@example.org")
    async with browser(app) as anybody:
        page = await anybody.get(links["unsubscribe"])
        (action,) = re.findall(r'action="([\w=%-]+)"', page.text)
        whole = await anybody.get(f"/r/{action}")
        assert whole.status_code == 200
        assert "Shulamit" not in whole.text
        assert await _opted_out(practice, appointment["client_id"], same["id"]) == [False, False]
        for _ in range(2):
            assert 'role="status"' in (await anybody.post(f"/r/{action}")).text
    assert await _opted_out(practice, appointment["client_id"], same["id"], another["id"]) == [
        True,
        True,
        False,
    ]
    assert await _opted_out(other, stranger["id"]) == [False]


async def test_who_has_the_mailbox_no_more_learns_and_ends_nothing_of_the_new_one(
    app: FastAPI, practice: Practice, reminded: tuple[dict[str, Any], Links]
) -> None:
    """The address was changed since: the page names nobody, and its second button is about the old address."""
    appointment, links = reminded
    changes = {"email": "rut@example.org", "first_name": "Shula"}
    assert (await practice.put(f"/clients/{appointment['client_id']}", changes)).is_success
    async with browser(app) as anybody:
        page = await anybody.get(links["unsubscribe"])
        assert "Shula" not in page.text
        (action,) = re.findall(r'action="([\w=%-]+)"', page.text)
        assert (await anybody.post(f"/r/{action}")).status_code == 200
    assert await _opted_out(practice, appointment["client_id"]) == [False]


async def test_an_answer_is_recorded_without_a_user(
    app: FastAPI,
    practice: Practice,
    reminded: tuple[dict[str, Any], Links],
    superuser: "asyncpg.Connection[Any]",
) -> None:
    """The audit log has the answer, of nobody who signs in."""
    appointment, links = reminded
    async with browser(app) as anybody:
        await anybody.post(links["confirm"])
    row = await superuser.fetchrow(
        "SELECT user_id, ip_prefix FROM audit_events WHERE action = 'appointment.answer' AND entity_id = $1",
        UUID(appointment["id"]),
    )
    assert row is not None
    assert (row["user_id"], row["ip_prefix"]) == (None, "127.0.0.0/24")


async def test_a_forged_link_is_none(app: FastAPI, reminded: tuple[dict[str, Any], Links]) -> None:
    """Any other character, another action, another reminder: 410, and nothing is said of why."""
    _, links = reminded
    link = links["confirm"]
    forged = [
        link[:-1] + ("A" if link[-1] != "A" else "B"),
        link[:10] + "AAAA" + link[14:],
        "/r/x",
        "/r/" + "A" * 44,
    ]
    forged.append(links["cancel"][:30] + link[30:])
    async with browser(app) as anybody:
        for path in forged:
            assert (await anybody.get(path)).status_code == 410
            assert (await anybody.post(path)).status_code == 410


@pytest.mark.parametrize("what", ["moved", "cancelled", "over"])
async def test_a_link_ends_with_its_appointment(
    app: FastAPI,
    practice: Practice,
    reminded: tuple[dict[str, Any], Links],
    superuser: "asyncpg.Connection[Any]",
    what: str,
) -> None:
    """Of an appointment that was moved, cancelled or is over only unsubscribing still works."""
    appointment, links = reminded
    changes = {
        "moved": "scheduled_start = scheduled_start + interval '1 second'",
        "cancelled": "status = 'cancelled'",
        "over": "scheduled_start = now() - interval '1 hour', scheduled_end = now()",
    }
    await superuser.execute(f"UPDATE appointments SET {changes[what]} WHERE id = $1", UUID(appointment["id"]))
    async with browser(app) as anybody:
        for name in ("confirm", "cancel", "move"):
            assert (await anybody.post(links[name])).status_code == 410
        assert (await anybody.post(links["unsubscribe"])).status_code == 200
    assert (await _appointment(practice, appointment))["client_response"] is None


async def test_a_move_takes_the_answer_back(
    app: FastAPI, practice: Practice, reminded: tuple[dict[str, Any], Links]
) -> None:
    """What the client said was about the old time."""
    from datetime import datetime, timedelta

    appointment, links = reminded
    async with browser(app) as anybody:
        await anybody.post(links["confirm"])
    later = {
        name: (datetime.fromisoformat(appointment[name]) + timedelta(days=1)).isoformat()
        for name in ("scheduled_start", "scheduled_end")
    }
    moved = (await practice.put(f"/appointments/{appointment['id']}", later)).json()
    assert (moved["client_response"], moved["client_responded_at"]) == (None, None)


async def test_links_end_with_their_practice(
    app: FastAPI,
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    reminded: tuple[dict[str, Any], Links],
) -> None:
    """The links of a practice that was deleted answer as one that was made up does."""
    await practice.delete("/workspace")
    await superuser.execute(
        "UPDATE workspaces SET deletion_due_at = now() - interval '1 second' WHERE workspace_id = $1",
        practice.workspace_id,
    )
    await close_due(resources)
    async with browser(app) as anybody:
        made_up = await anybody.get("/r/" + "A" * 44)
        for link in reminded[1].values():
            page = await anybody.get(link)
            assert (page.status_code, page.text) == (made_up.status_code, made_up.text)
