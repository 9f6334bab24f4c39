"""One scheduler pass over a million coming appointments in a hundred thousand workspaces (R9).

    ./dev bench reminder_pass [--days 30] [--workspaces 100000]

Every workspace has ten appointments within so many days, and rules of 24, 2, 72 and 336 hours (all, a half,
a fifth, a tenth of them; a fifth with a send window). Timed are the pass that follows the last one after five
minutes, the two after it, and the one after 30 hours' outage in which all was missed: by the clock, to which a
busy machine adds, and on the processor, PostgreSQL's and the worker's, to which it does not.
"""

import os
import time
from typing import Any

import asyncpg
import psutil

from bench.reminding import SERVICES
from bench.say import say
from bench.stage import options, stage
from pazpaz.core.process.resources import Resources
from pazpaz.reminders.jobs import schedule

_ID = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
RULES = ((24, 1.0, None), (2, 0.5, None), (72, 0.2, "08:00-20:00"), (336, 0.1, None))


async def _fill(connection: "asyncpg.Connection[Any]", workspaces: int, days: int) -> None:
    run, every = connection.execute, f"FROM generate_series(1, {workspaces}) AS n"
    await run("SET session_replication_role = replica")
    await run(
        "ALTER TABLE appointments DROP CONSTRAINT ex_appointments_therapist_overlap"
    )  # loads ten times faster
    await run(
        "INSERT INTO workspaces (workspace_id, id, name, timezone, locale)"
        f" SELECT {_ID}, {_ID}, 'w', 'Asia/Jerusalem', 'he' {every}"
    )
    await run(
        "INSERT INTO users (workspace_id, id, email, full_name, role)"
        f" SELECT {_ID}, {_ID}, n || '@example.org', 'w', 'owner' {every}"
    )
    await run(
        f"INSERT INTO clients (workspace_id, id, first_name, last_name) SELECT {_ID}, {_ID}, '', '' {every}"
    )
    await run(
        "INSERT INTO appointments (workspace_id, id, client_id, therapist_id, scheduled_start, scheduled_end,"
        f" booked_at) SELECT {_ID}, gen_random_uuid(), {_ID}, {_ID}, start, start + interval '50 minutes',"
        f" now() - interval '60 days' FROM (SELECT n, now() + random() * interval '{days} days' AS start"
        f" FROM generate_series(1, {workspaces}) AS n, generate_series(1, 10)) AS slot"
    )
    for hours, share, window in RULES:
        await run(
            "INSERT INTO reminder_configurations (workspace_id, id, hours_before, send_window, active_since)"
            f" SELECT {_ID}, gen_random_uuid(), {hours}, $1, now() - interval '60 days' {every}"
            f" WHERE n % 100 < {share * 100}",
            window,
        )
    await run(
        "INSERT INTO reminder_logs (workspace_id, id, appointment_id, configuration_id, hours_before,"
        " scheduled_start, due_at, deadline, status, sent_at, next_attempt_at, handed_over_at)"
        " SELECT workspace_id, gen_random_uuid(), a.id, r.id, hours_before, scheduled_start, now(), now(),"
        " 'sent', now(), now(), now() - interval '1 day' FROM appointments AS a"
        " JOIN reminder_configurations AS r USING (workspace_id)"
        " WHERE scheduled_start - make_interval(hours => hours_before) <= now() - interval '5 minutes'"
    )
    await run("UPDATE reminder_scheduler SET passed_at = now() - interval '5 minutes'")
    await run("VACUUM ANALYZE")


async def _used(referee: "asyncpg.Connection[Any]") -> float:
    """Seconds of processor of this process and of PostgreSQL's for it."""
    rows = await referee.fetch("SELECT pid FROM pg_stat_activity WHERE usename = 'pazpaz_system'")
    return sum(
        sum(psutil.Process(pid).cpu_times()[:2]) for pid in (os.getpid(), *(row["pid"] for row in rows))
    )


async def _pass(resources: Resources, referee: "asyncpg.Connection[Any]", name: str) -> None:
    before, begun = await _used(referee), time.perf_counter()
    made = await schedule(resources)
    took, used = time.perf_counter() - begun, await _used(referee) - before
    say(f"{name:<16} {made:>6} reminders {1000 * took:>7.0f} ms, {1000 * used:>6.0f} ms of processor")


async def _measure(
    resources: Resources, referee: "asyncpg.Connection[Any]", workspaces: int, days: int
) -> None:
    begun = time.perf_counter()
    await _fill(referee, workspaces, days)
    count = await referee.fetchval("SELECT count(*) FROM appointments")
    made = await referee.fetchval("SELECT count(*) FROM reminder_logs")
    took = time.perf_counter() - begun
    say(f"{count} appointments in {days} days, {made} reminders made before ({took:.0f} s)")
    for name in ("the next pass", "the one after", "and after"):
        await _pass(resources, referee, name)
    await referee.execute("UPDATE reminder_scheduler SET passed_at = now() - interval '30 hours'")
    await referee.execute(
        "DELETE FROM reminder_logs WHERE scheduled_start - make_interval(hours => hours_before) BETWEEN"
        " now() - interval '30 hours' AND now()"
    )
    for name in ("after 30 hours", "the one after"):
        await _pass(resources, referee, name)


def main() -> None:
    said = options("reminder_pass", __doc__, days=30, workspaces=100_000)
    with stage(*SERVICES, durable=False) as here:
        here.run(lambda resources, referee: _measure(resources, referee, said.workspaces, said.days))


if __name__ == "__main__":
    main()
