"""What happens after a reminder went out: the appointment is cancelled, or the mail comes back."""

from typing import Any
from unittest.mock import AsyncMock

import asyncpg
import pytest

from pazpaz.core.base.errors import Unavailable
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import bounces
from tests.reminders.coming import due, logs, outcomes, rule, run
from tests.reminders.reports import report, return_path_of
from tests.reminders.smtp import Script, scripted
from tests.support.practice import Practice


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
    assert await outcomes(practice) == [("bounced", "undeliverable")]
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
    assert await outcomes(practice) == [("bounced", "undeliverable")]
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
        patched.setattr(bounces, "mark_address", AsyncMock(side_effect=Unavailable))
        with pytest.raises(Unavailable):
            await bounces.take(resources, raw)
    assert await bounces.take(resources, raw) is not None
    assert await outcomes(practice) == [("bounced", "undeliverable")]
    assert (await practice.get(f"/clients/{sent['client_id']}")).json()["email_bounced_at"] is not None


async def test_an_old_address_s_bounce_marks_no_new_one(
    practice: Practice, resources: Resources, sent: dict[str, Any]
) -> None:
    """A report that comes after the address was changed is not about the new one."""
    await practice.put(f"/clients/{sent['client_id']}", {"email": "other@example.net"})
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
