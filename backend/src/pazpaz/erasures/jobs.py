"""Erasing what is due: a key of its own for the record first, so that destroying that destroys the record."""

import asyncio
from typing import Any
from uuid import UUID

import structlog

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.erasure import ErasureFileError
from pazpaz.core.db.resealing import reseal
from pazpaz.core.files.storage import StorageUnavailable
from pazpaz.core.process.resources import Resources
from pazpaz.core.work.handlers import Sweep
from pazpaz.erasures import queries, service

log = structlog.get_logger(__name__)


async def erase_due(resources: Resources) -> None:
    """Seal apart what is to be erased; end what is due; go on with what was left half done."""
    for row in await resources.run(queries.PENDING):
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
        await _destroy(resources, workspace_id, client_id)


async def _seal_apart(resources: Resources, workspace_id: UUID, client_id: UUID) -> None:
    """One key seals the client's rows, and nothing else; passes go on until one finds nothing."""
    numbers = (await resources.run(queries.NUMBERS, workspace=workspace_id, client=client_id))[0]
    number = numbers["own"]
    if number == 0 or number != numbers["newest"]:
        number = numbers["newest"] + 1
        key = await resources.keys.new_wrapped(workspace_id, number, client_id)
        made = {"wrapped": key.wrapped, "kek_id": key.kek_id, "erasure_id": key.erasure_id}
        values = {"workspace": workspace_id, "client": client_id, "id": new_id(), "number": number}
        await resources.run(queries.MAKE_KEY, **values, **made)
    resources.keys.forget(workspace_id)
    cipher = await resources.keys.open(workspace_id)
    found = True
    while found:
        found = False
        async for batch in reseal(
            resources.engine, cipher, workspace_id, number, numbers["all_own"], client_id
        ):
            found = found or batch.resealed > 0
    await resources.run(queries.SEALED_APART, workspace=workspace_id, client=client_id)


async def _destroy(resources: Resources, workspace_id: UUID, client_id: UUID) -> None:
    """Forget the secret first, which backups need too; then the files, and what is left of the key."""
    await asyncio.to_thread(resources.keys.erasure.forget, client_id)
    resources.keys.forget(workspace_id)
    async with resources.acting_in(workspace_id) as db:
        notes = await service.notes_of(db, client_id)
    for note in notes:
        await resources.storage.remove_below(f"{workspace_id}/{note}/")
    await resources.run(queries.DESTROYED, workspace=workspace_id, client=client_id)


SWEEPS = (Sweep("erase_due", erase_due, every_seconds=60),)
