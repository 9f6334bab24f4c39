"""How late a reminder is accepted when nothing is killed (R3).

    ./dev bench reminder_lateness [--reminders 2000] [--seconds 120] [--at-once 500]

Two workers with the settings of production. First reminders fall due evenly over so many seconds, then so
many at the same instant, as they do at a full hour. Late is from the due moment to the server's 250.
"""

from datetime import datetime, timedelta
from typing import Any

from bench.reminding import WORKERS, book, in_seconds, move, open_practice, set_up_long_ago, world
from bench.say import say
from bench.stage import Stage, options, signed
from pazpaz.core.base import clock
from pazpaz.core.process.resources import Resources

WORKSPACES = 50
HOURS = 24
LEAD = timedelta(seconds=20)


def measure(here: Stage, reminders: int, seconds: float, at_once: int, began: list[datetime]) -> None:
    async def prepare(resources: Resources, referee: Any) -> None:
        practices = [await open_practice(resources, hours=HOURS) for _ in range(WORKSPACES)]
        # Booking takes a while: the moments are set when all is booked.
        for number, practice in enumerate(practices):
            mine = range(number, reminders + at_once, WORKSPACES)
            far = clock.now() + timedelta(days=300)
            await book(resources, practice, [far + timedelta(seconds=n) for n in mine])
        first = clock.now() + LEAD
        began.append(first + timedelta(seconds=seconds) + LEAD)
        await move(
            referee,
            "CASE WHEN n < $1 THEN $2::timestamptz + n * $3::interval ELSE $4::timestamptz + n * interval '2 us' END",
            reminders, first, timedelta(seconds=seconds / reminders), began[0],
        )  # fmt: skip
        await set_up_long_ago(referee, timedelta(minutes=5))

    here.run(prepare)
    here.start_workers(*WORKERS)
    total = reminders + at_once
    here.wait_until(
        f"SELECT count(*) = {total} FROM reminder_logs WHERE status <> 'pending'", 2 * seconds + 120
    )


def main() -> None:
    arguments = options("reminder_lateness", __doc__, reminders=2_000, seconds=120.0, at_once=500)
    began: list[datetime] = []
    with world() as here:
        measure(here, arguments.reminders, arguments.seconds, arguments.at_once, began)
        rows = here.rows(
            "SELECT due_at, status, extract(epoch FROM sent_at - due_at)::float AS late FROM reminder_logs"
        )
    evenly = [row["late"] for row in rows if row["late"] is not None and row["due_at"] < began[0]]
    together = [row["late"] for row in rows if row["late"] is not None and row["due_at"] >= began[0]]
    say(f"{len(evenly)} over {arguments.seconds:.0f} s: late {in_seconds(evenly)}")
    say(f"{len(together)} at one instant: late {in_seconds(together)}")
    say(signed())
    raise SystemExit(0 if len(evenly) + len(together) == arguments.reminders + arguments.at_once else 1)


if __name__ == "__main__":
    main()
