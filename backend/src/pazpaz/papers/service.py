"""Use cases of papers: what is printed is read in slices, set in its turn, and told how far it is."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pazpaz.accounts.models import WORKSPACE
from pazpaz.clients.models import CARD, Client
from pazpaz.core.base import clock
from pazpaz.core.base.turns import Threads, Turns
from pazpaz.core.db.entity import Query
from pazpaz.core.db.handle import Db
from pazpaz.papers import documents, queries
from pazpaz.papers.errors import RecordTooLong
from pazpaz.papers.models import Entry, Frame, NotePrint, PrintedNote, RecordPrint, weight_of
from pazpaz.plans.models import Milestone, Plan
from pazpaz.timeline import setting
from pazpaz.timeline.queries import EARLIEST, LATEST

R = TypeVar("R")
SLICE = 40  # notes opened together: the longest texts of so many are 3 MB
RECORD_WEIGHT = 2_000_000  # some 300 pages, with short lines 600: 6 s of CPU and 700 MB of the typesetter's
_FIRST = UUID(int=0)
Told = Callable[[int, int], None]  # so many notes of so many are read


def untold(_done: int, _of: int) -> None:
    """Nobody waits to hear how far it is."""


async def note(db: Db, printing: Turns, threads: Threads, session_id: UUID) -> tuple[datetime, bytes]:
    """When the note was printed, and the document. Nothing is read before it is the practice's turn."""
    owner = db.actor.workspace_id
    async with printing.place(owner):
        found = await db.get(queries.NOTE, session_id, action="export")
        client = await db.get(CARD, found.client_id, recorded=False)
        (entry,) = await _entries(db, [found])
        printed = NotePrint(await _frame(db), client, entry)
        data = await threads.run(owner, documents.of_note, printed)
        return printed.frame.printed_at, await setting.rendered("record", data)


async def client_of(db: Db, client_id: UUID) -> Client:
    """Whose record is asked for; recorded here, once."""
    return await db.get(queries.RECORD, client_id, action="export")


async def record(
    db: Db,
    printing: Turns,
    threads: Threads,
    client: Client,
    period: tuple[datetime | None, datetime | None],
    told: Told = untold,
) -> tuple[datetime, bytes]:
    """When the record was printed, and the document; RecordTooLong for more than one holds."""
    owner = db.actor.workspace_id
    async with printing.place(owner):
        read = await _read(db, client, period, told)
        data = await threads.run(owner, documents.of_record, read)
        return read.frame.printed_at, await setting.rendered("record", data)


async def _read(
    db: Db, client: Client, period: tuple[datetime | None, datetime | None], told: Told
) -> RecordPrint:
    since, until = period
    about = {"client_id": client.id, "since": since or EARLIEST, "until": until or LATEST}
    (counted,) = await db.read(queries.COUNTED, **about)
    printed = RecordPrint(await _frame(db), client, since, until, counted.archived)
    printed.plans.extend(await _plans(db, client.id))
    weight = 0
    async for booked in _slices(db, queries.APPOINTMENTS, "scheduled_start", about):
        printed.appointments.extend(booked)
        weight = _counted(weight, (weight_of(item.notes) for item in booked))
    told(0, counted.shown)
    async for notes in _slices(db, queries.NOTES, "session_date", about):
        entries = await _entries(db, notes)
        printed.entries.extend(entries)
        weight = _counted(weight, (entry.weight for entry in entries))
        told(len(printed.entries), max(counted.shown, len(printed.entries)))
    return printed


def _counted(weight: int, more: Iterable[int]) -> int:
    """How much it is with these; RecordTooLong before more is held than is printed."""
    weight += sum(more)
    if weight > RECORD_WEIGHT:
        raise RecordTooLong
    return weight


async def _slices(db: Db, query: Query[R], moment: str, about: dict[str, Any]) -> AsyncIterator[list[R]]:
    """All rows, earliest first; each slice is a statement by itself."""
    date, after = EARLIEST, _FIRST
    while rows := await db.read(query, **about, after_date=date, after_id=after, limit=SLICE):
        yield rows
        if len(rows) < SLICE:
            return
        date, after = getattr(rows[-1], moment), rows[-1].id  # type: ignore[attr-defined] # each row has one


async def _entries(db: Db, notes: list[PrintedNote]) -> list[Entry]:
    ids = [item.id for item in notes]
    amendments = _by("session_id", await db.read(queries.AMENDMENTS, ids=ids))
    files = _by("session_id", await db.read(queries.FILES, ids=ids))
    return [Entry(item, amendments[item.id], files[item.id]) for item in notes]


async def _plans(db: Db, client_id: UUID) -> list[tuple[Plan, list[Milestone]]]:
    plans = await db.read(queries.PLANS, client_id=client_id)
    steps = _by("plan_id", await db.read(queries.MILESTONES, ids=[plan.id for plan in plans]))
    return [(plan, steps[plan.id]) for plan in plans]


async def _frame(db: Db) -> Frame:
    workspace = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    people = {person.id: person.full_name for person in await db.read(queries.PEOPLE)}
    return Frame(workspace, people, clock.now(), db.user_id)


def _by(name: str, rows: Iterable[R]) -> dict[UUID, list[R]]:
    found: dict[UUID, list[R]] = defaultdict(list)
    for item in rows:
        found[getattr(item, name)].append(item)
    return found
