"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): what was created once is answered again.

The answer is kept, sealed, in the transaction that did the work. Its row's id is derived from
workspace, user and key, so the primary key itself lets one of two twins win.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, Integer
from starlette.responses import Response

from pazpaz.core.base import clock
from pazpaz.core.base.errors import InvalidInput, NotFound, Problem
from pazpaz.core.base.ids import derived_id
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.handle import Db
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.db.tenancy import moment, scoped_table
from pazpaz.core.http import answers
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Sweep

KEPT = timedelta(hours=24)
HEADER = "Idempotency-Key"
PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same request within 24 hours answers the first response again; another is a 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

idempotency_keys = scoped_table(
    "idempotency_keys",
    Column("status", Integer, nullable=False),
    Column("answer", Sealed("json"), nullable=False),
    moment("created_at", now=True),
)


@row
class Kept:
    """An answer, and the hash of the request it answers."""

    id: UUID
    status: int
    answer: dict[str, str]
    created_at: datetime


class KeptAnswer(Response):
    """What was answered the first time, with the id and the version of what was created then."""

    media_type = "application/json"

    def __init__(self, kept: Kept) -> None:
        """As it was, and marked."""
        text = kept.answer["text"]
        shown = orjson.loads(text)
        super().__init__(text, kept.status, {"Idempotency-Replayed": "true"})
        self.id = shown.get("id")
        if (version := shown.get("version")) is not None:
            self.headers["ETag"] = f'"{version}"'


KEPT_ANSWER = Entity("idempotency_key", idempotency_keys, Kept)
_FORGET = SystemStatement.of("DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'")


class IdempotencyKeyReused(Problem, status=422):
    """This Idempotency-Key was used with another request; take a new one."""


class RequestInProgress(Problem, status=409, constraint="pk_idempotency_keys"):
    """A request with this Idempotency-Key is being worked on; try again in a moment."""


class RoleChanged(Problem, status=403):
    """This was answered to you in another role; look up what was created."""


PROBLEMS: tuple[type[Problem], ...] = (IdempotencyKeyReused, RequestInProgress, RoleChanged)


def checked(key: str | None) -> str | None:
    """Return a usable key: up to 255 visible ASCII characters; InvalidInput for anything else."""
    if key is None or (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        return key
    raise InvalidInput.of(f"/{HEADER}", "must be 1 to 255 printable ASCII characters")


def once(
    endpoint: Callable[..., Awaitable[Any]], key: str, request_hash: str, status: int
) -> Callable[..., Awaitable[Any]]:
    """Return the endpoint, run at most once for this key; it shares the endpoint's transaction."""

    async def run(**arguments: Any) -> Any:
        db = next(value for value in arguments.values() if isinstance(value, Db))
        row_id = _row_id(db, key)
        if not await db.advisory_lock(row_id, wait=False):
            raise RequestInProgress
        kept = await _kept(db, row_id)
        if kept is not None and kept.created_at > clock.now() - KEPT:
            return await _again(db, kept, request_hash)
        result = await endpoint(**arguments)
        text = answers.to_json(result).decode()
        answer = {"request_hash": request_hash, "role": db.actor.role, "text": text}
        values = {"status": status, "answer": answer, "created_at": clock.now()}
        if kept is None:
            await db.create(KEPT_ANSWER, values, row_id, recorded=False)
        else:
            await db.change(KEPT_ANSWER, row_id, values, recorded=False)
        return result

    return run


def _row_id(db: Db, key: str) -> UUID:
    """Return the id of everything the key is scoped to."""
    named = db.actor.workspace_id.bytes + db.user_id.bytes + key.encode()
    return derived_id(hashlib.sha256(named).digest())


async def _kept(db: Db, row_id: UUID) -> Kept | None:
    try:
        return await db.get(KEPT_ANSWER, row_id, recorded=False)
    except NotFound:
        return None


async def _again(db: Db, kept: Kept, request_hash: str) -> Response:
    """Return the kept answer; RoleChanged, which is recorded, when it was given to another role."""
    if kept.answer["request_hash"] != request_hash:
        raise IdempotencyKeyReused
    if kept.answer["role"] != db.actor.role:  # what it shows may be more than the role of now may see
        await db.deny(None)
        raise RoleChanged
    await db.get(KEPT_ANSWER, kept.id)  # the answer is shown again, so it is recorded
    return KeptAnswer(kept)


async def forget_old(resources: Resources) -> None:
    """Delete answers older than a day."""
    await resources.run(_FORGET)


SWEEP = Sweep("forget_idempotency_keys", forget_old, every_seconds=900)
