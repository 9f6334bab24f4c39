"""Lists of amendments."""

from sqlalchemy import bindparam
from sqlalchemy.types import Uuid

from pazpaz.amendments.models import AMENDMENT, Amendment, session_amendments
from pazpaz.core.db.entity import Listing

_amendment = session_amendments.c

OF_SESSION = Listing(
    AMENDMENT,
    Amendment,
    order=(_amendment.created_at, _amendment.id),
    filters={"session_id": _amendment.session_id == bindparam("session_id", type_=Uuid())},
    descending=False,
)
