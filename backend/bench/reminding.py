"""Practices whose reminders fall due when a benchmark wants, and workers that send them to a mail catcher."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from typing import Any
from uuid import UUID

from bench.stage import Account, Stage, account, shown, stage
from pazpaz.appointments.models import APPOINTMENT
from pazpaz.clients.models import CLIENT
from pazpaz.core.base.ids import new_id
from pazpaz.core.process.resources import Resources
from pazpaz.reminders.models import CONFIGURATION

SERVICES = ("postgres", "valkey", "mail")
WORKERS = ("worker-1", "worker-2")
_AT = timedelta(microseconds=1)  # of an appointment: they never overlap


async def open_practice(resources: Resources, *, hours: int) -> Account:
    """A practice that reminds so many hours before."""
    made = await account(resources)
    async with resources.acting_in(made.workspace_id) as db:
        await db.create(CONFIGURATION, {"hours_before": hours})
    return made


async def book(
    resources: Resources, practice: Account, starts: Sequence[datetime]
) -> list[tuple[UUID, UUID]]:
    """An appointment with a client of its own at each of these moments: their ids."""
    made = []
    async with resources.acting_in(practice.workspace_id) as db:
        for start in starts:
            email = f"{new_id()}@example.org"
            client = await db.create(CLIENT, {"first_name": "רות", "last_name": "לוי", "email": email})
            values = {"client_id": client.id, "therapist_id": practice.user_id, "scheduled_start": start}
            appointment = await db.create(APPOINTMENT, {**values, "scheduled_end": start + _AT})
            made.append((appointment.id, client.id))
    return made


def world(**settings: str) -> AbstractContextManager[Stage]:
    """A fresh one with these settings, of production else."""
    return stage(*SERVICES, settings=settings)


def delivered(here: Stage) -> Counter[str]:
    """How often each Message-ID is at the mail server."""
    parser = BytesHeaderParser()
    folder = here.stack.data_dir / "mail" / "new"
    return Counter(str(parser.parsebytes(path.read_bytes())["Message-ID"]) for path in folder.iterdir())


async def move(referee: Any, due: str, *values: object) -> None:
    """Have the reminder of the n-th appointment, a day before it, fall due then; `due` is SQL of n."""
    await referee.execute(
        "WITH numbered AS (SELECT workspace_id, id, row_number() OVER (ORDER BY id) - 1 AS n FROM appointments)"
        " UPDATE appointments AS a SET (scheduled_start, scheduled_end) = ("
        f"SELECT at, at + interval '1 us' FROM (SELECT interval '24 hours' + {due} AS at) AS moved)"
        " FROM numbered WHERE a.workspace_id = numbered.workspace_id AND a.id = numbered.id",
        *values,
    )


async def set_up_long_ago(referee: Any, passed: timedelta) -> None:
    """As if everything had been booked days ago, and the last pass had been then."""
    await referee.execute("UPDATE appointments SET booked_at = now() - interval '9 days'")
    await referee.execute("UPDATE reminder_configurations SET active_since = now() - interval '9 days'")
    await referee.execute("UPDATE reminder_scheduler SET passed_at = now() - $1::interval", passed)


def in_seconds(values: Sequence[float]) -> str:
    """Half, nearly all, all."""
    return shown(values, "s", 1)
