"""Use cases of the access history."""

from uuid import UUID

from pazpaz.access import queries
from pazpaz.accounts.models import AuditEvent
from pazpaz.clients import service as clients
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging


async def history(db: Db, client_id: UUID, paging: Paging) -> Page[AuditEvent]:
    """Who did what to this client's data, newest first; NotFound for a client of nobody here."""
    await clients.require_known(db, client_id)
    return await db.page(queries.HISTORY, {"client_id": client_id}, paging, about=client_id)
