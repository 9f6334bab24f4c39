"""Lists and look-ups of SOAP notes."""

from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import DateTime, Integer, Uuid

from pazpaz.appointments.models import appointments
from pazpaz.core.db.entity import Listing, Query, columns_of, row
from pazpaz.sessions.models import (
    REVISION,
    SESSION,
    SOAP,
    HeldSession,
    Revision,
    Session,
    SessionStatus,
    SessionSummary,
    session_revisions,
    sessions,
)

_moment = DateTime(timezone=True)
_note = sessions.c
_FILTERS = {
    "client_id": _note.client_id == bindparam("client_id", type_=Uuid()),
    "appointment_id": _note.appointment_id == bindparam("appointment_id", type_=Uuid()),
    "therapist_id": _note.appointment_id.in_(
        select(appointments.c.id).where(
            appointments.c.therapist_id == bindparam("therapist_id", type_=Uuid())
        )
    ),
    "from": _note.session_date >= bindparam("from", type_=_moment),
    "to": _note.session_date < bindparam("to", type_=_moment),
    "status": _note.status == bindparam("status"),
    "unarchived": _note.status != SessionStatus.ARCHIVED.value,
}
_ORDER = (_note.session_date, _note.id)

WITHOUT_TEXT = Listing(SESSION, SessionSummary, order=_ORDER, filters=_FILTERS)
WITH_TEXT = Listing(SESSION, Session, order=_ORDER, filters=_FILTERS)

_revision = session_revisions.c
# An empty note that was written over is kept for merging, and nothing to show.
REVISIONS = Listing(
    REVISION,
    Revision,
    order=(_revision.version,),
    always=(or_(*(_revision[name].is_not(None) for name in SOAP)),),
    filters={"session_id": _revision.session_id == bindparam("session_id", type_=Uuid())},
)


@row
class Existing:
    """Which note an appointment has."""

    id: UUID


OF_APPOINTMENT = Query(
    SESSION,
    Existing,
    select(_note.id).where(
        _note.appointment_id == bindparam("appointment_id", type_=Uuid()),
        _note.status != SessionStatus.ARCHIVED.value,
    ),
    action=None,
)

# By id: whoever holds several holds them in one order.
HELD = Query(
    SESSION,
    HeldSession,
    select(*columns_of(HeldSession, sessions))
    .where(
        or_(
            _note.client_session_id == bindparam("client_session_ids", type_=ARRAY(Uuid)).any_(),
            _note.appointment_id == bindparam("appointment_ids", type_=ARRAY(Uuid)).any_(),
        )
    )
    .order_by(_note.id)
    .with_for_update(),
    action="sync",
)

AT_VERSION = Query(
    REVISION,
    Revision,
    select(*columns_of(Revision, session_revisions)).where(
        _revision.session_id == bindparam("session_id", type_=Uuid()),
        _revision.version == bindparam("version", type_=Integer()),
    ),
    action=None,
)

OF_CLIENT_SESSION = Query(
    SESSION,
    Existing,
    select(_note.id).where(_note.client_session_id == bindparam("client_session_id", type_=Uuid())),
    action=None,
)
