"""What erasing asks of a record."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import DateTime, Uuid

from pazpaz.appointments.models import APPOINTMENT, AppointmentStatus, appointments
from pazpaz.clients.models import clients
from pazpaz.core.db.entity import Query
from pazpaz.core.db.statements import SystemStatement
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
# Those whose record has no key of its own yet, those whose days are over, and those that were left half erased.
PENDING = SystemStatement.of("""
    SELECT c.workspace_id, c.id, c.erasure_due_at, c.erased_at,
           c.erased_at IS NULL AND c.erasure_due_at <= now() AS is_due
    FROM clients AS c JOIN workspaces AS w ON w.workspace_id = c.workspace_id AND w.closed_at IS NULL
    WHERE c.erasure_due_at IS NOT NULL AND (
        (c.erased_at IS NULL AND (c.erasure_due_at <= now() OR NOT EXISTS (
            SELECT FROM workspace_keys AS k WHERE k.workspace_id = c.workspace_id AND k.client_id = c.id
              AND k.resealed_at IS NOT NULL)))
        OR (c.erased_at IS NOT NULL AND EXISTS (
            SELECT FROM workspace_keys AS k WHERE k.workspace_id = c.workspace_id AND k.client_id = c.id
              AND k.wrapped <> '')))
    ORDER BY c.erasure_due_at LIMIT 50
""")
NUMBERS = SystemStatement.of("""
    SELECT coalesce(max(number), 0) AS newest,
           coalesce(max(number) FILTER (WHERE client_id = %(client)s::uuid), 0) AS own,
           coalesce(array_agg(number) FILTER (WHERE client_id = %(client)s::uuid), '{}') AS all_own
    FROM workspace_keys WHERE workspace_id = %(workspace)s::uuid
""")
MAKE_KEY = SystemStatement.of("""
    INSERT INTO workspace_keys (workspace_id, id, number, wrapped, kek_id, erasure_id, client_id)
    VALUES (%(workspace)s::uuid, %(id)s::uuid, %(number)s::integer, %(wrapped)s::bytea, %(kek_id)s::text,
            %(erasure_id)s::text, %(client)s::uuid)
    ON CONFLICT ON CONSTRAINT uq_workspace_keys_number DO NOTHING
""")
SEALED_APART = SystemStatement.of("""
    UPDATE workspace_keys SET resealed_at = now()
    WHERE workspace_id = %(workspace)s::uuid AND client_id = %(client)s::uuid AND resealed_at IS NULL
""")
DESTROYED = SystemStatement.of("""
    UPDATE workspace_keys SET wrapped = ''::bytea
    WHERE workspace_id = %(workspace)s::uuid AND client_id = %(client)s::uuid
""")
