"""Erasing what is due: a key of its own for the record first, so that destroying that destroys the record."""

import asyncio
from typing import Any
from uuid import UUID

import structlog

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.erasure import ErasureFileError
from pazpaz.core.db.resealing import is_away, reseal, reseal_away
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.files.storage import StorageUnavailable
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Sweep
from pazpaz.erasures import service

log = structlog.get_logger(__name__)

# Those whose record has no key of its own yet, those whose days are over, and those that were left half erased.
PENDING = SystemStatement.of("""
    SELECT c.workspace_id, c.id, c.erasure_due_at, c.erased_at,
           c.erased_at IS NULL AND c.erasure_due_at <= now() AS is_due
    FROM clients AS c JOIN workspaces AS w ON w.workspace_id = c.workspace_id AND w.closed_at IS NULL
    WHERE c.erasure_due_at IS NOT NULL AND (
        (c.erased_at IS NULL AND (c.erasure_due_at <= now() OR NOT EXISTS (
            SELECT FROM workspace_keys AS k WHERE k.workspace_id = c.workspace_id AND k.client_id = c.id
              AND k.resealed_at IS NOT NULL)))
        OR (c.erased_at IS NOT NULL AND EXISTS (
            SELECT FROM workspace_keys AS k WHERE k.workspace_id = c.workspace_id AND k.client_id = c.id
              AND k.wrapped <> '')))
    ORDER BY c.erasure_due_at LIMIT 50
""")
NUMBERS = SystemStatement.of("""
    SELECT coalesce(max(number), 0) AS newest, max(number) FILTER (WHERE client_id IS NULL) AS common,
           coalesce(max(number) FILTER (WHERE client_id = %(client)s::uuid), 0) AS own,
           coalesce(array_agg(number) FILTER (WHERE client_id = %(client)s::uuid), '{}') AS all_own
    FROM workspace_keys WHERE workspace_id = %(workspace)s::uuid
""")
MAKE_KEY = SystemStatement.of("""
    INSERT INTO workspace_keys (workspace_id, id, number, wrapped, kek_id, erasure_id, client_id)
    VALUES (%(workspace)s::uuid, %(id)s::uuid, %(number)s::integer, %(wrapped)s::bytea, %(kek_id)s::text,
            %(erasure_id)s::text, %(client)s::uuid)
    ON CONFLICT ON CONSTRAINT uq_workspace_keys_number DO NOTHING
""")
SEALED_APART = SystemStatement.of("""
    UPDATE workspace_keys SET resealed_at = now()
    WHERE workspace_id = %(workspace)s::uuid AND client_id = %(client)s::uuid AND resealed_at IS NULL
""")
DESTROYED = SystemStatement.of("""
    UPDATE workspace_keys SET wrapped = ''::bytea
    WHERE workspace_id = %(workspace)s::uuid AND client_id = %(client)s::uuid
""")


async def erase_due(resources: Resources) -> None:
    """Seal apart what is to be erased; end what is due; go on with what was left half done."""
    for row in await resources.run(PENDING):
        try:
            await _go_on(resources, row)
        except (ErasureFileError, OSError, StorageUnavailable) as error:
            log.error("a client's record is not erased yet", cause=type(error).__name__)  # noqa: TRY400 (it says all)


async def _go_on(resources: Resources, row: Any) -> None:
    workspace_id, client_id = row["workspace_id"], row["id"]
    if row["is_due"]:
        async with resources.acting_in(workspace_id) as db:
            if not await service.close(db, client_id, row["erasure_due_at"]):
                return
    await _seal_apart(resources, workspace_id, client_id)
    if row["is_due"] or row["erased_at"] is not None:
        await _let_go(resources, workspace_id, client_id)
        await _destroy(resources, workspace_id, client_id)


async def _seal_apart(resources: Resources, workspace_id: UUID, client_id: UUID) -> None:
    """One key seals the client's rows, and nothing else; passes go on until one finds nothing."""
    numbers = (await resources.run(NUMBERS, workspace=workspace_id, client=client_id))[0]
    number = numbers["own"]
    if number == 0 or number != numbers["newest"]:
        number = await _new_key(resources, workspace_id, numbers["newest"] + 1, client_id)
    resources.keys.forget(workspace_id)
    cipher = await resources.keys.open(workspace_id)
    found = True
    while found:
        found = False
        async for batch in reseal(
            resources.engine, cipher, workspace_id, number, numbers["all_own"], client_id
        ):
            found = found or batch.resealed > 0
    await resources.run(SEALED_APART, workspace=workspace_id, client=client_id)


async def _new_key(resources: Resources, workspace_id: UUID, number: int, client_id: UUID | None) -> int:
    key = await resources.keys.new_wrapped(workspace_id, number, client_id)
    made = {"wrapped": key.wrapped, "kek_id": key.kek_id, "erasure_id": key.erasure_id}
    values = {"workspace": workspace_id, "client": client_id, "id": new_id(), "number": number}
    await resources.run(MAKE_KEY, **values, **made)
    return number


async def _let_go(resources: Resources, workspace_id: UUID, client_id: UUID) -> None:
    """Seal anew what was moved to another record, after a day was set for this one and taken back.

    Nothing is sealed with an older key than it was, so the practice gets a new one for it.
    """
    numbers = (await resources.run(NUMBERS, workspace=workspace_id, client=client_id))[0]
    own, number = numbers["all_own"], numbers["common"]
    if not await is_away(resources.engine, workspace_id, own, client_id):
        return
    if number < max(own):
        number = await _new_key(resources, workspace_id, numbers["newest"] + 1, None)
    resources.keys.forget(workspace_id)
    cipher = await resources.keys.open(workspace_id)
    async for _ in reseal_away(resources.engine, cipher, workspace_id, number, own, client_id):
        pass


async def _destroy(resources: Resources, workspace_id: UUID, client_id: UUID) -> None:
    """Forget the secret first, which backups need too; then the files, and what is left of the key."""
    await asyncio.to_thread(resources.keys.erasure.forget, client_id)
    resources.keys.forget(workspace_id)
    async with resources.acting_in(workspace_id) as db:
        notes = await service.notes_of(db, client_id)
    for note in notes:
        await resources.storage.remove_below(f"{workspace_id}/{note}/")
    await resources.run(DESTROYED, workspace=workspace_id, client=client_id)


SWEEPS = (Sweep("erase_due", erase_due, every_seconds=60),)
