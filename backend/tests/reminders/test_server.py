"""What a mail server may do, and what becomes of the reminder then."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import structlog

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery as outgoing
from pazpaz.reminders import delivery, jobs
from tests.reminders.coming import book, due, logs, long_booked, now, outcomes, rule
from tests.reminders.smtp import deliver, overdue, scripted
from tests.support.practice import Practice

Referee = "asyncpg.Connection[Any]"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "end", "banner"])
async def test_a_passing_refusal_is_tried_again(waiting: Practice, resources: Resources, step: str) -> None:
    """Refused with 4xx once, at whatever step, it is sent at the next try, once."""
    usual = {"banner": "220 hello", "DATA": "354 go on"}.get(step, "250 ok")
    async with scripted(**{step: ["451 4.7.1 later", usual]}) as server:
        await deliver(server, resources, 4)
        assert list(server.taken.values()) == [1]
    assert await outcomes(waiting) == [("sent", None)]
    assert (await logs(waiting))[0]["attempts"] == 2


async def test_a_long_refusal_is_waited_out(
    waiting: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Greylisting passes: it is tried on, with growing waits, until it is taken."""
    async with scripted(RCPT=[*["450 4.2.0 greylisted"] * 6, "250 ok"]) as server:
        waits = []
        for _ in range(7):
            await overdue(superuser)
            await deliver(server, resources, reminder_retry_seconds=10)
            row = await superuser.fetchrow(
                "SELECT extract(epoch FROM next_attempt_at - now())::float AS wait, attempts FROM reminder_logs"
                " WHERE workspace_id = $1", waiting.workspace_id,
            )  # fmt: skip
            waits.append(row["wait"])
        assert list(server.taken.values()) == [1]
    for number, wait in enumerate(waits[:6]):
        usual = min(outgoing.LONGEST_WAIT.total_seconds(), 10 * 2**number)
        assert usual * 0.5 - 1 <= wait <= usual * 1.5 + 1, (number, wait)
    assert await outcomes(waiting) == [("sent", None)]


async def test_a_marked_address_gets_no_mail(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Until it is changed, reminders to an address that bounced are skipped."""
    await rule(practice)
    appointment = await due(practice, superuser)
    await superuser.execute(
        "UPDATE clients SET email_bounced_at = now() WHERE workspace_id = $1", practice.workspace_id
    )
    await jobs.schedule(resources)
    async with scripted() as server:
        await deliver(server, resources)
        assert server.mails == []
    assert await outcomes(practice) == [("skipped", "address-bounced")]
    assert appointment["id"]


@pytest.mark.parametrize("step", ["MAIL", "DATA", "end"])
async def test_a_final_refusal_is_final(waiting: Practice, resources: Resources, step: str) -> None:
    """5xx to the message itself: failed, and not tried again."""
    async with scripted(**{step: "554 5.7.1 no"}) as server:
        await deliver(server, resources, 3)
        assert sum(line.startswith("MAIL") for line in server.seen) == 1
    assert await outcomes(waiting) == [("failed", "refused")]


@pytest.mark.parametrize("step", ["banner", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", ["hang", "drop", "slow:250 never in time"])
async def test_silence_before_the_message_loses_nothing(
    waiting: Practice, resources: Resources, step: str, how: str
) -> None:
    """A server that hangs, hangs up or crawls before it has the message: the next try sends it, once."""
    usual = {"banner": "220 hello", "DATA": "354 go on"}.get(step, "250 ok")
    async with scripted(**{step: [how, how, usual]}) as server:
        await deliver(server, resources, 4)
        assert list(server.taken.values()) == [1]
    assert await outcomes(waiting) == [("sent", None)]


@pytest.mark.parametrize("how", ["hang", "drop"])
@pytest.mark.parametrize("taken", ["", "take-and-"])
async def test_silence_after_the_message_is_asked_again_once(
    waiting: Practice, resources: Resources, how: str, taken: str
) -> None:
    """No answer to the message: it may have been taken, so it goes out once more under the same Message-ID."""
    async with scripted(end=[taken + how, "250 ok"]) as server:
        await deliver(server, resources, 3)
        (copies,) = server.taken.values()
        assert copies == (2 if taken else 1)
    assert await outcomes(waiting) == [("sent", None)]


async def test_silence_twice_is_left_as_unknown(waiting: Practice, resources: Resources) -> None:
    """After two hand-overs without an answer nobody knows, and there is no third."""
    async with scripted(end="take-and-drop") as server:
        await deliver(server, resources, 5)
        assert list(server.taken.values()) == [2]
    assert await outcomes(waiting) == [("failed", "unknown")]


async def test_a_server_that_is_away_is_tried_until_the_deadline(
    waiting: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """While the appointment is ahead it stays pending; then it has failed, with the reason."""
    async with scripted() as server:
        values = {"smtp_port": 9}
        await deliver(server, resources, 2, **values)
        assert await outcomes(waiting) == [("pending", "server-unavailable")]
        await superuser.execute(
            "UPDATE reminder_logs SET deadline = now() - interval '1 second', next_attempt_at = now()"
            " WHERE workspace_id = $1", waiting.workspace_id,
        )  # fmt: skip
        await deliver(server, resources, 1, **values)
    assert await outcomes(waiting) == [("failed", "server-unavailable")]


async def test_a_dead_workers_reminder_is_another_s(
    waiting: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A claim whose lease has ended is free; before that nobody else touches it."""
    async with scripted() as server:
        await superuser.execute(
            "UPDATE reminder_logs SET claim_id = $2, claimed_until = now() + interval '1 hour'"
            " WHERE workspace_id = $1", waiting.workspace_id, new_id(),
        )  # fmt: skip
        await deliver(server, resources)
        assert server.mails == []
        await superuser.execute("UPDATE reminder_logs SET claimed_until = now() - interval '1 second'")
        await deliver(server, resources)
        assert len(server.mails) == 1


async def test_a_change_during_the_handshake_is_seen(
    waiting: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cancelled between the look and DATA, it is not sent: the mark checks that all is as it was."""
    look = delivery._look
    done: list[int] = []

    async def then_cancelled(res: Resources, item: Any) -> Any:
        found, *more = await look(res, item)
        if not done:
            done.append(1)
            answer = await waiting.put(f"/appointments/{found.appointment_id}", {"status": "cancelled"})
            assert answer.is_success
        return found, *more

    monkeypatch.setattr(delivery, "_look", then_cancelled)
    async with scripted() as server:
        await deliver(server, resources)
        assert server.mails == []
    assert await outcomes(waiting) == [("skipped", "cancelled")]


async def test_a_batch_is_one_connection(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Messages of a batch share a connection."""
    await rule(practice)
    for number in range(8):
        await book(practice, now() + timedelta(hours=24 - number))
    await long_booked(superuser, practice)
    await jobs.schedule(resources)
    async with scripted() as server:
        await deliver(server, resources)
        assert (len(server.mails), server.connections) == (8, 1)


async def test_a_workspace_has_its_minute(
    app: Any, practice: Practice, other: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """At most so many a minute for one workspace; another's go out between them."""
    for who, count in ((practice, 12), (other, 2)):
        await rule(who)
        for number in range(count):
            await book(who, now() + timedelta(hours=24, minutes=-60 * number))
        await long_booked(superuser, who)
    await jobs.schedule(resources)
    async with scripted() as server:
        await deliver(server, resources, reminders_per_minute=5)
        assert len(server.mails) == 7
    assert [status for status, _ in await outcomes(other)] == ["sent", "sent"]
    assert sorted(status for status, _ in await outcomes(practice)) == ["pending"] * 7 + ["sent"] * 5


async def test_one_that_does_not_open_holds_up_no_other(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A client whose stored name belongs elsewhere gets nothing; those behind them in the batch do."""
    await rule(practice)
    broken = await book(practice, now() + timedelta(hours=20))
    await book(practice, now() + timedelta(hours=22))
    await long_booked(superuser, practice)
    await superuser.execute(
        "UPDATE clients SET first_name = last_name WHERE id = $1", UUID(broken["client_id"])
    )
    await jobs.schedule(resources)
    async with scripted() as server:
        with structlog.testing.capture_logs() as logged:
            await deliver(server, resources)
        assert len(server.mails) == 1
    assert "ruth" not in str(logged)
    assert await outcomes(practice) == [("pending", "unwritable"), ("sent", None)]
