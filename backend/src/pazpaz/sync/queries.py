"""Look-ups of receipts."""

from sqlalchemy import and_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.core.db.entity import Query, columns_of
from pazpaz.sessions.models import sessions
from pazpaz.sync.models import RECEIPT, Receipt, session_sync_receipts

_receipt = session_sync_receipts
_columns = columns_of(Receipt, _receipt)

BY_IDS = Query(
    RECEIPT,
    Receipt,
    select(*_columns).where(_receipt.c.id == bindparam("ids", type_=ARRAY(Uuid)).any_()),
    action=None,
)

# Those whose text is the note's own, now.
CURRENT = Query(
    RECEIPT,
    Receipt,
    select(*_columns)
    .join(sessions, and_(sessions.c.id == _receipt.c.session_id, sessions.c.version == _receipt.c.version))
    .where(_receipt.c.client_session_id == bindparam("client_session_ids", type_=ARRAY(Uuid)).any_())
    .order_by(_receipt.c.updated_at_client),
    action=None,
)
