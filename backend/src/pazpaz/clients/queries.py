"""Lists and look-ups of clients."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from pazpaz.clients.models import CLIENT, Client, Findable, clients
from pazpaz.core.entity import Listing, Query, columns_of

CURRENT = Listing(CLIENT, Client, order=(clients.c.id,), always=(clients.c.archived_at.is_(None),))
ARCHIVED = Listing(CLIENT, Client, order=(clients.c.id,), always=(clients.c.archived_at.is_not(None),))

FINDABLE = {
    archived: Query(
        CLIENT,
        Findable,
        select(*columns_of(Findable, clients))
        .where(clients.c.archived_at.is_not(None) if archived else clients.c.archived_at.is_(None))
        .order_by(clients.c.id.desc()),
        action=None,
    )
    for archived in (False, True)
}
BY_IDS = Query(
    CLIENT,
    Client,
    select(*columns_of(Client, clients))
    .where(clients.c.id == bindparam("ids", type_=ARRAY(Uuid)).any_())
    .order_by(clients.c.id.desc()),
    action="list",
)
