"""What erasing asks of a record."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import DateTime, Uuid

from pazpaz.appointments.models import APPOINTMENT, AppointmentStatus, appointments
from pazpaz.clients.models import clients
from pazpaz.core.db.entity import Query
from pazpaz.erasures.models import Held, Treated
from pazpaz.sessions.models import SESSION, sessions

_client = bindparam("client_id", type_=Uuid())
_note, _held = sessions.c, appointments.c
_notes = select(func.max(_note.session_date)).where(_note.client_id == _client).scalar_subquery()
_appointments = (
    select(func.max(_held.scheduled_end))
    .where(_held.client_id == _client, _held.status == AppointmentStatus.COMPLETED.value)
    .scalar_subquery()
)
TREATED = Query(
    SESSION,
    Treated,
    select(func.greatest(_notes, _appointments, type_=DateTime(timezone=True)).label("last")),
    action=None,
)
NOTES = Query(SESSION, Held, select(_note.id).where(_note.client_id == _client), action=None)
ERASED = Query(
    APPOINTMENT,
    Held,
    select(_held.id)
    .join(clients, clients.c.id == _held.client_id)
    .where(_held.id == bindparam("ids", type_=ARRAY(Uuid)).any_(), clients.c.erased_at.is_not(None)),
    action=None,
)
