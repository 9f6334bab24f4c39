"""The scheduler's pass, the sweep for what the queue lost, and the job that delivers."""

import asyncio
from datetime import timedelta

from pazpaz.core import clock, metrics
from pazpaz.core.engine import Record
from pazpaz.core.ids import new_id
from pazpaz.core.resources import Resources
from pazpaz.core.work import Handler, Sweep
from pazpaz.reminders import statements, zones
from pazpaz.reminders.delivery import deliver
from pazpaz.reminders.models import DELIVER, ReminderStatus

LANES = 6
MOST = 5_000  # rows a statement makes; there is another one for the rest
_MARGIN_SECONDS = 60  # a pass that is late by less than this makes no reminder late


async def schedule(resources: Resources) -> int:
    """Make a row of every reminder that falls due before the next pass, and set an alarm for each."""
    settings = resources.settings
    await zones.publish(resources)
    gone = await resources.system(together=False).run(statements.CANCELLED, request_id=new_id())
    await _set_alarms(resources, gone)
    made = len(gone)
    while True:
        rows = await resources.system(together=False).run(
            statements.PASS,
            ahead=settings.reminder_pass_seconds + _MARGIN_SECONDS,
            most=MOST,
            per_minute=settings.reminders_per_minute,
            request_id=new_id(),
        )
        made += len(rows)
        await _set_alarms(resources, [row for row in rows if row["status"] == ReminderStatus.PENDING])
        if len(rows) < MOST:
            metrics.REMINDER_PASS_AT.set_to_current_time()
            return made


async def _set_alarms(resources: Resources, rows: list[Record]) -> None:
    """One job per reminder, run at its moment; what is due already shares one."""
    soon = clock.now() + timedelta(seconds=1)
    if any(row["next_attempt_at"] <= soon for row in rows):
        await resources.queue.send(DELIVER, new_id())
    waiting = [row for row in rows if row["next_attempt_at"] > soon]
    for start in range(0, len(waiting), 50):
        batch = waiting[start : start + 50]
        await asyncio.gather(
            *(resources.queue.send(DELIVER, row["id"], at=row["next_attempt_at"]) for row in batch)
        )


async def sweep(resources: Resources) -> None:
    """Wake the delivery for what is due, and set the next minute's alarms again: the queue may have lost them."""
    system = resources.system(together=False)
    depth = (await system.run(statements.DEPTH))[0]["depth"]
    metrics.REMINDERS_WAITING.set(depth)
    if await system.run(statements.ANY_DUE):
        await resources.queue.send(DELIVER, new_id())
    await _set_alarms(resources, await system.run(statements.COMING))


async def run_pass(resources: Resources) -> None:
    """The scheduler's tick."""
    await schedule(resources)


HANDLERS = (Handler(DELIVER, deliver, lanes=LANES),)
SWEEPS = (
    Sweep("schedule_reminders", run_pass, every_seconds=lambda settings: settings.reminder_pass_seconds),
    Sweep("sweep_reminders", sweep, every_seconds=lambda settings: settings.reminder_sweep_seconds),
)
