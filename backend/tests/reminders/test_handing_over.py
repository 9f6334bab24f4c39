"""What counts as handed over, and which refusals are about the recipient."""

from typing import Any

import asyncpg
import pytest

from pazpaz.core.base.errors import Unavailable
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.db.system import System
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.outbox import COPIES
from pazpaz.reminders import delivery
from tests.reminders.coming import outcomes
from tests.reminders.smtp import deliver, overdue, scripted
from tests.support.practice import Practice


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
@pytest.mark.parametrize(
    ("offers", "answer"),
    [
        ("250 ok", "530 5.7.0 authentication required"),
        ("250-scripted\r\n250 AUTH PLAIN", "554 5.7.1 relay access denied"),
        ("250-scripted\r\n250 AUTH PLAIN", "550 relay not permitted"),
    ],
)
async def test_who_forgot_to_sign_in_loses_nothing(
    waiting: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    offers: str,
    answer: str,
    step: str,
) -> None:
    """Refused for want of a password, reminders wait and no address is marked."""
    async with scripted(EHLO=offers, **{step: [answer, "250 ok"]}) as server:
        await deliver(server, resources, reminder_retry_seconds=60)
        assert await outcomes(waiting) == [("pending", "server-unavailable")]
        (client,) = (await waiting.get("/clients")).json()["items"]
        assert client["email_bounced_at"] is None
        await overdue(superuser)
        await deliver(server, resources)
        assert list(server.taken.values()) == [1]


async def test_an_unknown_recipient_bounces(waiting: Practice, resources: Resources) -> None:
    """550 at RCPT: bounced, not tried again, and the address is marked until it is changed or saved again."""
    async with scripted(RCPT="550 5.1.1 no such user") as server:
        await deliver(server, resources, 3)
        assert sum(line.startswith("RCPT") for line in server.seen) == 1
    assert await outcomes(waiting) == [("bounced", "address-refused")]
    (client,) = (await waiting.get("/clients")).json()["items"]
    assert client["email_bounced_at"] is not None
    phone = await waiting.put(f"/clients/{client['id']}", {"phone": "050"})
    assert phone.json()["email_bounced_at"] is not None
    same = await waiting.put(f"/clients/{client['id']}", {"email": client["email"]})
    assert same.json()["email_bounced_at"] is None


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.7.1 SPF fail",
        "550 rejected",
        "550 5.1.8 Sender address rejected: Domain not found",
        "552 5.2.2 full",
    ],
)
async def test_a_refusal_about_something_else_marks_no_address(
    waiting: Practice, resources: Resources, answer: str
) -> None:
    """One wrong DNS record of ours is no reason to write to nobody any more."""
    async with scripted(RCPT=answer) as server:
        await deliver(server, resources, 3)
    assert await outcomes(waiting) == [("bounced", "refused")]
    (client,) = (await waiting.get("/clients")).json()["items"]
    assert client["email_bounced_at"] is None


async def test_a_server_that_offers_to_sign_in_knows_its_recipients(
    waiting: Practice, resources: Resources
) -> None:
    """A relay for its own network may offer AUTH: what it says of the address itself counts."""
    async with scripted(EHLO="250-scripted\r\n250 AUTH PLAIN", RCPT="550 5.1.1 no such user") as server:
        await deliver(server, resources)
    assert await outcomes(waiting) == [("bounced", "address-refused")]


async def test_whose_lease_has_ended_sends_nothing(
    waiting: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker that slept through its lease does not reach DATA, even if nobody has taken over yet."""
    look = delivery._look
    slept: list[int] = []

    async def sleepy(res: Resources, item: Any) -> Any:
        found = await look(res, item)
        if not slept:
            slept.append(1)
            await superuser.execute("UPDATE reminder_logs SET claimed_until = now() WHERE id = $1", item.id)
        return found

    monkeypatch.setattr(delivery, "_look", sleepy)
    async with scripted() as server:
        await deliver(server, resources)
        assert (server.seen.count("RSET"), server.seen.count("DATA")) == (1, 1)


async def test_a_mark_whose_answer_was_lost_is_taken_back(
    waiting: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database dies as the mark is committed: DATA was not begun, so this hand-over does not count as one."""
    run = System.run
    lost: list[int] = []

    async def dying(system: System, statement: SystemStatement, **values: object) -> list[Any]:
        found = await run(system, statement, **values)
        if statement is delivery.OUTBOX.hand_over and len(lost) < COPIES:
            lost.append(1)
            raise Unavailable
        return found

    monkeypatch.setattr(System, "run", dying)
    async with scripted() as server:
        for _ in range(COPIES):
            with pytest.raises(Unavailable):
                await deliver(server, resources)
            assert server.mails == []
            row = await superuser.fetchrow(
                "SELECT handovers, handed_over_at FROM reminder_logs WHERE workspace_id = $1",
                waiting.workspace_id,
            )
            assert tuple(row) == (0, None)
        await deliver(server, resources)
        assert len(server.mails) == 1
    assert await outcomes(waiting) == [("sent", None)]


async def test_who_lost_the_claim_sends_nothing(
    waiting: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker that was asleep while another took over does not reach DATA."""
    look = delivery._look

    async def slow(res: Resources, item: Any) -> Any:
        found = await look(res, item)
        await superuser.execute("UPDATE reminder_logs SET claim_id = $1 WHERE id = $2", new_id(), item.id)
        return found

    monkeypatch.setattr(delivery, "_look", slow)
    async with scripted() as server:
        await deliver(server, resources)
        assert server.mails == []
        assert "DATA" not in server.seen


async def test_a_refusal_forgets_no_earlier_doubt(
    waiting: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Unknown once, then refused for now: that the first one may be out is still known when it is too late."""
    async with scripted(end=["drop", "451 4.3.0 later"]) as server:
        for _ in range(2):
            await deliver(server, resources, reminder_retry_seconds=60)
            await overdue(superuser)
        assert sum(line.startswith("DATA") for line in server.seen) == 2
    await superuser.execute(
        "UPDATE reminder_logs SET next_attempt_at = now(), deadline = now() - interval '1 second'"
        " WHERE workspace_id = $1", waiting.workspace_id,
    )  # fmt: skip
    async with scripted() as server:
        await deliver(server, resources)
        assert server.mails == []
    assert await outcomes(waiting) == [("failed", "unknown")]
