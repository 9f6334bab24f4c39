"""What happens after a reminder went out: the appointment is cancelled, or the mail comes back."""

import asyncio
from typing import Any
from unittest.mock import AsyncMock

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.clients import service as clients
from pazpaz.core.base.errors import Unavailable
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import bounces
from tests.reminders.coming import due, logs, outcomes, rule, run
from tests.reminders.reports import report, return_path_of
from tests.reminders.smtp import Script, scripted
from tests.support.practice import Practice, join


@pytest.fixture
async def sent(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> dict[str, Any]:
    """An appointment that was reminded of."""
    await rule(practice)
    appointment = await due(practice, superuser)
    async with scripted() as server:
        await run(server.resources(resources))
        assert len(server.mails) == 1
    return appointment


async def _again(server: Script, resources: Resources) -> list[str]:
    await run(server.resources(resources))
    return [
        str(part.get_param("method"))
        for message in server.messages()
        for part in message.walk()
        if part.get_content_type() == "text/calendar"
    ]


@pytest.mark.parametrize("how", ["cancelled", "archived"])
async def test_a_cancellation_follows_a_reminder(
    practice: Practice, resources: Resources, sent: dict[str, Any], how: str
) -> None:
    """Who was reminded is told once that it will not take place, and the calendar entry is cancelled."""
    path = f"/appointments/{sent['id']}"
    answer = await (practice.delete(path) if how == "archived" else practice.put(path, {"status": how}))
    assert answer.is_success
    async with scripted() as server:
        assert await _again(server, resources) == ["CANCEL"]
        assert await _again(server, resources) == ["CANCEL"]
    assert {(item["kind"], item["status"]) for item in await logs(practice)} == {
        ("reminder", "sent"),
        ("cancellation", "sent"),
    }


async def test_without_a_reminder_there_is_no_cancellation(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Who was not reminded is not told."""
    await rule(practice)
    appointment = await due(practice, superuser)
    await practice.put(f"/appointments/{appointment['id']}", {"status": "cancelled"})
    async with scripted() as server:
        assert await _again(server, resources) == []


async def test_a_hard_bounce_marks_the_address(
    practice: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """The reminder is bounced and the address marked; the same report again changes nothing."""
    raw = report(await return_path_of(practice, resources))
    assert await bounces.take(resources, raw) is not None
    assert await bounces.take(resources, raw) is None
    assert await outcomes(practice) == [("bounced", "address-refused")]
    client = (await practice.get(f"/clients/{sent['client_id']}")).json()
    assert client["email_bounced_at"] is not None


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.4.1"])
async def test_not_every_failure_is_of_the_address(
    practice: Practice, resources: Resources, sent: dict[str, Any], status: str
) -> None:
    """A full mailbox, a policy, a server that gave up: the reminder is bounced; the address is not marked."""
    assert await bounces.take(resources, report(await return_path_of(practice, resources), status=status))
    assert (await practice.get(f"/clients/{sent['client_id']}")).json()["email_bounced_at"] is None


@pytest.mark.parametrize("status", ["pending", "failed"])
async def test_a_report_may_come_before_the_outcome_is_noted(
    practice: Practice,
    resources: Resources,
    sent: dict[str, Any],
    superuser: "asyncpg.Connection[Any]",
    status: str,
) -> None:
    """The worker was killed after the hand-over, or gave up asking: the report tells, and nothing is sent again."""
    await superuser.execute(
        "UPDATE reminder_logs SET status = $2, sent_at = NULL, next_attempt_at = now() WHERE workspace_id = $1",
        practice.workspace_id, status,
    )  # fmt: skip
    assert await bounces.take(resources, report(await return_path_of(practice, resources)))
    async with scripted() as server:
        await run(server.resources(resources))
        assert server.mails == []
    assert await outcomes(practice) == [("bounced", "address-refused")]
    assert (await practice.get(f"/clients/{sent['client_id']}")).json()["email_bounced_at"] is not None


async def test_what_never_was_handed_over_cannot_come_back(
    practice: Practice, resources: Resources, sent: dict[str, Any], superuser: "asyncpg.Connection[Any]"
) -> None:
    """A report about a reminder that was refused for now is not about this mail."""
    await superuser.execute(
        "UPDATE reminder_logs SET status = 'pending', sent_at = NULL, handed_over_at = NULL WHERE workspace_id = $1",
        practice.workspace_id,
    )
    assert await bounces.take(resources, report(await return_path_of(practice, resources))) is None
    assert [status for status, _ in await outcomes(practice)] == ["pending"]


async def test_a_report_that_was_half_taken_comes_again(
    practice: Practice, resources: Resources, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away while a report is noted: the same report, sent again, still marks the address."""
    raw = report(await return_path_of(practice, resources))
    with monkeypatch.context() as patched:
        patched.setattr(clients, "mark_bounced", AsyncMock(side_effect=Unavailable))
        with pytest.raises(Unavailable):
            await bounces.take(resources, raw)
    assert await bounces.take(resources, raw) is not None
    assert await outcomes(practice) == [("bounced", "address-refused")]
    assert (await practice.get(f"/clients/{sent['client_id']}")).json()["email_bounced_at"] is not None


async def test_an_old_address_s_bounce_marks_no_new_one(
    practice: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """A report that comes after the address was changed is not about the new one."""
    await practice.put(
        f"/clients/{sent['client_id']}", {"email": "rut@example.org"}
    )  # masked, it is the same
    assert await bounces.take(resources, report(await return_path_of(practice, resources)))
    assert (await practice.get(f"/clients/{sent['client_id']}")).json()["email_bounced_at"] is None


async def test_what_is_no_final_report_of_ours_is_ignored(
    practice: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """Passing, forged, to no return path, no report at all: nothing changes."""
    path = await return_path_of(practice, resources)
    forged = path.replace("+b-", "+b-a")[: -len("@pazpaz.localhost") - 1] + "@pazpaz.localhost"
    ignored = [
        report(path, action="delayed", status="4.4.1"),
        report(path, action="relayed", status="2.1.9"),
        report(forged),
        report("no-reply@pazpaz.localhost"),
        f"To: {path}\n\nI am away until Monday.\n".encode(),
        b"",
        b"\xff\x00",
    ]
    assert [await bounces.take(resources, raw) for raw in ignored] == [None] * len(ignored)
    assert await outcomes(practice) == [("sent", None)]


async def _marked(practice: Practice, *ids: str) -> list[bool]:
    """Whether each client's address is known to be dead."""
    found = [(await practice.get(f"/clients/{client_id}")).json() for client_id in ids]
    return [client["email_bounced_at"] is not None for client in found]


async def _family(practice: Practice, other: Practice) -> list[str]:
    """Who has the same address, one of them in the archive; who has another; and who has it in another practice."""
    same = await practice.make_client(first_name="Noam", email="RUTH@Example.org")
    gone = await practice.make_client(first_name="Gil", email="ruth@example.org")
    await practice.delete(f"/clients/{gone['id']}")
    alone = await practice.make_client(first_name="Tal", email="ruth@example.org.il")
    await other.make_client(first_name="Ruth", email="ruth@example.org")
    return [same["id"], gone["id"], alone["id"]]


async def test_a_dead_address_is_dead_for_everybody_who_has_it(
    practice: Practice, other: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """However it is written, archived or not; nobody else, and nobody of another practice."""
    family = await _family(practice, other)
    assert await bounces.take(resources, report(await return_path_of(practice, resources)))
    assert await _marked(practice, sent["client_id"], *family) == [True, True, True, False]
    (stranger,) = (await other.get("/clients")).json()["items"]
    assert stranger["email_bounced_at"] is None


@pytest.mark.parametrize(
    "saved", [{"email": "ruth@example.org"}, {"email": "Ruth@EXAMPLE.org"}, {"email_bounced_at": None}]
)
async def test_a_mark_is_taken_back(
    practice: Practice, other: Practice, resources: Resources, sent: dict[str, Any], saved: dict[str, Any]
) -> None:
    """The same address saved again, or the mark itself: for everybody who has the address."""
    same, _, _ = await _family(practice, other)
    assert await bounces.take(resources, report(await return_path_of(practice, resources)))
    answer = await practice.put(f"/clients/{same}", saved)
    assert (answer.status_code, answer.json()["email_bounced_at"]) == (200, None)
    assert await _marked(practice, sent["client_id"], same) == [False, False]


async def test_a_mark_stays_where_the_address_stays(
    practice: Practice, other: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """Who gets another address has no mark; the others keep theirs, as does who changes something else."""
    same, _, _ = await _family(practice, other)
    assert await bounces.take(resources, report(await return_path_of(practice, resources)))
    assert (await practice.put(f"/clients/{same}", {"email": "noam@example.org"})).is_success
    assert (await practice.put(f"/clients/{sent['client_id']}", {"phone": "052-555-0148"})).is_success
    assert await _marked(practice, sent["client_id"], same) == [True, False]
    assert (
        await practice.put(f"/clients/{same}", {"email_bounced_at": "2026-01-01T00:00:00Z"})
    ).status_code == 422


async def test_two_take_a_mark_back_while_a_report_makes_it(
    practice: Practice, other: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """At once, from both sides: nobody waits for ever, and all who have the address agree in the end."""
    same, gone, _ = await _family(practice, other)
    raw = report(await return_path_of(practice, resources))
    assert await bounces.take(resources, raw)

    async def mark() -> None:
        async with resources.acting_in(practice.workspace_id) as db:
            await clients.mark_bounced(db, "ruth@example.org")

    everybody = (sent["client_id"], same)
    for _ in range(5):
        answers = await asyncio.gather(
            *(practice.put(f"/clients/{one}", {"email_bounced_at": None}) for one in everybody),
            mark(),
            mark(),
        )
        assert {answer.status_code for answer in answers if answer is not None} == {200}
    assert (await practice.put(f"/clients/{same}", {"email_bounced_at": None})).is_success
    await mark()
    assert await _marked(practice, *everybody, gone) == [True, True, True]


@pytest.mark.parametrize(
    ("status", "diagnostic", "reason"),
    [
        ("5.2.2", "552 mailbox full", "mailbox-full"),
        ("5.7.1", "550 5.7.1 SPF fail", "refused"),
        ("5.1.8", "550 Sender address rejected: Domain not found", "undeliverable"),
        ("5.0.0", "smtp; 451 mailbox busy: retry timeout exceeded", "undeliverable"),
        ("5.4.4", "Host not found", "undeliverable"),
    ],
)
async def test_what_is_not_about_the_address_marks_nobody(
    practice: Practice,
    resources: Resources,
    sent: dict[str, Any],
    status: str,
    diagnostic: str,
    reason: str,
) -> None:
    """It came back, and the log says why; the next reminder goes out."""
    raw = report(
        await return_path_of(practice, resources), status=f"{status}\r\nDiagnostic-Code: {diagnostic}"
    )
    assert await bounces.take(resources, raw)
    assert await outcomes(practice) == [("bounced", reason)]
    assert await _marked(practice, sent["client_id"]) == [False]


async def test_where_mail_is_forwarded_to_says_nothing_of_the_address(
    practice: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """Their mail goes on to a mailbox that is gone: it came back, and the address is not marked."""
    raw = report(await return_path_of(practice, resources)).replace(b"ruth@example.org", b"old@example.net")
    assert await bounces.take(resources, raw)
    assert await outcomes(practice) == [("bounced", "undeliverable")]
    assert await _marked(practice, sent["client_id"]) == [False]


async def test_a_report_that_does_not_say_why(
    practice: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """It is kept in the log as what it is."""
    path = await return_path_of(practice, resources)
    raw = f"From: MAILER-DAEMON@mx.example.net\r\nTo: {path}\r\n\r\nYour mail was not delivered.\r\n".encode()
    assert await bounces.take(resources, raw)
    assert await outcomes(practice) == [("bounced", "came-back")]
    assert await _marked(practice, sent["client_id"]) == [False]


@pytest.mark.parametrize("who", ["client", "member"])
async def test_who_leaves_tells_those_who_were_told_nothing(
    app: FastAPI, practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", who: str
) -> None:
    """An archived client, and the clients of a member who is removed, are told once of what is cancelled with it."""
    colleague = await join(app, practice, "therapist")
    appointment = await due(practice, superuser)
    handed = {"therapist_id": str(colleague.user_id)}
    assert (await practice.put(f"/appointments/{appointment['id']}", handed)).status_code == 200
    path = f"/clients/{appointment['client_id']}" if who == "client" else f"/members/{colleague.user_id}"
    assert (await practice.delete(path, params={"cancel_appointments": "true"})).status_code == 204
    async with scripted() as server:
        assert await _again(server, resources) == ["CANCEL"]
        assert await _again(server, resources) == ["CANCEL"]
    assert {(item["kind"], item["status"]) for item in await logs(practice)} == {("cancellation", "sent")}
    await colleague.http.aclose()


async def test_an_appointment_restored_is_told_to_who_was_told_otherwise(
    practice: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """Who was told that it is off is told that it takes place; who was told nothing meanwhile is told nothing."""
    path = f"/appointments/{sent['id']}"
    await practice.delete(path)
    await practice.post(f"{path}/restore")
    async with scripted() as server:
        assert await _again(server, resources) == []
        await practice.delete(path)
        assert await _again(server, resources) == ["CANCEL"]
        await practice.post(f"{path}/restore")
        await run(server.resources(resources))
    kinds = [(item["kind"], item["status"]) for item in await logs(practice)]
    assert ("rescheduling", "pending") in kinds
