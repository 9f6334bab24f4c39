"""The events of one client: on the client, their appointments, notes with what was added to them, plans, and packs."""

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.types import Uuid

from pazpaz.accounts.models import AUDIT_EVENT, AuditEvent
from pazpaz.amendments.models import session_amendments
from pazpaz.appointments.models import appointments
from pazpaz.conflicts.models import session_conflicts
from pazpaz.core.db.audit import audit_events
from pazpaz.core.db.entity import Listing
from pazpaz.moves.models import moves
from pazpaz.packs.models import pack_clients
from pazpaz.plans.models import milestones, plans
from pazpaz.sessions.models import sessions

_client = bindparam("client_id", type_=Uuid())

HISTORY = Listing(
    AUDIT_EVENT,
    AuditEvent,
    order=(audit_events.c.id,),
    filters={
        "client_id": audit_events.c.entity_id.in_(
            union_all(
                select(_client),
                select(appointments.c.id).where(appointments.c.client_id == _client),
                select(sessions.c.id).where(sessions.c.client_id == _client),
                select(session_conflicts.c.id).where(session_conflicts.c.client_id == _client),
                select(session_amendments.c.id).where(session_amendments.c.client_id == _client),
                select(plans.c.id).where(plans.c.client_id == _client),
                select(milestones.c.id).where(milestones.c.client_id == _client),
                select(moves.c.id).where(moves.c.from_client_id == _client),
                select(moves.c.id).where(moves.c.to_client_id == _client),
                select(pack_clients.c.pack_id).where(pack_clients.c.client_id == _client),
            )
        )
    },
)
