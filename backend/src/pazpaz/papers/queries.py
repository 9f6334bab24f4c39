"""What a print reads: one event of its own, and many rows that are part of it."""

from typing import Any

from sqlalchemy import DateTime, Integer, Uuid, and_, bindparam, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from pazpaz.accounts.models import USER, users
from pazpaz.amendments.models import AMENDMENT, Amendment, session_amendments
from pazpaz.appointments.models import appointments
from pazpaz.attachments.models import ATTACHMENT, attachments
from pazpaz.clients.models import Client, clients
from pazpaz.core.db.entity import Entity, Query, columns_of
from pazpaz.papers.models import Counted, Person, PrintedAppointment, PrintedFile, PrintedNote
from pazpaz.plans.models import MILESTONE, PLAN, Milestone, Plan, milestones, plans
from pazpaz.sessions.models import SESSION, SessionStatus, sessions

_moment = DateTime(timezone=True)
_note, _file, _booked, _amendment = sessions.c, attachments.c, appointments.c, session_amendments.c
_client_id, _ids = bindparam("client_id", type_=Uuid()), bindparam("ids", type_=ARRAY(Uuid))
_since, _until = bindparam("since", type_=_moment), bindparam("until", type_=_moment)
_after = tuple_(bindparam("after_date", type_=_moment), bindparam("after_id", type_=Uuid()))
_limit = bindparam("limit", type_=Integer)

RECORD = Entity("record", clients, Client)


_service = (
    select(_booked.service_name)
    .where(_booked.id == literal_column("sessions.appointment_id", Uuid))
    .scalar_subquery()
)
NOTE = Entity("session", sessions, PrintedNote, computed={"service_name": _service})
NOTES = Query(
    SESSION,
    PrintedNote,
    select(*NOTE.columns(PrintedNote))
    .where(
        _note.client_id == _client_id,
        _note.status != SessionStatus.ARCHIVED.value,
        _note.session_date >= _since,
        _note.session_date < _until,
        tuple_(_note.session_date, _note.id) > _after,
    )
    .order_by(_note.session_date, _note.id)
    .limit(_limit),
    action=None,
)
_is_archived = _note.status == SessionStatus.ARCHIVED.value
_counts: tuple[Any, ...] = (
    func.count().filter(~_is_archived).label("shown"),
    func.count().filter(_is_archived).label("archived"),
)
COUNTED: Query[Counted] = Query(
    SESSION,
    Counted,
    select(*_counts).where(
        _note.client_id == _client_id, _note.session_date >= _since, _note.session_date < _until
    ),
    action=None,
)
AMENDMENTS = Query(
    AMENDMENT,
    Amendment,
    select(*columns_of(Amendment, session_amendments))
    .where(_amendment.session_id == _ids.any_())
    .order_by(_amendment.created_at, _amendment.id),
    action=None,
)
FILES = Query(
    ATTACHMENT,
    PrintedFile,
    select(*columns_of(PrintedFile, attachments))
    .where(and_(_file.session_id == _ids.any_(), _file.deleted_at.is_(None)))
    .order_by(_file.id),
    action=None,
)
APPOINTMENTS = Query(
    Entity("appointment", appointments, PrintedAppointment),
    PrintedAppointment,
    select(*columns_of(PrintedAppointment, appointments))
    .where(
        _booked.client_id == _client_id,
        _booked.archived_at.is_(None),
        _booked.scheduled_start >= _since,
        _booked.scheduled_start < _until,
        tuple_(_booked.scheduled_start, _booked.id) > _after,
    )
    .order_by(_booked.scheduled_start, _booked.id)
    .limit(_limit),
    action=None,
)
PLANS = Query(
    PLAN,
    Plan,
    select(*PLAN.columns(Plan))
    .where(plans.c.client_id == _client_id, plans.c.archived_at.is_(None))
    .order_by(plans.c.start_date, plans.c.id),
    action=None,
)
MILESTONES = Query(
    MILESTONE,
    Milestone,
    select(*columns_of(Milestone, milestones))
    .where(milestones.c.plan_id == _ids.any_(), milestones.c.archived_at.is_(None))
    .order_by(milestones.c.order_index),
    action=None,
)
PEOPLE = Query(USER, Person, select(*columns_of(Person, users)), action=None)
