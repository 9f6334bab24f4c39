"""Use cases of appointments. Cards hold no clinical text: for assistants, and for rules that nobody is shown."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pazpaz.accounts import members
from pazpaz.accounts.models import Role
from pazpaz.appointments import doubles, queries
from pazpaz.appointments.errors import AppointmentConflict, AppointmentNotBegun, TherapistUnknown
from pazpaz.appointments.models import (
    APPOINTMENT,
    CARD,
    CLINICAL,
    HELD,
    Appointment,
    AppointmentCard,
    AppointmentStatus,
    ClientResponse,
    HeldAppointment,
)
from pazpaz.appointments.schemas import AppointmentCreate, AppointmentUpdate
from pazpaz.clients import service as clients
from pazpaz.core.base import clock
from pazpaz.core.base.errors import NotFound, RoleNotAllowed, StaleVersion
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.entity import Entity
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Order, Page, Paging
from pazpaz.core.http.schemas import Body

WORDS = ("location", "logistics", "notes")  # about the person
BOOKED = ("therapist_id", "scheduled_start", "scheduled_end", "status", "location_type", "service_name")
CURRENT: Mapping[str, object] = {"archived_at": None}
EXPECTED = ("therapist_id", "scheduled_start", "scheduled_end", "status", "location_type", "location")


def _sees_cards(db: Db) -> bool:
    return db.actor.role == Role.ASSISTANT


def _entity(db: Db) -> Entity[Any]:
    return CARD if _sees_cards(db) else APPOINTMENT


async def _refuse_clinical(db: Db, body: Body, appointment_id: UUID | None) -> None:
    if _sees_cards(db) and body.model_fields_set & CLINICAL:
        await db.deny(appointment_id)
        raise RoleNotAllowed


async def create(db: Db, body: AppointmentCreate) -> AppointmentCard:
    """Book an appointment; AppointmentConflict names the one that is in the way."""
    await _refuse_clinical(db, body, None)
    _refuse_early_completion(body.status, body.scheduled_start)
    await clients.require_current(db, body.client_id, lock=True)
    await doubles.hold(db, doubles.place_of(body.location_type, body.location))
    appointment_id, therapist_id = new_id(), body.therapist_id or db.user_id
    await hold_calendar(db, therapist_id)
    await _require_therapist(db, therapist_id)
    values = body.model_dump() | {"therapist_id": therapist_id}
    try:
        return await doubles.warned(db, await db.create(_entity(db), values, appointment_id))
    except AppointmentConflict:
        raise await _conflict(
            db, appointment_id, therapist_id, body.scheduled_start, body.scheduled_end
        ) from None


async def hold_calendar(db: Db, therapist_id: UUID) -> None:
    """Keep others from booking with this therapist until the commit: at once they would deadlock on the constraint."""
    await db.advisory_lock(therapist_id, wait=True)


def _is_coming(status: AppointmentStatus, start: datetime) -> bool:
    return status is AppointmentStatus.SCHEDULED and start > clock.now()


def _refuse_early_completion(status: AppointmentStatus, start: datetime) -> None:
    if status is AppointmentStatus.COMPLETED and start > clock.now():
        raise AppointmentNotBegun


async def _require_therapist(db: Db, user_id: UUID) -> None:
    if not await members.treats(db, user_id):
        raise TherapistUnknown


async def _conflict(
    db: Db, except_id: UUID, therapist_id: UUID, start: datetime, end: datetime
) -> AppointmentConflict:
    """Return the conflict with the id of the appointment that holds the time."""
    found = await db.read(
        queries.OVERLAPPING, except_id=except_id, therapist_id=therapist_id, start=start, end=end
    )
    return AppointmentConflict(appointment_id=str(found[0].id) if found else None)


async def current_for_update(db: Db, appointment_id: UUID) -> AppointmentCard:
    """Return the same for something new, which an archived appointment does not get."""
    return await db.get(CARD, appointment_id, where=CURRENT, recorded=False, lock=True)


async def whole_for_update(db: Db, appointment_id: UUID) -> Appointment:
    """Return one on the calendar with all its words, kept as it is until the commit; nobody is shown it."""
    return await db.get(APPOINTMENT, appointment_id, where=CURRENT, recorded=False, lock=True)


async def rebook(db: Db, appointment: Appointment, client_id: UUID) -> Appointment:
    """Book for another client what is to come; the old one leaves the calendar, and keeps no words."""
    changes = {"archived_at": clock.now()} | dict.fromkeys(WORDS)
    await db.advisory_lock(appointment.therapist_id, wait=True)
    await db.change(CARD, appointment.id, changes, where=CURRENT, action="archive")
    values = {name: getattr(appointment, name) for name in (*WORDS, *BOOKED)}
    return await db.create(APPOINTMENT, {**values, "client_id": client_id})


async def require_known(db: Db, appointment_id: UUID) -> None:
    """NotFound unless this is an appointment of the practice, archived or not."""
    await db.get(CARD, appointment_id, recorded=False)


async def read(db: Db, appointment_id: UUID) -> AppointmentCard:
    return await db.get(_entity(db), appointment_id, where=CURRENT)


async def for_update(db: Db, appointment_id: UUID) -> AppointmentCard:
    """One appointment, kept as it is until the commit; nobody sees it, so no read is recorded.

    What changes a note and its appointment holds the appointment first: one order, no deadlock.
    """
    return await db.get(CARD, appointment_id, recorded=False, lock=True)


async def all_for_update(db: Db, ids: Iterable[UUID]) -> dict[UUID, HeldAppointment]:
    """Several, by id, kept as they are until the commit; unknown ones are not in it."""
    return {found.id: found for found in await db.read(queries.HELD, ids=list(ids))}


async def list_page(
    db: Db, filters: Mapping[str, Any], order: Order, paging: Paging, *, archived: bool = False
) -> Page[Appointment] | Page[AppointmentCard]:
    """Return the calendar, by start; or what was taken off it."""
    about = filters.get("client_id")
    if _sees_cards(db):
        return await db.page(queries.CARDS[order, archived], filters, paging, about=about)
    return await db.page(queries.CALENDAR[order, archived], filters, paging, about=about)


async def change(
    db: Db, appointment_id: UUID, body: AppointmentUpdate, version: int | None
) -> AppointmentCard:
    await _refuse_clinical(db, body, appointment_id)
    changes = body.changes()
    now = await current_for_update(db, appointment_id)
    if changes.get("location", now.location) != now.location:
        changes["changed_at"] = clock.now()  # sealed anew, a place looks like another one also where it stays
    then = {name: changes.get(name, getattr(now, name)) for name in EXPECTED}
    if then["status"] is not now.status or then["scheduled_start"] != now.scheduled_start:
        _refuse_early_completion(then["status"], then["scheduled_start"])
    if "location" in changes or "location_type" in changes:
        await doubles.hold(db, doubles.place_of(then["location_type"], then["location"]))
    await hold_calendar(db, then["therapist_id"])
    await _require_still_here(db, now, then)
    try:
        changed = await db.change(_entity(db), appointment_id, changes, version=version, where=CURRENT)
        return await doubles.warned(db, changed) if changes.keys() & doubles.MATTERS else changed
    except AppointmentConflict:
        raise await _conflict(
            db, appointment_id, then["therapist_id"], then["scheduled_start"], then["scheduled_end"]
        ) from None


async def _require_still_here(db: Db, now: AppointmentCard, then: Mapping[str, Any]) -> None:
    """Nobody who is archived or has left is expected anew."""
    is_new = _is_coming(then["status"], then["scheduled_start"]) and not _is_coming(
        now.status, now.scheduled_start
    )
    if is_new:
        await clients.require_current(db, now.client_id, lock=True)
    if is_new or then["therapist_id"] != now.therapist_id:
        await _require_therapist(db, then["therapist_id"])


async def archive(db: Db, appointment_id: UUID, version: int | None) -> None:
    """Take an appointment off the calendar; its note, if any, stays."""
    await db.change(
        CARD,
        appointment_id,
        {"archived_at": clock.now()},
        version=version,
        where=CURRENT,
        otherwise=lambda _: NotFound(),
        action="archive",
    )


async def restore(db: Db, appointment_id: UUID, version: int | None) -> AppointmentCard:
    """Put an appointment back on the calendar as it was; one that stands there is read."""
    held = await db.get(HELD, appointment_id, recorded=False, lock=True)
    if version not in (None, held.version):
        raise StaleVersion
    if held.archived_at is None:
        return await read(db, appointment_id)
    await hold_calendar(db, held.therapist_id)
    if _is_coming(held.status, held.scheduled_start):
        await clients.require_current(db, held.client_id, lock=True)
        await _require_therapist(db, held.therapist_id)
    try:
        restored = await db.change(_entity(db), appointment_id, {"archived_at": None}, action="restore")
        return await doubles.warned(db, restored)
    except AppointmentConflict:
        raise await _conflict(
            db, appointment_id, held.therapist_id, held.scheduled_start, held.scheduled_end
        ) from None


async def coming_of_client(db: Db, client_id: UUID) -> list[UUID]:
    """Return what is to come with a client whom the caller holds, the soonest first, held too."""
    return [slot.id for slot in await db.read(queries.COMING_OF_CLIENT, of=client_id)]


async def coming_of_therapist(db: Db, user_id: UUID) -> list[UUID]:
    """Return what is to come with a therapist whose calendar the caller holds, the soonest first, held too."""
    return [slot.id for slot in await db.read(queries.COMING_OF_THERAPIST, of=user_id)]


async def cancel_all(db: Db, ids: Sequence[UUID]) -> None:
    """Cancel appointments that the caller holds; their clients are told, whether or not they were reminded."""
    changes = {"status": AppointmentStatus.CANCELLED, "is_cancellation_told": True}
    await db.change_all(CARD, ids, changes)


async def note_finalized(db: Db, appointment: AppointmentCard | HeldAppointment) -> None:
    """Its note is final: what was to be has taken place, once it has begun; what was missed or cancelled was not."""
    if appointment.status is AppointmentStatus.SCHEDULED and appointment.scheduled_start <= clock.now():
        changes = {"status": AppointmentStatus.COMPLETED, "has_finalized_note": True}
        await db.change(CARD, appointment.id, changes, action="complete")
    else:
        await db.change(CARD, appointment.id, {"has_finalized_note": True})


async def note_withdrawn(db: Db, appointment_id: UUID) -> None:
    """Its final note was archived: it wants a note again."""
    await db.change(CARD, appointment_id, {"has_finalized_note": False})


async def note_restored(db: Db, appointment_id: UUID) -> None:
    """Its final note came back from the archive."""
    await db.change(CARD, appointment_id, {"has_finalized_note": True})


async def answered(db: Db, appointment_id: UUID, response: ClientResponse) -> None:
    """Note what the client answered to a reminder of it."""
    changes = {"client_response": response, "client_responded_at": clock.now()}
    await db.change(CARD, appointment_id, changes, where=CURRENT, action="answer")
