"""Use cases of a user's own sign-ins and API tokens: making, listing, locking and ending them."""

from collections.abc import Mapping
from uuid import UUID

from pazpaz.accounts import queries
from pazpaz.accounts.models import CREDENTIAL, Credential, CredentialKind
from pazpaz.accounts.schemas import CredentialList, TokenCreated
from pazpaz.core.base import clock
from pazpaz.core.base.errors import NotFound
from pazpaz.core.base.tokens import hashed, new_token
from pazpaz.core.db.handle import Db


async def sign_out(db: Db) -> None:
    """End the sign-in or token this request came with."""
    await _end(db, db.credential_id, {}, action="sign-out")


async def lock(db: Db) -> None:
    """Lock this sign-in until it is proved; of one that is locked, and of an API token, nothing changes."""
    where = {"kind": CredentialKind.SIGN_IN, "locked_at": None}
    changes = {"locked_at": clock.now()}
    if await db.change_if(CREDENTIAL, db.credential_id, changes, where=where, action="lock") is None:
        await db.get(CREDENTIAL, db.credential_id)


async def create_token(db: Db, name: str) -> TokenCreated:
    """Return a new API token of the user, shown once."""
    token = new_token()
    mine: Credential = await db.get(CREDENTIAL, db.credential_id, recorded=False)
    made = await db.create(
        CREDENTIAL,
        {
            "factor_at": mine.factor_at,
            "user_id": db.user_id,
            "kind": CredentialKind.TOKEN,
            "hash": hashed(token),
            "name": name,
        },
    )
    return TokenCreated(made.id, made.name, token, made.created_at)


async def list_credentials(db: Db, kind: CredentialKind) -> CredentialList:
    """Return the user's API tokens, or sign-ins, that still work; newest first."""
    items = await db.read(queries.CREDENTIALS, owner=db.user_id, kind=kind)
    return CredentialList(items, len(items), None)


async def revoke(db: Db, credential_id: UUID, kind: CredentialKind) -> None:
    """End one of the user's API tokens or sign-ins; it does not work on the next request."""
    await _end(db, credential_id, {"kind": kind}, action="revoke")


async def _end(db: Db, credential_id: UUID, only: Mapping[str, object], *, action: str) -> None:
    await db.change(
        CREDENTIAL,
        credential_id,
        {"revoked_at": clock.now()},
        where={"user_id": db.user_id, "revoked_at": None, **only},
        otherwise=lambda _: NotFound(),
        action=action,
    )
