"""What belongs to the appointments of a page, read for all of them at once."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import Uuid

from pazpaz.agenda.models import ClientName, NoteOf, ReminderOf
from pazpaz.clients.models import CLIENT, clients
from pazpaz.core.entity import Query
from pazpaz.reminders.models import REMINDER, reminder_logs
from pazpaz.sessions.models import SESSION, SessionStatus, sessions

_k, _s, _l = clients.c, sessions.c, reminder_logs.c
_ids = bindparam("ids", type_=ARRAY(Uuid))

# No event of their own: the list that they are shown in is one.
NAMES = Query(
    CLIENT,
    ClientName,
    select(_k.id, _k.first_name, _k.last_name, _k.phone).where(_k.id == _ids.any_()),
    action=None,
)
NOTES = Query(
    SESSION,
    NoteOf,
    select(_s.id, _s.status, _s.version, _s.appointment_id).where(
        _s.appointment_id == _ids.any_(), _s.status != SessionStatus.ARCHIVED.value
    ),
    action=None,
)
REMINDERS = Query(
    REMINDER,
    ReminderOf,
    select(_l.kind, _l.status, _l.reason, _l.sent_at, _l.appointment_id)
    .ext(distinct_on(_l.appointment_id))
    .where(_l.appointment_id == _ids.any_())
    .order_by(_l.appointment_id, _l.due_at.desc(), _l.id.desc()),
    action=None,
)
