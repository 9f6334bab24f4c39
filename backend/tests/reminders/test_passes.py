"""What happens while a pass runs, and one that breaks off."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from pazpaz.core.base.errors import Unavailable
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import delivery
from pazpaz.reminders import jobs, scheduling
from tests.reminders.coming import book, due, logs, long_booked, move, now, rule
from tests.support.practice import Practice

HOUR = timedelta(hours=1)


def _meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], Awaitable[object]]) -> None:
    """Between what the pass reads and what it writes."""
    decide = scheduling._due

    async def then(*args: Any) -> list[scheduling.Due]:
        due = await decide(*args)
        await change()
        return due

    monkeypatch.setattr(scheduling, "_due", then)


async def test_moved_while_a_pass_runs(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No row is made of a time that the appointment has left; the next pass sees the new one."""
    await rule(practice)
    appointment = await due(practice, superuser)
    _meanwhile(monkeypatch, lambda: move(practice, appointment, timedelta(seconds=90)))
    await jobs.schedule(resources)
    assert await logs(practice) == []
    monkeypatch.undo()
    await jobs.schedule(resources)
    assert [item["status"] for item in await logs(practice)] == ["pending"]


async def test_a_rule_changed_while_a_pass_runs(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it said before takes nothing from what it says now."""
    made = await rule(practice)
    appointment = await due(practice, superuser)
    _meanwhile(
        monkeypatch, lambda: practice.put(f"/reminders/configurations/{made['id']}", {"hours_before": 2})
    )
    await jobs.schedule(resources)
    found = (await practice.get(f"/appointments/{appointment['id']}/reminders")).json()["items"]
    assert [(item["hours_before"], item["status"]) for item in found] == [(2, "planned")]


async def test_a_spread_goes_on_over_parts(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a practice has due at once is spread over minutes, in however many parts a pass reads it."""
    monkeypatch.setattr(scheduling, "MOST_LOOKED_AT", 2)
    await rule(practice)
    start = now() + 23 * HOUR
    for minute in range(5):
        await book(practice, start + timedelta(minutes=minute))
    await long_booked(superuser, practice)
    settings = resources.settings.model_copy(update={"reminders_per_minute": 2})
    await scheduling.make_due(replace(resources, settings=settings))
    waits = await superuser.fetch(
        "SELECT round(extract(epoch FROM next_attempt_at - min(next_attempt_at) OVER ()) / 60)::integer AS minutes"
        " FROM reminder_logs WHERE workspace_id = $1 ORDER BY next_attempt_at", practice.workspace_id,
    )  # fmt: skip
    assert [row["minutes"] for row in waits] == [0, 0, 1, 1, 2]


async def test_many_are_made_in_parts(
    practice: Practice,
    resources: Resources,
    superuser: "asyncpg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever a statement reads and writes at once, each is made, once; a pass that breaks off is taken up again."""
    monkeypatch.setattr(scheduling, "MOST_LOOKED_AT", 3)
    monkeypatch.setattr(scheduling, "MOST_MADE", 2)
    await rule(practice, 24, send_window="00:00-23:59")
    await rule(practice, 3)
    start = now() + 2 * HOUR
    for minute in range(4):
        await book(practice, start + timedelta(minutes=minute))
    await long_booked(superuser, practice)
    set_alarms = delivery.set_alarms

    async def breaks_off(*args: Any) -> None:
        monkeypatch.setattr(delivery, "set_alarms", set_alarms)
        raise Unavailable

    monkeypatch.setattr(delivery, "set_alarms", breaks_off)
    with pytest.raises(Unavailable):
        await scheduling.make_due(resources)
    assert len(await logs(practice)) == 2
    assert await scheduling.make_due(resources) == 6
    assert len(await logs(practice)) == 8
