"""Use cases of clients."""

from uuid import UUID

from pazpaz.clients import queries
from pazpaz.clients.errors import ClientArchived
from pazpaz.clients.models import CLIENT, Client, folded
from pazpaz.clients.schemas import ClientCreate, ClientUpdate
from pazpaz.core import clock
from pazpaz.core.db import Db
from pazpaz.core.pagination import Cursor, Page


async def create(db: Db, body: ClientCreate) -> Client:
    """A new client."""
    return await db.create(CLIENT, {**body.changes(), "reminders_opt_out": body.reminders_opt_out})


async def read(db: Db, client_id: UUID) -> Client:
    """One client, also an archived one."""
    return await db.get(CLIENT, client_id)


async def list_page(db: Db, *, archived: bool, limit: int, cursor: Cursor | None) -> Page[Client]:
    """Clients, newest first."""
    listing = queries.ARCHIVED if archived else queries.CURRENT
    return await db.page(listing, {}, limit=limit, cursor=cursor)


async def find(db: Db, wanted: str, *, archived: bool, limit: int, cursor: Cursor | None) -> Page[Client]:
    """Clients by part of name, e-mail or phone.

    They are encrypted, so the search opens this workspace's in memory: 2,000 cost under 2 ms, and no
    index of names exists anywhere.
    """
    wanted = folded(wanted.strip())
    after = cursor.values(queries.CURRENT.order)["id"] if cursor else None
    found = [item.id for item in await db.read(queries.FINDABLE[archived]) if item.matches(wanted)]
    ahead = [found_id for found_id in found if after is None or found_id < after]  # type: ignore[operator]
    rows = await db.read(queries.BY_IDS, ids=ahead[: limit + 1])
    return Page.of(rows, len(found), limit, queries.CURRENT.order_fields)


async def change(db: Db, client_id: UUID, body: ClientUpdate, version: int | None) -> Client:
    """Change a client who is not archived."""
    return await db.change(
        CLIENT,
        client_id,
        body.changes(),
        version=version,
        where={"archived_at": None},
        otherwise=lambda _: ClientArchived(),
    )


async def archive(db: Db, client_id: UUID, version: int | None) -> None:
    """Take a client off the list; nothing is deleted."""
    await db.change(
        CLIENT,
        client_id,
        {"archived_at": clock.now()},
        version=version,
        where={"archived_at": None},
        otherwise=lambda _: ClientArchived(),
        action="archive",
    )


async def require_current(db: Db, client_id: UUID) -> None:
    """NotFound or ClientArchived, for features that start something new with a client."""
    client = await db.get(CLIENT, client_id, recorded=False)
    if client.archived_at is not None:
        raise ClientArchived
