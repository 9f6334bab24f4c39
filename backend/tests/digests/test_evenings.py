"""One digest a member and evening, at its time or a little late, and none on a day that is over."""

import asyncio
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.digests import delivery, jobs
from pazpaz.digests.evenings import evening
from pazpaz.digests.models import DELIVER
from tests.digests.evening import (
    HOUR,
    book,
    now,
    outcomes,
    run,
    settle_at_noon,
    tomorrow,
    waiting,
    wish,
)
from tests.reminders.smtp import scripted
from tests.support.practice import Practice, join

Referee = "asyncpg.Connection[Any]"


async def test_an_evening_s_digest_is_sent_once(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """As many passes and deliveries as one likes, also at the same time, send one mail, from nobody's account."""
    await waiting(practice, superuser)
    async with scripted() as server:
        worker = server.resources(resources)
        await asyncio.gather(*(run(worker) for _ in range(4)))
        await run(worker)
        (message,) = server.messages()
    assert message["To"].addresses[0].addr_spec == practice.email
    assert await outcomes(practice, superuser) == [("sent", None)]
    events = await superuser.fetch(
        "SELECT action, user_id FROM audit_events WHERE workspace_id = $1 AND entity_type = 'digest' ORDER BY id",
        practice.workspace_id,
    )
    assert {event["action"] for event in events} >= {"digest.create", "digest.read", "digest.send"}
    assert {event["user_id"] for event in events} == {None}


async def test_it_waits_for_its_time(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Made ahead of its time, its alarm is set for that moment; one whose time is far is not made."""
    await waiting(practice, superuser)
    await wish(practice, superuser, minutes=60)
    await jobs.schedule(resources)
    assert await outcomes(practice, superuser) == []
    zone = await wish(practice, superuser, minutes=3)
    await resources.queue.redis.flushdb()
    await run(resources)
    row = await superuser.fetchrow("SELECT id, due_at FROM digests WHERE user_id = $1", practice.user_id)
    score = await resources.queue.redis.zscore("arq:queue", f"{DELIVER.name}:{row['id']}")
    assert score is not None
    assert abs(score / 1000 - row["due_at"].timestamp()) < 1
    assert row["due_at"] == (now().astimezone(zone) + timedelta(minutes=3)).replace(second=0, microsecond=0)
    assert await outcomes(practice, superuser) == [("pending", None)]


async def test_late_the_same_evening(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """After hours of downtime it is late, not lost."""
    zone = await waiting(practice, superuser)
    await wish(practice, superuser, minutes=-8 * 60)
    async with scripted() as server:
        await run(server.resources(resources))
        (message,) = server.messages()
    assert f"{tomorrow(zone).day} ב" in str(message["Subject"])


async def test_after_midnight_it_is_not_sent(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """One whose day has ended while it waited is skipped; none is made for a day before today."""
    await waiting(practice, superuser)
    await jobs.schedule(resources)
    await superuser.execute(
        "UPDATE digests SET deadline = now() - interval '1 second' WHERE user_id = $1", practice.user_id
    )
    async with scripted() as server:
        await delivery.deliver(server.resources(resources), new_id())
        assert server.mails == []
    assert await outcomes(practice, superuser) == [("skipped", "too-late")]
    await superuser.execute("DELETE FROM digests WHERE user_id = $1", practice.user_id)
    await wish(practice, superuser, minutes=8 * 60)  # yesterday's was due, and nothing ran then
    await jobs.schedule(resources)
    assert await outcomes(practice, superuser) == []


async def test_midnight_during_the_handshake(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The day ends between the look and DATA: the mark is not made."""
    await waiting(practice, superuser)
    await jobs.schedule(resources)
    look = delivery._look

    async def until_midnight(res: Resources, item: Any) -> Any:
        found = await look(res, item)
        await superuser.execute("UPDATE digests SET deadline = now() WHERE id = $1", item.id)
        return found

    monkeypatch.setattr(delivery, "_look", until_midnight)
    async with scripted() as server:
        await delivery.deliver(server.resources(resources), new_id())
        assert "DATA" not in server.seen
    assert await outcomes(practice, superuser) == [("skipped", "too-late")]


async def test_nothing_to_say_is_no_mail(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A free day, nothing that failed and nothing to write: skipped."""
    await settle_at_noon(practice)
    await wish(practice, superuser)
    async with scripted() as server:
        await run(server.resources(resources))
        assert server.mails == []
    assert await outcomes(practice, superuser) == [("skipped", "nothing-to-say")]


async def test_it_holds_from_when_it_was_switched_on(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Switched on after today's time, the first one is tomorrow's."""
    zone = await settle_at_noon(practice)
    await book(practice, tomorrow(zone))
    at = f"{now().astimezone(zone) - HOUR:%H:%M}"
    await practice.put("/reminders/digest", {"is_active": True, "send_time": at})
    await jobs.schedule(resources)
    assert await outcomes(practice, superuser) == []


_ALTERED = "UPDATE {}, version = version + 1 WHERE id = $1"
LEAVING = {
    "switched off": ("switched-off", _ALTERED.format("digest_preferences SET is_active = false")),
    "disabled": ("no-clinician", _ALTERED.format("users SET status = 'disabled'")),
    "removed": ("no-clinician", _ALTERED.format("users SET status = 'removed'")),
    "an assistant": ("no-clinician", _ALTERED.format("users SET role = 'assistant'")),
}


@pytest.mark.parametrize("moment", ["before it is made", "before it is looked at", "during the handshake"])
@pytest.mark.parametrize("how", LEAVING)
async def test_who_wants_none_or_has_left(
    app: FastAPI,
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    moment: str,
) -> None:
    """Whoever switched it off, was disabled, removed or made an assistant gets none, up to the last moment."""
    colleague = await join(app, practice, "owner")  # a practice keeps an owner
    await colleague.http.aclose()
    await waiting(practice, superuser)
    reason, leave = LEAVING[how]
    look = delivery._look

    async def then_left(res: Resources, item: Any) -> Any:
        found = await look(res, item)
        await superuser.execute(leave, practice.user_id)
        return found

    if moment == "before it is made":
        await superuser.execute(leave, practice.user_id)
    await jobs.schedule(resources)
    if moment == "before it is looked at":
        await superuser.execute(leave, practice.user_id)
    if moment == "during the handshake":
        monkeypatch.setattr(delivery, "_look", then_left)
    async with scripted() as server:
        await delivery.deliver(server.resources(resources), new_id())
        assert server.mails == []
    expected = [] if moment == "before it is made" else [("skipped", reason)]
    assert await outcomes(practice, superuser) == expected


async def test_a_later_time_puts_it_off(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Set to later when it was made already, it waits until then, and is still one."""
    await waiting(practice, superuser)
    await jobs.schedule(resources)
    await wish(practice, superuser, minutes=30)
    async with scripted() as server:
        worker = server.resources(resources)
        await delivery.deliver(worker, new_id())
        assert server.mails == []
        wait = await superuser.fetchval(
            "SELECT next_attempt_at - now() FROM digests WHERE user_id = $1", practice.user_id
        )
        assert timedelta(minutes=28) < wait <= timedelta(minutes=30)
        await wish(practice, superuser, minutes=-1)
        await superuser.execute(
            "UPDATE digests SET next_attempt_at = now() WHERE user_id = $1", practice.user_id
        )
        await run(worker)
        assert len(server.mails) == 1


async def test_another_zone_on_the_same_day_is_not_another_evening(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A practice that moves west after its digest has no second one at the same time of day there."""
    zone = await waiting(practice, superuser)
    async with scripted() as server:
        worker = server.resources(resources)
        await run(worker)
        west = now().astimezone(zone).utcoffset()
        assert west is not None
        hours = int(west.total_seconds() // 3600) - 2
        await practice.put("/workspace", {"timezone": f"Etc/GMT{-hours:+d}".replace("+0", "")})
        await wish(practice, superuser)
        await run(worker)
        assert len(server.mails) == 1
    assert await outcomes(practice, superuser) == [("sent", None)]


async def test_a_refused_one_is_tried_again(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """4xx passes; the digest is sent then, once."""
    await waiting(practice, superuser)
    async with scripted(RCPT=["451 4.7.1 later", "250 ok"]) as server:
        worker = server.resources(resources)
        await run(worker)
        await superuser.execute("UPDATE digests SET next_attempt_at = now() WHERE status = 'pending'")
        await run(worker)
        assert list(server.taken.values()) == [1]
    assert await outcomes(practice, superuser) == [("sent", None)]


async def test_an_unknown_outcome_makes_one_copy(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Taken without an answer each time: twice under one Message-ID, then it is left, and never a third."""
    await waiting(practice, superuser)
    async with scripted(end="take-and-drop") as server:
        worker = server.resources(resources)
        for _ in range(4):
            await run(worker)
            await superuser.execute("UPDATE digests SET next_attempt_at = now() WHERE status = 'pending'")
        assert list(server.taken.values()) == [2]
    assert await outcomes(practice, superuser) == [("failed", "unknown")]


async def test_a_wiped_queue_loses_nothing(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """The sweep rings again, and the queue holds ids only."""
    await waiting(practice, superuser)
    await jobs.schedule(resources)
    await resources.queue.redis.flushdb()
    await jobs.sweep(resources)
    assert await resources.queue.redis.zcard("arq:queue") == 1


async def test_many_members_are_one_statement(
    app: FastAPI,
    practice: Practice,
    other: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
) -> None:
    """Members of several practices, each in their own zone, at once."""
    colleague = await join(app, practice, "therapist")
    async with colleague.http:
        for who in (practice, other):
            await settle_at_noon(who)
        for who in (practice, other, colleague):
            await wish(who, superuser)
        assert await jobs.schedule(resources) == 3
        assert await jobs.schedule(resources) == 0


async def test_an_evening_in_every_zone() -> None:
    """The day, the time of day and midnight are those of the zone; of one that nobody knows, UTC's."""
    for moment in (now(), *(now() + timedelta(hours=7, days=30 * n) for n in range(12))):
        for name in (*sorted(available_timezones()), "Nowhere/Land"):
            zone = ZoneInfo("UTC" if name == "Nowhere/Land" else name)
            found = evening(moment, name, "18:00")
            at = found.due_at.astimezone(zone)
            assert (at.date(), at.time()) == (moment.astimezone(zone).date(), time(18)), name
            day = found.midnight.astimezone(zone).date()
            assert day == at.date() + timedelta(days=1), name
            assert (found.midnight - timedelta(seconds=1)).astimezone(zone).date() == at.date(), name
