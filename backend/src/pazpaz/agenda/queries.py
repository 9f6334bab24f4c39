"""What belongs to the appointments of a page, read for all of them at once."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import Uuid

from pazpaz.agenda.models import ClientName, NoteOf, ReminderOf
from pazpaz.clients.models import CLIENT, clients
from pazpaz.core.db.entity import Query, columns_of
from pazpaz.reminders.models import REMINDER, reminder_logs
from pazpaz.sessions.models import SESSION, SessionStatus, sessions

_client, _note, _log = clients.c, sessions.c, reminder_logs.c
_ids = bindparam("ids", type_=ARRAY(Uuid))

# No event of their own: the list that they are shown in is one.
NAMES = Query(
    CLIENT,
    ClientName,
    select(*columns_of(ClientName, clients)).where(_client.id == _ids.any_()),
    action=None,
)
NOTES = Query(
    SESSION,
    NoteOf,
    select(*columns_of(NoteOf, sessions, session_id=_note.id)).where(
        _note.appointment_id == _ids.any_(), _note.status != SessionStatus.ARCHIVED.value
    ),
    action=None,
)
REMINDERS = Query(
    REMINDER,
    ReminderOf,
    select(*columns_of(ReminderOf, reminder_logs))
    .ext(distinct_on(_log.appointment_id))
    .where(_log.appointment_id == _ids.any_())
    .order_by(_log.appointment_id, _log.due_at.desc(), _log.id.desc()),
    action=None,
)
