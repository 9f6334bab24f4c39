"""An audit log of its own, its checkpoints and their copies, and an owner who tampers with it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pazpaz.checkpoints import copies, ledger, service, verifying
from pazpaz.checkpoints.checkpoint import Checkpoint
from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.files.storage import Storage

ACTIONS = ("session.read", "session.update", "client.list", "client.read", "attachment.download")
_INSERT = """
    INSERT INTO audit_events (workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix)
    SELECT workspace_id, id, user_id, action, split_part(action, '.', 1), entity_id, request_id, '192.0.2.0/24'
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[])
        AS e (workspace_id, id, user_id, action, entity_id, request_id)
"""


@dataclass
class Log:
    """Events in two workspaces."""

    settings: Settings
    connection: Any  # as the system role
    referee: Any  # as the superuser
    storage: Storage
    workspaces: tuple[UUID, UUID] = field(default_factory=lambda: (new_id(), new_id()))

    async def fill(self, count: int) -> list[UUID]:
        """Write events, one statement each but for the last ones."""
        ids = [new_id() for _ in range(count)]
        chance = random.Random(count)
        for some in ([one] for one in ids[: count // 2]):
            await self._write(some, chance)
        await self._write(ids[count // 2 :], chance)
        return ids

    async def _write(self, ids: Sequence[UUID], chance: random.Random) -> None:
        columns = (
            [chance.choice(self.workspaces) for _ in ids], list(ids),
            [new_id() if number % 5 else None for number in range(len(ids))],
            [chance.choice(ACTIONS) for _ in ids], [new_id() for _ in ids], [new_id() for _ in ids],
        )  # fmt: skip
        await self.referee.execute(_INSERT, *columns)

    async def checkpoint(self, **options: Any) -> tuple[Checkpoint, ...]:
        """Checkpoint, and copy."""
        key = service.signing_key(self.settings)
        made = await service.checkpoint(self.connection, key, seconds=2, wait=True, **options)
        assert made.is_complete
        await copies.bring(self.connection, self.storage)
        return made.checkpoints

    async def verify(self, **options: Any) -> verifying.Verified:
        """BrokenLogError when something is wrong."""
        keys = service.trusted_keys(options.pop("settings", self.settings))
        every_copy = options.pop("every_copy", False)
        return await verifying.verify(
            self.connection, self.storage, keys, every_copy=every_copy, progress=lambda _done, _total: None
        )

    async def tamper(self, *statements: str, table: str = "audit_events") -> None:
        """As the owner of the tables can: with the triggers switched off."""
        await self.referee.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            assert await self.referee.execute(statement) != "UPDATE 0", statement
        await self.referee.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    async def ids(self) -> list[UUID]:
        """Of all events in their order."""
        rows = await self.referee.fetch("SELECT id FROM audit_events ORDER BY position, workspace_id, id")
        return [row["id"] for row in rows]

    async def drop_checkpoints(self, after: int) -> None:
        """Cut the checkpoints behind this number off."""
        await self.tamper(f"DELETE FROM audit_checkpoints WHERE number > {after}", table="audit_checkpoints")


async def open_log(settings: Settings, referee: Any, connection: ledger.Connection, storage: Storage) -> Log:
    """Without copies of an earlier test."""
    log = Log(settings, connection, referee, storage)
    await log.storage._prepared()
    await log.storage.remove_below(copies.PREFIX)
    return log
