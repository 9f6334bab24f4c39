"""Lists of conflicts."""

from sqlalchemy import bindparam
from sqlalchemy.types import Uuid

from pazpaz.conflicts.models import CONFLICT, ConflictSummary, session_conflicts
from pazpaz.core.db.entity import Listing

_c = session_conflicts.c

WITHOUT_TEXT = Listing(
    CONFLICT,
    ConflictSummary,
    order=(_c.created_at, _c.id),
    filters={
        "open": _c.resolved_at.is_(None),
        "resolved": _c.resolved_at.is_not(None),
        "session_id": _c.session_id == bindparam("session_id", type_=Uuid()),
    },
)
