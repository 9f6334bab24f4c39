"""Lists of amendments."""

from sqlalchemy import bindparam
from sqlalchemy.types import Uuid

from pazpaz.amendments.models import AMENDMENT, Amendment, session_amendments
from pazpaz.core.db.entity import Listing

_c = session_amendments.c

OF_SESSION = Listing(
    AMENDMENT,
    Amendment,
    order=(_c.created_at, _c.id),
    filters={"session_id": _c.session_id == bindparam("session_id", type_=Uuid())},
    descending=False,
)
