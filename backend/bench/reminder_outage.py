"""What becomes of reminders when nothing ran for 1, 6 and 30 hours (R4).

    ./dev bench reminder_outage [--hours 1 6 30] [--reminders 10000]

Every reminder, a day before its appointment, fell due while nothing ran. Then two workers start, with the
settings of production. Printed is when the last useful one had left, how many could not be useful any more
(their appointment is over, or less than fifteen minutes ahead) and how those are shown. The outage is
simulated: the past is written into the database, with the last pass before it.
"""

from datetime import timedelta
from typing import Any

from bench.reminding import WORKERS, book, delivered, move, open_practice, set_up_long_ago, world
from bench.say import say
from bench.stage import Stage, options, signed
from pazpaz.core.base import clock
from pazpaz.core.process.resources import Resources

WORKSPACES = 100
HOURS = 24
PATIENCE_SECONDS = 900.0
_OVER = "scheduled_start < now() + interval '15 minutes'"


def _prepare(here: Stage, hours: int, reminders: int) -> int:
    """Book them into the past; how many are too late already."""

    async def prepare(resources: Resources, referee: Any) -> int:
        for number in range(WORKSPACES):
            practice = await open_practice(resources, hours=HOURS)
            far = clock.now() + timedelta(days=300)
            mine = range(number, reminders, WORKSPACES)
            await book(resources, practice, [far + timedelta(seconds=n) for n in mine])
        await move(referee, "now() - n * $1::interval", timedelta(hours=hours) / reminders)
        await set_up_long_ago(referee, timedelta(hours=hours))
        late: int = await referee.fetchval(f"SELECT count(*) FROM appointments WHERE {_OVER}")
        return late

    return here.run(prepare)


def outage(hours: int, reminders: int) -> bool:
    """Whether all useful ones left, and the rest is shown."""
    with world() as here:
        late = _prepare(here, hours, reminders)
        here.start_workers(*WORKERS)
        took = here.wait_until(
            f"SELECT count(*) = {reminders} FROM reminder_logs WHERE status <> 'pending'", PATIENCE_SECONDS
        )
        became = {
            f"{row['status']} {row['reason'] or ''}".strip(): row["n"]
            for row in here.rows("SELECT status, reason, count(*) AS n FROM reminder_logs GROUP BY 1, 2")
        }
        copies = delivered(here)
    say(
        f"{hours} h: {reminders - late} useful, {late} not any more; all settled after {took:.0f} s; {signed()}"
    )
    say(f"     {became}, at most {max(copies.values())} copies")
    sent: int = became.get("sent", 0)
    # One may have become too late meanwhile.
    is_shown, has_left = sum(became.values()) == reminders, len(copies) == sent
    return is_shown and has_left and sent >= (reminders - late) * 0.99


def main() -> None:
    arguments = options("reminder_outage", __doc__, hours=[1, 6, 30], reminders=10_000)
    done = [outage(hours, arguments.reminders) for hours in arguments.hours]
    raise SystemExit(0 if all(done) else 1)


if __name__ == "__main__":
    main()
