"""Lists and look-ups of appointments."""

from typing import TypeVar

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE
from sqlalchemy.types import DateTime, Interval, Uuid

from pazpaz.appointments.models import (
    APPOINTMENT,
    CARD,
    AppointmentStatus,
    Beside,
    HeldAppointment,
    Slot,
    appointments,
)
from pazpaz.core.db.entity import Entity, Listing, Query, columns_of
from pazpaz.core.db.pagination import Order

Shown = TypeVar("Shown")
_moment = DateTime(timezone=True)
_appointment = appointments.c
# It is over, took place, and has no final note yet.
NEEDS_NOTE = (
    (_appointment.scheduled_end < func.now())
    & _appointment.status.in_([AppointmentStatus.SCHEDULED.value, AppointmentStatus.COMPLETED.value])
    & ~_appointment.has_finalized_note
)


_any = appointments.alias("every").c
_from = bindparam("from", type_=_moment)
_longest = select(func.max(_any.scheduled_end - _any.scheduled_start)).scalar_subquery()
# The second bound follows from the first, and is one that the indexes by start know.
_ENDS_AFTER = (_appointment.scheduled_end > _from) & (_appointment.scheduled_start > _from - _longest)


def _calendar(entity: Entity[Shown], order: Order, *, archived: bool) -> Listing[Shown]:
    when = _appointment.archived_at.is_not(None) if archived else _appointment.archived_at.is_(None)
    return Listing(
        entity,
        entity.row,
        order=(_appointment.scheduled_start, _appointment.id),
        descending=order is Order.DESC,
        always=(when,),
        filters={
            "from": _ENDS_AFTER,
            "to": _appointment.scheduled_start < bindparam("to", type_=_moment),
            "client_id": _appointment.client_id == bindparam("client_id", type_=Uuid()),
            "therapist_id": _appointment.therapist_id == bindparam("therapist_id", type_=Uuid()),
            "client_response": _appointment.client_response == bindparam("client_response"),
            "unanswered": _appointment.client_response.is_(None),
            "status": _appointment.status == bindparam("status"),
            "needs_note": bindparam("needs_note") == NEEDS_NOTE,
        },
    )


_KINDS = [(order, archived) for order in Order for archived in (False, True)]
CALENDAR = {(order, archived): _calendar(APPOINTMENT, order, archived=archived) for order, archived in _KINDS}
CARDS = {(order, archived): _calendar(CARD, order, archived=archived) for order, archived in _KINDS}

# By id: whoever holds several holds them in one order.
HELD = Query(
    APPOINTMENT,
    HeldAppointment,
    select(*columns_of(HeldAppointment, appointments))
    .where(_appointment.id == bindparam("ids", type_=ARRAY(Uuid)).any_())
    .order_by(_appointment.id)
    .with_for_update(),
    action=None,
)


def _coming(whose: str) -> Query[Slot]:
    """Return what is to come of a client or therapist, the soonest first, held until the commit."""
    return Query(
        APPOINTMENT,
        Slot,
        select(_appointment.id)
        .where(
            _appointment[whose] == bindparam("of", type_=Uuid()),
            _appointment.status == AppointmentStatus.SCHEDULED.value,
            _appointment.archived_at.is_(None),
            _appointment.scheduled_start > func.now(),
        )
        .order_by(_appointment.scheduled_start, _appointment.id)
        .with_for_update(),
        action=None,
    )


COMING_OF_CLIENT, COMING_OF_THERAPIST = _coming("client_id"), _coming("therapist_id")

_start, _end = bindparam("start", type_=_moment), bindparam("end", type_=_moment)
# By the index on the start: none lasts longer than a day.
BESIDE = Query(
    APPOINTMENT,
    Beside,
    select(*columns_of(Beside, appointments))
    .where(
        _appointment.scheduled_start < _end,
        _appointment.scheduled_start > _start - literal_column("interval '24 hours'", Interval),
        _appointment.scheduled_end > _start,
        _appointment.id != bindparam("except_id", type_=Uuid()),
        _appointment.status == AppointmentStatus.SCHEDULED.value,
        _appointment.archived_at.is_(None),
    )
    .order_by(_appointment.scheduled_start, _appointment.id),
    action=None,
)

OVERLAPPING = Query(
    APPOINTMENT,
    Slot,
    select(_appointment.id)
    .where(
        _appointment.therapist_id == bindparam("therapist_id", type_=Uuid()),
        _appointment.id != bindparam("except_id", type_=Uuid()),
        _appointment.status == AppointmentStatus.SCHEDULED.value,
        _appointment.archived_at.is_(None),
        func.tstzrange(_appointment.scheduled_start, _appointment.scheduled_end, type_=TSTZRANGE).op("&&")(
            func.tstzrange(bindparam("start", type_=_moment), bindparam("end", type_=_moment))
        ),
    )
    .order_by(_appointment.scheduled_start)
    .limit(1),
    action=None,
)
