"""HTTP of clients."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from pazpaz.accounts.models import STAFF
from pazpaz.clients import service
from pazpaz.clients.errors import ClientArchived, ClientErased, ClientMerged
from pazpaz.clients.models import Client, ClientCard, ClientIndex
from pazpaz.clients.schemas import ClientCreate, ClientUpdate
from pazpaz.core.db.pagination import Page
from pazpaz.core.http import answers
from pazpaz.core.http.deps import CurrentDb, CurrentPaging, IfMatch, IfNoneMatch
from pazpaz.core.http.policy import TEXTS, policy
from pazpaz.core.http.routing import router as feature_router

router = feature_router("clients")


@router.post("/clients", status_code=201, response_model=Client)
@policy(roles=STAFF, audit=("client.create",), one_statement=True, body_bytes=TEXTS)
async def create_client(body: ClientCreate, db: CurrentDb) -> ClientCard:
    """Add a client."""
    return await service.create(db, body)


@router.get("/clients", response_model=Page[Client])
@policy(roles=STAFF, audit=("client.list",), texts=1)
async def list_clients(
    db: CurrentDb,
    paging: CurrentPaging,
    q: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Words or parts of name or e-mail in any order, or a phone number, however they are written.",
        ),
    ] = None,
    archived: bool = False,
) -> Page[Client] | Page[ClientCard]:
    """Clients, newest first; archived ones only if asked for."""
    if q is not None and q.strip():
        return await service.find(db, q, paging, archived=archived)
    return await service.list_page(db, paging, archived=archived)


@router.get(
    "/clients/index",
    response_model=ClientIndex,
    responses={304: {"description": "The list is still the one of this ETag."}},
)
@policy(roles=STAFF, audit=("client.list",))
async def read_client_index(db: CurrentDb, known: IfNoneMatch) -> Response:
    """All clients of the practice, archived ones too, newest first, in one answer for lists and searches at hand.

    `email`, `tags` (always for assistants) and `phone_shown` (the phone in national or international form, where it
    was not typed so) are left out where there are none. `dialling` tells how a typed number is read here. With the
    `ETag` of an answer before in `If-None-Match`: 304 when nothing has changed since, which is recorded as this list
    is.
    """
    etag = await service.index_etag(db)
    if answers.is_known(etag, known):
        return answers.not_modified(etag)
    async with service.index(db) as (items, rest):
        return await answers.listed(items, rest, {"ETag": etag})


@router.get("/clients/{client_id}", response_model=Client)
@policy(roles=STAFF, audit=("client.read",))
async def read_client(client_id: UUID, db: CurrentDb) -> ClientCard:
    """One client, also an archived one."""
    return await service.read(db, client_id)


@router.put("/clients/{client_id}", response_model=Client)
@policy(
    roles=STAFF, audit=("client.update",), one_statement=True, body_bytes=TEXTS, problems=(ClientArchived,)
)
async def change_client(client_id: UUID, body: ClientUpdate, db: CurrentDb, version: IfMatch) -> ClientCard:
    """Change a client; a field left out stays, a null clears."""
    return await service.change(db, client_id, body, version)


@router.post("/clients/{client_id}/restore", response_model=Client)
@policy(
    roles=STAFF,
    audit=("client.restore", "client.read"),
    one_statement=True,
    problems=(ClientMerged, ClientErased),
)
async def restore_client(client_id: UUID, db: CurrentDb, version: IfMatch) -> ClientCard:
    """Take a client out of the archive. Appointments that were cancelled with it stay cancelled.

    One who is not archived is answered as they are.
    """
    return await service.restore(db, client_id, version)
