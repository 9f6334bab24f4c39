"""Lists of conflicts."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.conflicts.models import CONFLICT, Attached, ConflictSummary, Resolution, session_conflicts
from pazpaz.core.db.entity import Listing, Query, columns_of
from pazpaz.sessions.models import sessions

_conflict = session_conflicts.c

WITHOUT_TEXT = Listing(
    CONFLICT,
    ConflictSummary,
    order=(_conflict.created_at, _conflict.id),
    filters={
        "open": _conflict.resolved_at.is_(None),
        "resolved": _conflict.resolved_at.is_not(None),
        "session_id": _conflict.session_id == bindparam("session_id", type_=Uuid()),
    },
)

ATTACHED = Query(
    CONFLICT,
    Attached,
    select(
        *columns_of(
            Attached,
            session_conflicts,
            note_id=_conflict.applied_to,
            note_appointment_id=sessions.c.appointment_id,
        )
    )
    .join(sessions, sessions.c.id == _conflict.applied_to)
    .where(
        _conflict.resolution == Resolution.ATTACH.value,
        _conflict.client_session_id == bindparam("client_session_ids", type_=ARRAY(Uuid)).any_(),
    )
    .order_by(_conflict.updated_at_client, _conflict.resolved_at),
    action=None,
)
