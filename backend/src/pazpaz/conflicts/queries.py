"""Lists of conflicts."""

from sqlalchemy import bindparam
from sqlalchemy.types import Uuid

from pazpaz.conflicts.models import CONFLICT, ConflictSummary, session_conflicts
from pazpaz.core.db.entity import Listing

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
