"""Look-ups of moves."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.core.db.entity import Query, columns_of
from pazpaz.moves.models import MOVE, Left, moves

LEFT = Query(
    MOVE,
    Left,
    select(*columns_of(Left, moves))
    .where(
        moves.c.appointment_id == bindparam("appointment_ids", type_=ARRAY(Uuid)).any_(),
        moves.c.to_appointment_id.is_not(None),
    )
    .order_by(moves.c.created_at, moves.c.id),
    action=None,
)
