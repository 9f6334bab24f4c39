"""What a pack is made of; its own event stands for all of it."""

from sqlalchemy import Integer, bindparam, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import DateTime, Uuid

from pazpaz.appointments.models import APPOINTMENT, Appointment, appointments
from pazpaz.core.db.entity import Query, columns_of
from pazpaz.packs.models import PlanLine
from pazpaz.plans.models import PLAN, PlanStatus, plans
from pazpaz.sessions.models import SESSION, Session, SessionStatus, sessions

_appointment, _note, _plan = appointments.c, sessions.c, plans.c
_moment = DateTime(timezone=True)
_clients = bindparam("client_ids", type_=ARRAY(Uuid))
_most = bindparam("most", type_=Integer())

OWN_APPOINTMENTS = Query(
    APPOINTMENT,
    Appointment,
    select(*columns_of(Appointment, appointments))
    .where(
        _appointment.therapist_id == bindparam("owner", type_=Uuid()),
        _appointment.archived_at.is_(None),
        _appointment.scheduled_start >= bindparam("since", type_=_moment),
        _appointment.scheduled_start < bindparam("until", type_=_moment),
    )
    .order_by(_appointment.scheduled_start, _appointment.id)
    .limit(_most),
    action=None,
)

_last = (
    select(_note.id)
    .ext(distinct_on(_note.client_id))
    .where(_note.client_id == _clients.any_(), _note.status == SessionStatus.FINALIZED.value)
    .order_by(_note.client_id, _note.session_date.desc(), _note.id.desc())
    .subquery()
)
_drafts = select(_note.id).where(
    _note.appointment_id == bindparam("appointment_ids", type_=ARRAY(Uuid)).any_(),
    _note.status == SessionStatus.DRAFT.value,
)
# Drafts first: where there are too many, a final note is what is left out.
NOTES = Query(
    SESSION,
    Session,
    select(*columns_of(Session, sessions))
    .where(_note.id.in_(union_all(select(_last.c.id), _drafts)))
    .order_by((_note.status == SessionStatus.DRAFT.value).desc(), _note.session_date.desc(), _note.id.desc())
    .limit(_most),
    action=None,
)

PLANS = Query(
    PLAN,
    PlanLine,
    select(*PLAN.columns(PlanLine))
    .where(
        _plan.client_id == _clients.any_(),
        _plan.archived_at.is_(None),
        _plan.status == PlanStatus.ACTIVE.value,
    )
    .order_by(_plan.id.desc())
    .limit(_most),
    action=None,
)
