"""The practices that the servers are measured on: seeded with COPY, sealed with real data keys."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bench.histories import History
from bench.say import say
from bench.stage import account
from pazpaz.accounts import service
from pazpaz.clients.models import clients
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import WorkspaceCipher
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.entity import place_of
from pazpaz.core.process.resources import Resources
from pazpaz.sessions.models import sessions

WORKSPACES = 20
NOTES_PER_CLIENT = 50
HISTORIES = 20  # clients of a workspace with 200 events of every kind
TEXT_BYTES = 600
SOAP = ("subjective", "objective", "assessment", "plan")
SAMPLE = 20_000

_FIRST = datetime(2025, 1, 5, 8, 0, tzinfo=UTC)
_WORDS = (  # noqa: SIM905 (a word a line would be a page)
    "המטופלת מדווחת על הקלה בכאב בכתף ימין לאחר שבוע של תרגול יומי ושינה טובה יותר range of motion "
    "improved flexion abduction within normal limits mild tenderness on palpation המשך תרגילים בבית "
    "פעמיים ביום, מעקב בעוד שבועיים; VAS 3/10, no radiation, no numbness"
).split()


@dataclass(frozen=True)
class Practice:
    """A seeded workspace and an API token of its owner."""

    workspace_id: UUID
    token: str


@dataclass(frozen=True)
class Dataset:
    """What requests can ask for; the ids are a random sample."""

    practices: dict[UUID, Practice]
    notes: list[tuple[UUID, UUID]]
    clients: list[tuple[UUID, UUID]]
    histories: list[tuple[UUID, UUID]]
    note_count: int


def texts(chance: random.Random, count: int, length: int = TEXT_BYTES) -> list[str]:
    """Texts of about `length` UTF-8 bytes in two scripts."""
    return [_text(chance, length) for _ in range(count)]


def _text(chance: random.Random, length: int) -> str:
    words: list[str] = []
    size = 0
    while size < length:
        words.append(chance.choice(_WORDS))
        size += len(words[-1].encode()) + 1
    return " ".join(words)


async def prepare(resources: Resources, connection: Any, wanted: int) -> Dataset:
    """The data set of this database, seeded when there is none, with fresh tokens."""
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM sessions)"):
        await _seed(connection, resources, wanted)
    return await _dataset(connection, await _practices(connection, resources))


async def _seed(connection: Any, resources: Resources, wanted: int) -> None:
    chance = random.Random(1)
    pool = texts(chance, 500)
    per_workspace = max(1, math.ceil(wanted / (WORKSPACES * NOTES_PER_CLIENT)))
    # The rows are consistent by construction, and checking 300,000 references would take longer
    # than everything else.
    await connection.execute("SET session_replication_role = replica")
    for number in range(WORKSPACES):
        workspace_id, user_id, cipher = await new_workspace(resources)
        await _fill(connection, _Filler(workspace_id, user_id, cipher, pool, chance), per_workspace)
        history = History(workspace_id, user_id, cipher, pool, chance)
        for _ in range(HISTORIES):
            await history.write(connection, new_id(), 2)
        if number % 5 == 4:
            say(f"seeded {(number + 1) * per_workspace * NOTES_PER_CLIENT:,} notes")
    await connection.execute("SET session_replication_role = origin")
    say("vacuum, checkpoint")
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")


async def new_workspace(resources: Resources) -> tuple[UUID, UUID, WorkspaceCipher]:
    """A workspace, its owner and its cipher."""
    made = await account(resources)
    return made.workspace_id, made.user_id, await resources.keys.open(made.workspace_id)


@dataclass(frozen=True)
class _Filler:
    """Makes the rows of one workspace."""

    workspace_id: UUID
    user_id: UUID
    cipher: WorkspaceCipher
    pool: list[str]
    chance: random.Random

    def client(self, client_id: UUID) -> tuple[object, ...]:
        names = [
            self.cipher.seal(text, "text", place_of(clients.c[column]), client_id)
            for column, text in (("first_name", "רות"), ("last_name", "Levi"))
        ]
        return (self.workspace_id, client_id, *names)

    def appointment(self, row: UUID, client_id: UUID, start: datetime) -> tuple[object, ...]:
        end = start + timedelta(minutes=50)
        return (self.workspace_id, row, client_id, self.user_id, start, end, "completed")

    def note(self, row: UUID, client_id: UUID, start: datetime) -> tuple[object, ...]:
        """The note of the appointment with the same id."""
        sealed = [self.cipher.seal(self.chance.choice(self.pool), "text", place, row) for place in _PLACES]
        return (self.workspace_id, row, row, client_id, start, *sealed)


_PLACES = tuple(place_of(sessions.c[name]) for name in SOAP)
_APPOINTMENT = (
    *("workspace_id", "id", "client_id", "therapist_id"),
    *("scheduled_start", "scheduled_end", "status"),
)


async def _fill(connection: Any, filler: _Filler, client_count: int) -> None:
    client_ids = [new_id() for _ in range(client_count)]
    # As in a practice, a client's notes lie between those of the others, not side by side.
    rows = [
        (new_id(), client_ids[index % client_count], _FIRST + timedelta(hours=index))
        for index in range(client_count * NOTES_PER_CLIENT)
    ]

    async def copy(table: str, columns: tuple[str, ...], records: Iterator[Any]) -> None:
        await connection.copy_records_to_table(table, columns=columns, records=records)

    client_columns = ("workspace_id", "id", "first_name", "last_name")
    await copy("clients", client_columns, (filler.client(row) for row in client_ids))
    await copy("appointments", _APPOINTMENT, (filler.appointment(*row) for row in rows))
    note_columns = ("workspace_id", "id", "appointment_id", "client_id", "session_date", *SOAP)
    await copy("sessions", note_columns, (filler.note(*row) for row in rows))


async def _practices(connection: Any, resources: Resources) -> dict[UUID, Practice]:
    system, context = resources.system(), RequestContext(new_id())
    made: dict[UUID, Practice] = {}
    for workspace_id, user_id in await connection.fetch("SELECT workspace_id, id FROM users"):
        token = await service.issue_token(system, context, workspace_id, user_id, "bench")
        made[workspace_id] = Practice(workspace_id, token)
    await system.transaction.commit()
    return made


async def _dataset(connection: Any, practices: dict[UUID, Practice]) -> Dataset:
    notes = await connection.fetch(
        "SELECT workspace_id, id FROM sessions WHERE status = 'draft' ORDER BY random() LIMIT $1", SAMPLE
    )
    found = await connection.fetch(
        "SELECT workspace_id, id FROM clients AS c WHERE NOT EXISTS (SELECT FROM plans WHERE client_id = c.id)"
        " ORDER BY random() LIMIT $1",
        SAMPLE,
    )
    told = await connection.fetch(
        "SELECT DISTINCT workspace_id, client_id FROM plans ORDER BY client_id LIMIT $1", SAMPLE
    )
    count = await connection.fetchval("SELECT count(*) FROM sessions")
    kept, asked, whole = ([tuple(row) for row in rows] for rows in (notes, found, told))
    return Dataset(practices, kept, asked, whole, count)
