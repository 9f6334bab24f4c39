"""One scheduler pass over a million coming appointments in a hundred thousand workspaces (R9).

    ./dev bench reminder_pass [--days 30] [--workspaces 100000] [--explain]

Every workspace has ten appointments within so many days, and rules of 24, 2, 72 and 336 hours (all, a half,
a fifth, a tenth of them; a fifth with a send window). Timed are the pass that follows the last one after five
minutes, the two after it, and the first statements after 30 hours' outage in which all was missed: by the
clock, to which a busy machine adds, and on the processor, to which it does not.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from bench.say import say
from pazpaz.cli.database import upgrade
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.statements import Statement
from pazpaz.embedded.stack import Stack
from pazpaz.reminders import zones
from pazpaz.reminders.jobs import MOST
from pazpaz.reminders.statements import CANCELLED, PASS

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
    await connection.executemany(
        "INSERT INTO time_zone_offsets (zone, since, until, utc_offset, release) VALUES ($1, $2, $3, $4, '')",
        zones.rows(),
    )
    await run("UPDATE reminder_scheduler SET passed_at = now() - interval '5 minutes'")
    await run("VACUUM ANALYZE")


async def _timed(connection: "asyncpg.Connection[Any]", statement: Statement, **values: object) -> str:
    """How many rows it gave, its milliseconds, and those of PostgreSQL's process on the processor."""
    process = psutil.Process(connection.get_server_pid())
    before, begun = sum(process.cpu_times()[:2]), time.perf_counter()
    rows = await connection.fetch(statement.sql, *statement.arguments(values))
    took, used = time.perf_counter() - begun, sum(process.cpu_times()[:2]) - before
    return f"{len(rows):>6} reminders {1000 * took:>7.0f} ms, {1000 * used:>5.0f} ms of processor"


async def _pass(connection: "asyncpg.Connection[Any]", name: str) -> None:
    say(f"{name:<24} cancellations {await _timed(connection, CANCELLED, request_id=new_id())}")
    values = {"ahead": 360, "most": MOST, "per_minute": 100, "request_id": new_id()}
    say(f"{name:<24} pass          {await _timed(connection, PASS, **values)}")


async def _measure(stack: Stack, workspaces: int, days: int, *, explain: bool) -> None:
    referee = await asyncpg.connect(stack.superuser_url.rpartition("/")[0] + "/pazpaz")
    begun = time.perf_counter()
    await _fill(referee, workspaces, days)
    count = await referee.fetchval("SELECT count(*) FROM appointments")
    made = await referee.fetchval("SELECT count(*) FROM reminder_logs")
    say(
        f"{count} appointments in {days} days, {made} reminders made before ({time.perf_counter() - begun:.0f} s)"
    )
    connection = await asyncpg.connect(stack.environment()["PAZPAZ_DATABASE_SYSTEM_URL"])
    for name in ("the next pass", "the one after", "and after"):
        await _pass(connection, name)
    await referee.execute("UPDATE reminder_scheduler SET passed_at = now() - interval '30 hours'")
    await referee.execute(
        "DELETE FROM reminder_logs WHERE scheduled_start - make_interval(hours => hours_before) BETWEEN"
        " now() - interval '30 hours' AND now()"
    )
    for name in ("after 30 hours", "its second statement", "its third"):
        await _pass(connection, name)
    if explain:
        values = {"ahead": 360, "most": MOST, "per_minute": 100, "request_id": new_id()}
        for (line,) in await connection.fetch(f"EXPLAIN ANALYZE {PASS.sql}", *PASS.arguments(values)):
            say(line)
    await connection.close()
    await referee.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench reminder_pass", description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--workspaces", type=int, default=100_000)
    parser.add_argument("--explain", action="store_true")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="pazpaz-bench-") as folder,
        Stack(Path(folder) / "data", services=frozenset({"postgres"}), durable=False) as stack,
    ):
        upgrade(stack.environment()["PAZPAZ_DATABASE_OWNER_URL"])
        asyncio.run(_measure(stack, arguments.workspaces, arguments.days, explain=arguments.explain))


if __name__ == "__main__":
    main()
