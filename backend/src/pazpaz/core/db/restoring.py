"""Archiving is a two-way street: what was archived comes back as it was."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from pazpaz.core.base.errors import StaleVersion
from pazpaz.core.db.entity import After, Entity
from pazpaz.core.db.handle import Db

R = TypeVar("R")
_EVER = datetime(1, 1, 1, tzinfo=UTC)


async def restore(
    db: Db, entity: Entity[R], row_id: UUID, version: int | None, *, where: Mapping[str, object] | None = None
) -> R:
    """Take a row out of the archive, in one statement; one that is not in it is read, so that a retry is harmless."""
    restored = await db.change_if(
        entity,
        row_id,
        {"archived_at": None},
        version=version,
        where={"archived_at": After(_EVER), **(where or {})},
        action="restore",
    )
    if restored is not None:
        return restored
    row = await db.get(entity, row_id)
    if version not in (None, getattr(row, "version", None)):
        raise StaleVersion
    return row
