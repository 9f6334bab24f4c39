"""Lists and look-ups of SOAP notes."""

from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.types import DateTime, Uuid

from pazpaz.core.entity import Listing, Query, row
from pazpaz.sessions.models import (
    REVISION,
    SESSION,
    SOAP,
    Revision,
    Session,
    SessionStatus,
    SessionSummary,
    session_revisions,
    sessions,
)

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

_r = session_revisions.c
# An empty note that was written over is kept for merging, and nothing to show.
REVISIONS = Listing(
    REVISION,
    Revision,
    order=(_r.version,),
    always=(or_(*(_r[name].is_not(None) for name in SOAP)),),
    filters={"session_id": _r.session_id == bindparam("session_id", type_=Uuid())},
)


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

OF_CLIENT_SESSION = Query(
    SESSION,
    Existing,
    select(_c.id).where(_c.client_session_id == bindparam("client_session_id", type_=Uuid())),
    action=None,
)
