"""How much a workspace with 10,000 due reminders delays another's (R8).

    ./dev bench reminder_fairness [--backlog 10000] [--seconds 60] [--per-minute 1000000]

One practice has all of its backlog due at once; of another, one reminder a second falls due meanwhile. By
default nothing throttles the first: `--per-minute 100` is production, where the backlog is spread.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from bench.reminding import WORKERS, book, in_seconds, open_practice, set_up_long_ago, world
from bench.say import say
from bench.stage import Stage, options, signed
from pazpaz.core.base import clock
from pazpaz.core.process.resources import Resources

HOURS = 24
LEAD = timedelta(seconds=8)


def _prepare(here: Stage, backlog: int, seconds: int) -> UUID:
    async def prepare(resources: Resources, referee: Any) -> UUID:
        busy, quiet = [await open_practice(resources, hours=HOURS) for _ in range(2)]
        start = clock.now() + timedelta(hours=HOURS - 1)
        await book(resources, busy, [start + timedelta(microseconds=2 * n) for n in range(backlog)])
        first = clock.now() + timedelta(hours=HOURS) + LEAD
        await book(resources, quiet, [first + timedelta(seconds=n) for n in range(seconds)])
        await set_up_long_ago(referee, timedelta(hours=2))
        return quiet.workspace_id

    return here.run(prepare)


def main() -> None:
    arguments = options("reminder_fairness", __doc__, backlog=10_000, seconds=60, per_minute=1_000_000)
    with world(PAZPAZ_REMINDERS_PER_MINUTE=str(arguments.per_minute)) as here:
        quiet = _prepare(here, arguments.backlog, arguments.seconds)
        here.start_workers(*WORKERS)
        of_quiet = f"FROM reminder_logs WHERE workspace_id = '{quiet}' AND status = 'sent'"
        here.wait_until(f"SELECT count(*) = {arguments.seconds} {of_quiet}", arguments.seconds + 120)
        late = [
            row["late"]
            for row in here.rows(f"SELECT extract(epoch FROM sent_at - due_at)::float AS late {of_quiet}")
        ]
        (left,) = here.rows("SELECT count(*) AS n FROM reminder_logs WHERE status = 'pending'")
    say(f"{len(late)} of the quiet practice: late {in_seconds(late)}; {left['n']} of the backlog still to go")
    say(signed())
    raise SystemExit(0 if len(late) == arguments.seconds else 1)


if __name__ == "__main__":
    main()
