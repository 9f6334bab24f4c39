"""Lists and look-ups of SOAP notes."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.types import DateTime, Uuid

from pazpaz.core.entity import Listing, Query, row
from pazpaz.sessions.models import SESSION, Session, SessionStatus, SessionSummary, sessions

_moment = DateTime(timezone=True)
_c = sessions.c
_FILTERS = {
    "client_id": _c.client_id == bindparam("client_id", type_=Uuid()),
    "appointment_id": _c.appointment_id == bindparam("appointment_id", type_=Uuid()),
    "from": _c.session_date >= bindparam("from", type_=_moment),
    "to": _c.session_date < bindparam("to", type_=_moment),
    "status": _c.status == bindparam("status"),
    "unarchived": _c.status != SessionStatus.ARCHIVED.value,
}
_ORDER = (_c.session_date, _c.id)

WITHOUT_TEXT = Listing(SESSION, SessionSummary, order=_ORDER, filters=_FILTERS)
WITH_TEXT = Listing(SESSION, Session, order=_ORDER, filters=_FILTERS)


@row
class Existing:
    """Which note an appointment has."""

    id: UUID


OF_APPOINTMENT = Query(
    SESSION,
    Existing,
    select(_c.id).where(
        _c.appointment_id == bindparam("appointment_id", type_=Uuid()),
        _c.status != SessionStatus.ARCHIVED.value,
    ),
    action=None,
)
