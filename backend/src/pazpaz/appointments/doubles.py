"""One client with two therapists, or one place twice, at one time: allowed, because it may be meant, and said."""

from collections.abc import Iterator
from dataclasses import fields

from pazpaz.appointments import queries
from pazpaz.appointments.models import (
    Appointment,
    AppointmentCard,
    AppointmentStatus,
    Beside,
    Booked,
    BookedCard,
    BookingWarning,
    DoubleBooking,
    LocationType,
)
from pazpaz.core.db.handle import Db

MATTERS = frozenset({"status", "scheduled_start", "scheduled_end", "location", "location_type"})
Place = tuple[LocationType, str]


def place_of(kind: LocationType, location: str | None) -> Place | None:
    """Return where it is, however it is typed; a client's home is nobody else's, and no words are no place."""
    words = " ".join((location or "").casefold().split())
    return (kind, words) if words and kind is not LocationType.HOME else None


async def hold(db: Db, place: Place | None) -> None:
    """Keep others from booking this place until the commit, so that of two at once one is told of the other."""
    if place is not None:
        name = (await db.fingerprints(":".join(place).encode()))[0]
        await db.advisory_lock(name, wait=True)


async def warned(db: Db, written: AppointmentCard) -> AppointmentCard:
    """Return an appointment as it was written, with what else is at that time."""
    if written.status is not AppointmentStatus.SCHEDULED:
        return written
    others = await db.read(
        queries.BESIDE, except_id=written.id, start=written.scheduled_start, end=written.scheduled_end
    )
    warnings = [warning for other in others for warning in _between(written, other)]
    if not warnings:
        return written
    kind = Booked if isinstance(written, Appointment) else BookedCard
    said = {item.name: getattr(written, item.name) for item in fields(written)}
    return kind(**said, warnings=warnings)


def _between(written: AppointmentCard, other: Beside) -> Iterator[BookingWarning]:
    if written.client_id == other.client_id:
        yield BookingWarning(DoubleBooking.CLIENT, other.id)
    place = place_of(written.location_type, written.location)
    if place is not None and place == place_of(other.location_type, other.location):
        yield BookingWarning(DoubleBooking.PLACE, other.id)
