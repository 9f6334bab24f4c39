"""Which reminders are made, when they are due, and which are not sent and why."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import delivery, jobs
from pazpaz.reminders.models import DELIVER
from tests.reminders.coming import book, due, logs, long_booked, move, now, outcomes, rule, run
from tests.reminders.smtp import scripted
from tests.support.practice import Practice

Referee = "asyncpg.Connection[Any]"
HOUR = timedelta(hours=1)


async def test_a_due_reminder_is_sent_once(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Passes and deliveries as many as one likes send one mail, which the log tells of."""
    await rule(practice)
    appointment = await due(practice, superuser)
    async with scripted() as server:
        for _ in range(3):
            await run(server.resources(resources))
            await superuser.execute("UPDATE reminder_scheduler SET passed_at = '-infinity'")
        assert len(server.mails) == 1
    (item,) = await logs(practice)
    assert (item["status"], item["reason"], item["attempts"]) == ("sent", None, 1)
    assert item["appointment_id"] == appointment["id"]
    assert item["recipient"] == "r***@e***.org"
    assert server.taken == {item["message_id"]: 1}


async def test_what_is_not_near_is_not_made(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A pass looks one interval ahead, and defers each job to its moment."""
    await rule(practice)
    await book(practice, now() + 24 * HOUR + timedelta(minutes=20))
    near = await book(practice, now() + 24 * HOUR + timedelta(minutes=3))
    await long_booked(superuser, practice)
    await resources.queue.redis.flushdb()
    await jobs.schedule(resources)
    (item,) = await logs(practice)
    assert (item["appointment_id"], item["status"]) == (near["id"], "pending")
    score = await resources.queue.redis.zscore("arq:queue", f"{DELIVER.name}:{item['id']}")
    assert score is not None
    assert 150 < score / 1000 - now().timestamp() < 200


async def test_after_downtime_it_is_late_and_not_lost(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """What fell due while nothing ran is sent while the appointment is fifteen minutes ahead, else skipped."""
    await rule(practice)
    for minutes in (16 * 60, 20, 10):
        await book(practice, now() + timedelta(minutes=minutes))
    await book(practice, now() - 2 * HOUR)
    await long_booked(superuser, practice)
    async with scripted() as server:
        await run(server.resources(resources))
        assert len(server.mails) == 2
    expected = [("skipped", "too-late"), ("skipped", "too-late"), ("sent", None), ("sent", None)]
    assert await outcomes(practice) == expected


async def test_of_several_due_the_nearest_goes_out(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Of several reminders that are due for one appointment, the others are superseded."""
    for hours in (2, 24, 72):
        await rule(practice, hours)
    await due(practice, superuser, hours=2)
    async with scripted() as server:
        await run(server.resources(resources))
        assert len(server.mails) == 1
    found = {item["hours_before"]: (item["status"], item["reason"]) for item in await logs(practice)}
    assert found == {2: ("sent", None), 24: ("skipped", "superseded"), 72: ("skipped", "superseded")}


async def test_an_earlier_one_that_went_out_stays_sent(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A day before and two hours before are both sent, each at its time."""
    await rule(practice, 24)
    appointment = await due(practice, superuser, hours=24)
    async with scripted() as server:
        await run(server.resources(resources))
        await rule(practice, 2)
        await superuser.execute("ALTER TABLE appointments DISABLE TRIGGER booked_anew")
        await superuser.execute(
            "WITH moved AS (UPDATE reminder_logs SET scheduled_start = now() + interval '2 hours'"
            " WHERE appointment_id = $1)"
            " UPDATE appointments SET scheduled_start = now() + interval '2 hours' WHERE id = $1",
            UUID(appointment["id"]),
        )
        await superuser.execute("ALTER TABLE appointments ENABLE TRIGGER booked_anew")
        await long_booked(superuser, practice)
        await run(server.resources(resources))
        assert len(server.mails) == 2


async def test_booked_after_its_due_time(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """An appointment booked when its reminder was due already is not reminded of, and the log says why."""
    await rule(practice)
    await superuser.execute("UPDATE reminder_configurations SET active_since = now() - interval '9 days'")
    await book(practice, now() + 3 * HOUR)
    await run(resources)
    assert await outcomes(practice) == [("skipped", "booked-late")]


async def test_a_rule_holds_from_when_it_was_made(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A rule made after a reminder of it would have been due sends nothing at once."""
    await book(practice, now() + 3 * HOUR)
    await superuser.execute(
        "UPDATE appointments SET booked_at = now() - interval '9 days' WHERE workspace_id = $1",
        practice.workspace_id,
    )
    await rule(practice)
    await run(resources)
    assert await outcomes(practice) == [("skipped", "configured-late")]


async def test_rescheduled_it_is_armed_again(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """The old time's reminder is skipped, the new time's is sent when it is due, and says the new time."""
    await rule(practice)
    appointment = await due(practice, superuser)
    await jobs.schedule(resources)
    await move(practice, appointment, 48 * HOUR)
    async with scripted() as server:
        worker = server.resources(resources)
        await delivery.deliver(worker, new_id())
        assert await outcomes(practice) == [("skipped", "rescheduled")]
        await superuser.execute(
            "UPDATE appointments SET booked_at = now() - interval '1 day' WHERE id = $1",
            UUID(appointment["id"]),
        )
        await superuser.execute("ALTER TABLE appointments DISABLE TRIGGER booked_anew")
        await superuser.execute(
            "UPDATE appointments SET scheduled_start = scheduled_start - interval '48 hours 1 minute',"
                " scheduled_end = scheduled_end - interval '48 hours 1 minute'"
            " WHERE id = $1", UUID(appointment["id"]),
        )  # fmt: skip
        await superuser.execute("ALTER TABLE appointments ENABLE TRIGGER booked_anew")
        await superuser.execute("UPDATE reminder_scheduler SET passed_at = '-infinity'")
        await run(worker)
        assert len(server.mails) == 1
    assert sorted(await outcomes(practice)) == [("sent", None), ("skipped", "rescheduled")]


CHANGES: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "cancelled": ("PUT", "/appointments/{appointment}", {"status": "cancelled"}),
    "no-show": ("PUT", "/appointments/{appointment}", {"status": "no_show"}),
    "archived": ("DELETE", "/appointments/{appointment}", None),
    "opted-out": ("PUT", "/clients/{client}", {"reminders_opt_out": True}),
    "no-address": ("PUT", "/clients/{client}", {"email": None}),
    "configuration-off": ("PUT", "/reminders/configurations/{rule}", {"is_active": False}),
}


@pytest.mark.parametrize("reason", CHANGES)
async def test_it_is_looked_at_again_before_it_is_sent(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]", reason: str
) -> None:
    """What changed after the reminder was made keeps it from being sent, and is the reason in the log."""
    made = await rule(practice)
    appointment = await due(practice, superuser)
    await jobs.schedule(resources)
    method, path, body = CHANGES[reason]
    ids = {"appointment": appointment["id"], "client": appointment["client_id"], "rule": made["id"]}
    answer = await practice.request(method, path.format(**ids), json=body)
    assert answer.is_success, answer.text
    async with scripted() as server:
        await delivery.deliver(server.resources(resources), new_id())
        assert server.mails == []
    assert await outcomes(practice) == [("skipped", reason)]
    shown = (await practice.get(f"/appointments/{appointment['id']}/reminders")).json()["items"]
    assert [(item["status"], item["reason"]) for item in shown] == [("skipped", reason)]


async def test_a_removed_rule_sends_nothing(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A reminder that was made already is skipped when its rule is removed."""
    made = await rule(practice)
    await due(practice, superuser)
    await jobs.schedule(resources)
    await practice.delete(f"/reminders/configurations/{made['id']}")
    await delivery.deliver(resources, new_id())
    assert await outcomes(practice) == [("skipped", "configuration-off")]


async def test_a_window_brings_it_forward(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Due five hours after the window shuts, it is made in time for the moment at which it shuts."""
    zone = f"Etc/GMT{now().hour - 12:+d}".replace("+0", "")  # where it is about noon
    local = now().astimezone(ZoneInfo(zone))
    shuts = (local + timedelta(minutes=3)).replace(second=0, microsecond=0)
    window = f"{local - timedelta(hours=3):%H:%M}-{shuts:%H:%M}"
    await rule(practice, 24, send_window=window)
    await book(practice, now() + 29 * HOUR, timezone=zone)
    await long_booked(superuser, practice)
    await jobs.schedule(resources)
    (item,) = await logs(practice)
    assert (item["status"], datetime.fromisoformat(item["due_at"])) == ("pending", shuts)


async def test_passes_at_once_make_one_reminder(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """Several workers may schedule and deliver at the same time: one row, one mail."""
    import asyncio

    await rule(practice)
    for minute in range(20):
        await book(practice, now() + 24 * HOUR - timedelta(minutes=60 * minute))
    await long_booked(superuser, practice)
    async with scripted() as server:
        worker = server.resources(resources)
        await asyncio.gather(*(run(worker) for _ in range(4)))
        await delivery.deliver(worker, new_id())
        assert sorted(server.taken.values()) == [1] * 20


async def test_a_wiped_queue_loses_nothing(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """The sweep wakes the delivery for what is due, and sets the alarms of the next minute again."""
    await rule(practice)
    await due(practice, superuser)
    await book(practice, now() + 24 * HOUR + timedelta(seconds=62))
    await long_booked(superuser, practice)
    await jobs.schedule(resources)
    await resources.queue.redis.flushdb()
    await jobs.sweep(resources)
    coming = next(item for item in await logs(practice))
    assert await resources.queue.redis.exists(f"arq:job:{DELIVER.name}:{coming['id']}")
    assert await resources.queue.redis.zcard("arq:queue") == 2


async def test_the_queue_holds_ids_only(
    practice: Practice, resources: Resources, superuser: "asyncpg.Connection[Any]"
) -> None:
    """A job's payload names its row and nothing of the client."""
    await rule(practice)
    await book(
        practice, now() + 24 * HOUR + timedelta(seconds=90), email="canary@example.org", first_name="Canary"
    )
    await long_booked(superuser, practice)
    await resources.queue.redis.flushdb()
    await jobs.schedule(resources)
    (item,) = await logs(practice)
    payload = await resources.queue.redis.get(f"arq:job:{DELIVER.name}:{item['id']}")
    assert payload is not None
    assert payload.startswith(b"{")
    assert item["id"].encode() in payload
    assert b"anary" not in payload


async def test_why_nothing_will_be_sent(app: FastAPI, practice: Practice) -> None:
    """A planned reminder says when, in words; one that will not be sent says why."""
    await rule(practice, 24, send_window="08:00-20:00")
    await rule(practice, 48, is_active=False)
    start = (now() + 10 * 24 * HOUR).replace(hour=9, minute=0, second=0, microsecond=0)
    appointment = await book(practice, start)
    path = f"/appointments/{appointment['id']}/reminders"
    items = {item["hours_before"]: item for item in (await practice.get(path)).json()["items"]}
    assert (items[24]["status"], items[24]["reason"]) == ("planned", None)
    assert items[24]["due_local"].endswith((" 11:00", " 12:00"))
    assert (items[48]["status"], items[48]["reason"]) == ("skipped", "configuration-off")
    await practice.put(f"/clients/{appointment['client_id']}", {"reminders_opt_out": True})
    items = {item["hours_before"]: item for item in (await practice.get(path)).json()["items"]}
    assert (items[24]["status"], items[24]["reason"]) == ("skipped", "opted-out")
