"""Use cases of the calendar's list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

from pazpaz.accounts.models import Role
from pazpaz.agenda import queries
from pazpaz.agenda.models import NoteOf, NoteState, Part, ReminderOf, ReminderState
from pazpaz.appointments import service as appointments
from pazpaz.appointments.models import AppointmentCard
from pazpaz.core.base.errors import InvalidInput, RoleNotAllowed
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Order, Page, Paging

MOST, MOST_IN_WINDOW = 100, 500
WINDOW = timedelta(days=62, hours=1)  # two months, of which one day may have 25 hours
Item = dict[str, Any]


async def list_page(
    db: Db,
    filters: Mapping[str, Any],
    parts: frozenset[Part],
    order: Order,
    paging: Paging,
    *,
    archived: bool = False,
) -> Page[Item]:
    """Return the calendar by start, each appointment with these parts beside it."""
    _require_window(filters, paging.limit)
    if Part.NOTE in parts and db.actor.role == Role.ASSISTANT:
        await db.deny(None)
        raise RoleNotAllowed
    page = await appointments.list_page(db, filters, order, paging, archived=archived)
    items = [_plain(shown) for shown in page.items]
    await add(db, items, parts)
    return Page(items, page.total, page.next_cursor)


async def add(db: Db, items: Sequence[Item], parts: frozenset[Part]) -> None:
    """Put these parts beside each appointment."""
    for part in Part:
        if part in parts and items:
            await _ADD[part](db, items)


def _require_window(filters: Mapping[str, Any], limit: int) -> None:
    since, until = filters["from"], filters["to"]
    if limit > MOST and (since is None or until is None or until - since > WINDOW):
        raise InvalidInput.of(
            "/limit", f"must be at most {MOST}, unless from and to are at most {WINDOW.days} days apart"
        )


def _plain(shown: AppointmentCard) -> Item:
    return {item.name: getattr(shown, item.name) for item in fields(shown)}


async def _add_clients(db: Db, items: Iterable[Item]) -> None:
    ids = {item["client_id"] for item in items}
    names = {name.id: name for name in await db.read(queries.NAMES, ids=list(ids))}
    for item in items:
        item["client"] = names[item["client_id"]]


async def _add_notes(db: Db, items: Iterable[Item]) -> None:
    found: list[NoteOf] = await db.read(queries.NOTES, ids=[item["id"] for item in items])
    states = {note.appointment_id: NoteState(note.session_id, note.status, note.version) for note in found}
    for item in items:
        item["note"] = states.get(item["id"])


async def _add_reminders(db: Db, items: Iterable[Item]) -> None:
    found: list[ReminderOf] = await db.read(queries.REMINDERS, ids=[item["id"] for item in items])
    states = {
        log.appointment_id: ReminderState(log.kind, log.status, log.reason, log.sent_at) for log in found
    }
    for item in items:
        item["reminder"] = states.get(item["id"])


_ADD = {Part.CLIENT: _add_clients, Part.NOTE: _add_notes, Part.REMINDER: _add_reminders}
