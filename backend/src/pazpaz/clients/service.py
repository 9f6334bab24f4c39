"""Use cases of clients. An assistant works with cards, whose clinical fields are never opened."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pazpaz.accounts import service as accounts
from pazpaz.accounts.models import Role
from pazpaz.clients import phones, queries
from pazpaz.clients.errors import ClientArchived, ClientErased, ClientMerged
from pazpaz.clients.models import (
    ADDRESSES,
    CARD,
    CLIENT,
    CLINICAL,
    SEARCH,
    TAGS,
    Client,
    ClientCard,
    Entry,
    Wanted,
    alike,
    printed,
)
from pazpaz.clients.schemas import ClientCreate, ClientUpdate
from pazpaz.core.base import clock
from pazpaz.core.base.errors import InvalidInput, RoleNotAllowed
from pazpaz.core.base.yielding import give_way
from pazpaz.core.db import restoring
from pazpaz.core.db.entity import Entity
from pazpaz.core.db.handle import Db
from pazpaz.core.db.opened import LOOKED_AT, Opened
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.core.http.schemas import Body

INDEX_FORMAT = 2  # what the ETag also depends on: another answer, another number


def _sees_cards(db: Db) -> bool:
    return db.actor.role == Role.ASSISTANT


def _entity(db: Db) -> Entity[Any]:
    return CARD if _sees_cards(db) else CLIENT


async def _refuse_clinical(db: Db, body: Body, client_id: UUID | None) -> None:
    if _sees_cards(db) and body.model_fields_set & CLINICAL:
        await db.deny(client_id)
        raise RoleNotAllowed


async def _refuse_unborn(db: Db, born: date | None) -> None:
    """Today is the practice's, which is asked for only where it may matter."""
    a_day = timedelta(days=1)
    if born is None or born < clock.now().date() - a_day:
        return
    if born > await accounts.today(db):
        raise InvalidInput.of("/date_of_birth", "must be between 1900-01-01 and today")


async def create(db: Db, body: ClientCreate) -> ClientCard:
    await _refuse_clinical(db, body, None)
    await _refuse_unborn(db, body.date_of_birth)
    values = {**body.changes(), "reminders_opt_out": body.reminders_opt_out}
    return await db.create(_entity(db), values)


async def read(db: Db, client_id: UUID) -> ClientCard:
    """One client, also an archived one."""
    return await db.get(_entity(db), client_id)


async def list_page(db: Db, paging: Paging, *, archived: bool) -> Page[Client] | Page[ClientCard]:
    """Clients, newest first."""
    if _sees_cards(db):
        return await db.page(queries.CARDS[archived], {}, paging)
    return await db.page(queries.CLIENTS[archived], {}, paging)


async def find(db: Db, wanted: str, paging: Paging, *, archived: bool) -> Page[Client] | Page[ClientCard]:
    """Clients by part of name, e-mail or phone.

    They are encrypted, so the search looks at this workspace's in memory, and no index of names exists
    anywhere else.
    """
    limit, cursor = paging.limit, paging.cursor
    after: Any = cursor.values(queries.CLIENTS[archived].order)["id"] if cursor else None
    async with db.searching(SEARCH) as index:
        who = Wanted.of(wanted, phones.dialling_in(index.practice))
        found = await index.matching(lambda entry: entry.is_archived is archived and who.fits(entry))
        ahead = [key for key in found if after is None or key < after]
        shown = ahead[: limit + 1]
        if _sees_cards(db):
            cards = await db.read(queries.CARDS_BY_IDS, ids=shown)
            return Page.of(cards, len(found), limit, queries.ORDER)
        clients = await db.read(queries.CLIENTS_BY_IDS, ids=shown)
        return Page.of(clients, len(found), limit, queries.ORDER)


async def index_etag(db: Db) -> str:
    """Return what names the list of all clients as it is now, for who asks; asking for it is the event.

    Only the practice's keys can derive it: it says nothing of the clients, nor is it ever another practice's.
    """
    state = (await db.read(queries.STATE))[0]
    shape = "cards" if _sees_cards(db) else "clients"
    said = f"{INDEX_FORMAT} {shape} {state.practice} {state.rows} {state.versions} {state.changed_at}"
    return f'"{(await db.fingerprints(said.encode()))[0].hex}"'


@contextlib.asynccontextmanager
async def index(db: Db) -> AsyncIterator[tuple[Iterator[dict[str, Any]], dict[str, Any]]]:
    """All clients, the newest first, and how many they are and how the practice dials.

    They are at least as new as an ETag that was asked for before. One index of a practice at a time, until it is
    written.
    """
    async with db.searching(SEARCH) as names:
        listed = names.newest_first()
        rest = {"total": len(listed), "dialling": phones.dialling_in(names.practice)}
        if _sees_cards(db):
            yield (_indexed(client_id, entry) for client_id, entry in listed), rest
            return
        async with db.searching(TAGS) as tags:
            yield (_tagged(client_id, entry, tags) for client_id, entry in listed), rest


def _indexed(client_id: UUID, entry: Entry) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": client_id,
        "first_name": entry.first_name,
        "last_name": entry.last_name,
        "phone": entry.phone,
        "archived": entry.is_archived,
    }
    if entry.email:
        shown["email"] = entry.email
    if entry.phone_shown:
        shown["phone_shown"] = entry.phone_shown
    return shown


def _tagged(client_id: UUID, entry: Entry, tags: Opened[list[str]]) -> dict[str, Any]:
    shown, found = _indexed(client_id, entry), tags.entry(client_id)
    return {**shown, "tags": found} if found else shown


async def change(db: Db, client_id: UUID, body: ClientUpdate, version: int | None) -> ClientCard:
    """Change a client who is not archived. Who saves the address, changed or not, takes a mark off it."""
    await _refuse_clinical(db, body, client_id)
    await _refuse_unborn(db, body.date_of_birth)
    changes = body.changes()
    if "email" in changes:
        changes["email_bounced_at"] = None
    if "email_bounced_at" in changes:
        await _trust_address(db, client_id, changes)
    return await db.change(
        _entity(db),
        client_id,
        changes,
        version=version,
        where={"archived_at": None},
        otherwise=lambda _: ClientArchived(),
    )


async def _trust_address(db: Db, client_id: UUID, changes: dict[str, Any]) -> None:
    """Take the mark off everybody else who has the address, if it stays as it is: it concerns the address."""
    now = await db.get(CARD, client_id, recorded=False)
    address = now.email
    kept = address and alike(changes.get("email", address) or "") == alike(address)
    if not (address and kept and now.email_bounced_at) or now.archived_at is not None:
        return
    db.transaction.join()
    await _change_having(
        db,
        address,
        {"email_bounced_at": None},
        lambda client: client.id != client_id and client.email_bounced_at is not None,
        "update",
    )


async def archive(db: Db, client_id: UUID, version: int | None) -> None:
    """Take a client off the list; nothing is deleted."""
    await db.change(
        _entity(db),
        client_id,
        {"archived_at": clock.now()},
        version=version,
        where={"archived_at": None},
        otherwise=lambda _: ClientArchived(),
        action="archive",
    )


async def two_for_merging(db: Db, kept_id: UUID, duplicate_id: UUID) -> tuple[Client, Client]:
    """Return both records, kept as they are until the commit; nobody is shown them. Held by id: one order."""
    held = {
        one: await db.get(CLIENT, one, recorded=False, lock=True) for one in sorted((kept_id, duplicate_id))
    }
    kept, duplicate = held[kept_id], held[duplicate_id]
    if kept.merged_into is not None or duplicate.merged_into is not None:
        raise ClientMerged
    if kept.archived_at is not None:
        raise ClientArchived
    return kept, duplicate


async def merged(db: Db, kept: Client, duplicate: Client) -> Client:
    """Fill in what was missing, and let the second record lead to the first."""
    gone = {"merged_into": kept.id, "archived_at": duplicate.archived_at or clock.now()}
    await db.change(CARD, duplicate.id, gone, action="archive")
    return await db.change(CLIENT, kept.id, kept.completed_by(duplicate), action="merge")


async def restore(db: Db, client_id: UUID, version: int | None) -> ClientCard:
    """Put a client back on the list; one who is on it is read, one whose record is part of another stays away."""
    client: ClientCard = await restoring.restore(
        db, _entity(db), client_id, version, where={"merged_into": None, "erasure_due_at": None}
    )
    if client.merged_into is not None:
        raise ClientMerged
    if client.erasure_due_at is not None:
        raise ClientErased
    return client


async def hold(db: Db, client_id: UUID) -> None:
    """Keep others from booking, archiving or restoring anything of this client until the commit; or NotFound."""
    await db.get(CARD, client_id, recorded=False, lock=True)


async def require_current(db: Db, client_id: UUID, *, lock: bool = False) -> None:
    """NotFound or ClientArchived, for features that start something new; with `lock` it stays so until the commit."""
    client = await db.get(CARD, client_id, recorded=False, lock=lock)
    if client.archived_at is not None:
        raise ClientArchived


async def require_known(db: Db, client_id: UUID) -> None:
    """NotFound unless this is a client of the practice, archived or not."""
    await db.get(CARD, client_id, recorded=False)


async def having(db: Db, address: str) -> list[UUID]:
    """Everybody with this address, archived or not, in the order in which rows are locked."""
    wanted = alike(address)
    async with db.searching(ADDRESSES) as known:
        return sorted(await known.matching(lambda entry: entry == wanted))


async def _change_having(
    db: Db, address: str, changes: dict[str, object], wanted: Callable[[ClientCard], bool], action: str
) -> None:
    for client_id in await having(db, address):
        client = await db.get(CARD, client_id, recorded=False, lock=True)
        if client.email and alike(client.email) == alike(address) and wanted(client):
            await db.change(CARD, client_id, changes, action=action)


async def mark_bounced(db: Db, address: str) -> None:
    """Mail to the address came back for good; cleared when a client's address is changed or saved again."""
    changes: dict[str, object] = {"email_bounced_at": clock.now()}
    await _change_having(db, address, changes, lambda client: client.email_bounced_at is None, "mark-bounced")


async def opt_out(db: Db, client_id: UUID) -> None:
    """Note that the client wants no more reminders."""
    await db.change(CARD, client_id, {"reminders_opt_out": True}, action="opt-out")


async def opt_out_printed(db: Db, address_print: UUID) -> None:
    """Note that nobody with the address of this print (`models.printed`) wants reminders."""
    changes: dict[str, object] = {"reminders_opt_out": True}
    async with db.searching(ADDRESSES) as known:
        addresses = {entry for _, entry in known.newest_first() if entry is not None}
    for number, address in enumerate(addresses):
        if number % LOOKED_AT == 0:
            await give_way()
        if address_print in await db.fingerprints(printed(address)):
            await _change_having(db, address, changes, lambda client: not client.reminders_opt_out, "opt-out")
