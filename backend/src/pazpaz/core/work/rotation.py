"""Rotating keys: data keys wrapped anew by what wraps now, and new data keys for the workspaces.

Both go on where they were stopped, run beside requests, and may be run twice at once.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.key_providers import KeyRefusedError
from pazpaz.core.crypto.phi import WorkspaceCipher
from pazpaz.core.db.keys import AWAY_SECONDS, NEW_SECONDS, WrappedKey
from pazpaz.core.db.resealing import reseal
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.process.resources import Resources

BATCH = 500
AT_ONCE = 16  # of a provider over the network
# By then no process seals with an older key any more, also if the provider was away.
SETTLED_SECONDS = NEW_SECONDS + AWAY_SECONDS + 10

_EVENT = """
    INSERT INTO audit_events (workspace_id, id, action, entity_type, entity_id, request_id)
    SELECT workspace_id, app.new_id(), 'workspace_key.{}', 'workspace_key', id, %(request_id)s::uuid FROM hit
"""
_OTHER = "(kek_id <> %(kek_id)s::text OR erasure_id IS NULL) AND wrapped <> ''"
COUNT_OTHER = SystemStatement.of(f"SELECT count(*) AS count FROM workspace_keys WHERE {_OTHER}")
OTHERS = SystemStatement.of(f"""
    SELECT workspace_id, id, number, wrapped, kek_id, erasure_id FROM workspace_keys
    WHERE {_OTHER} AND (workspace_id, id) > (%(workspace)s::uuid, %(id)s::uuid)
    ORDER BY workspace_id, id LIMIT {BATCH}
""")
REWRAP = SystemStatement.of(f"""
    WITH hit AS (
        UPDATE workspace_keys AS k SET wrapped = n.wrapped, kek_id = n.kek_id, erasure_id = n.erasure_id
        FROM unnest(%(workspaces)s::uuid[], %(ids)s::uuid[], %(old)s::bytea[], %(new)s::bytea[],
                    %(kek_ids)s::text[], %(erasure_ids)s::text[])
            AS n (workspace_id, id, old, wrapped, kek_id, erasure_id)
        WHERE k.workspace_id = n.workspace_id AND k.id = n.id AND k.wrapped = n.old
        RETURNING k.workspace_id, k.id
    ), event AS ({_EVENT.format("rewrap")})
    SELECT count(*) AS count FROM hit
""")

_ONE = "(%(workspace)s::uuid IS NULL OR workspace_id = %(workspace)s::uuid)"
_NEWEST = f"""
    SELECT DISTINCT ON (workspace_id) workspace_id, id, number, created_at, resealed_at
    FROM workspace_keys WHERE {_ONE} AND client_id IS NULL ORDER BY workspace_id, number DESC
"""
# A rotation that was stopped began with the first key that is not finished; what is newer belongs to it.
BEGAN = SystemStatement.of(f"""
    SELECT coalesce(min(created_at), now()) AS began FROM ({_NEWEST}) AS newest
    WHERE number > 1 AND resealed_at IS NULL
""")
WITHOUT_NEW = SystemStatement.of(f"""
    SELECT newest.workspace_id, (SELECT max(k.number) + 1 FROM workspace_keys AS k
        WHERE k.workspace_id = newest.workspace_id) AS number FROM ({_NEWEST}) AS newest
    JOIN workspaces AS w ON w.workspace_id = newest.workspace_id AND w.closed_at IS NULL
    WHERE newest.created_at < %(began)s::timestamptz AND newest.workspace_id > %(after)s::uuid
    ORDER BY newest.workspace_id LIMIT {BATCH}
""")
INSERT_KEYS = SystemStatement.of(f"""
    WITH hit AS (
        INSERT INTO workspace_keys (workspace_id, id, number, wrapped, kek_id, erasure_id)
        SELECT n.* FROM unnest(%(workspaces)s::uuid[], %(ids)s::uuid[], %(numbers)s::integer[], %(new)s::bytea[],
                               %(kek_ids)s::text[], %(erasure_ids)s::text[])
            AS n (workspace_id, id, number, wrapped, kek_id, erasure_id)
        JOIN workspaces AS w ON w.workspace_id = n.workspace_id AND w.closed_at IS NULL
        ON CONFLICT ON CONSTRAINT uq_workspace_keys_number DO NOTHING
        RETURNING workspace_id, id
    ), event AS ({_EVENT.format("create")})
    SELECT count(*) AS count FROM hit
""")
UNFINISHED = SystemStatement.of(f"""
    SELECT workspace_id, number, extract(epoch FROM now() - created_at)::float AS age
    FROM ({_NEWEST}) AS newest WHERE number > 1 AND resealed_at IS NULL ORDER BY workspace_id
""")
FINISHED = SystemStatement.of(f"""
    WITH hit AS (
        UPDATE workspace_keys SET resealed_at = now()
        WHERE workspace_id = %(workspace)s::uuid AND number = %(number)s::integer AND resealed_at IS NULL
        RETURNING workspace_id, id
    ), event AS ({_EVENT.format("reseal")})
    SELECT count(*) AS count FROM hit
""")
WRAPPINGS = SystemStatement.of("""
    SELECT kek_id, erasure_id, count(*) AS keys, count(DISTINCT workspace_id) AS workspaces
    FROM workspace_keys GROUP BY kek_id, erasure_id ORDER BY kek_id, erasure_id
""")
NUMBERS = SystemStatement.of("""
    SELECT number, count(*) AS workspaces,
           count(*) FILTER (WHERE number > 1 AND resealed_at IS NULL) AS unfinished
    FROM (SELECT DISTINCT ON (workspace_id) workspace_id, number, resealed_at FROM workspace_keys
          WHERE client_id IS NULL ORDER BY workspace_id, number DESC) AS newest
    GROUP BY number ORDER BY number
""")


# Of records that are to be erased, or were.
APART = SystemStatement.of("""
    SELECT k.number FROM workspace_keys AS k JOIN clients AS c ON c.workspace_id = k.workspace_id AND c.id = k.client_id
    WHERE k.workspace_id = %(workspace)s::uuid AND c.erasure_due_at IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did: keys or rows that are done, and those that could not be, with the cause of the last."""

    done: int
    failed: int = 0
    cause: str = ""


async def rewrap(resources: Resources) -> AsyncIterator[Step]:
    """Wrap every data key with what wraps now. Requests go on: each key opens before and after."""
    kek_id = await resources.keys.providers.current()
    after = {"workspace": UUID(int=0), "id": UUID(int=0)}
    while rows := await resources.run(OTHERS, kek_id=kek_id, **after):
        yield await _rewrap_batch(resources, rows)
        after = {"workspace": rows[-1]["workspace_id"], "id": rows[-1]["id"]}


async def _rewrap_batch(resources: Resources, rows: Sequence[Any]) -> Step:
    gate, causes = asyncio.Semaphore(AT_ONCE), list[str]()

    async def one(row: Any) -> WrappedKey | None:
        key = WrappedKey(row["wrapped"], row["kek_id"], row["erasure_id"])
        try:
            async with gate:
                return await resources.keys.rewrapped(row["workspace_id"], row["number"], key)
        except KeyRefusedError as error:
            causes.append(error.cause)
            return None

    made = await asyncio.gather(*(one(row) for row in rows))
    new = [(row, key) for row, key in zip(rows, made, strict=True) if key is not None]
    await resources.run(
        REWRAP,
        old=[row["wrapped"] for row, _ in new],
        ids=[row["id"] for row, _ in new],
        request_id=new_id(),
        **_columns([row["workspace_id"] for row, _ in new], [key for _, key in new]),
    )
    return Step(len(new), len(causes), causes[-1] if causes else "")


def _columns(workspaces: list[UUID], keys: list[WrappedKey]) -> dict[str, object]:
    return {
        "workspaces": workspaces,
        "new": [key.wrapped for key in keys],
        "kek_ids": [key.kek_id for key in keys],
        "erasure_ids": [key.erasure_id for key in keys],
    }


async def renew(resources: Resources, workspace_id: UUID | None = None) -> AsyncIterator[Step]:
    """Yield a new data key for every workspace, or one of them, that a stopped rotation has not given one already."""
    began: datetime = (await resources.run(BEGAN, workspace=workspace_id))[0]["began"]
    after = UUID(int=0)
    while rows := await resources.run(WITHOUT_NEW, workspace=workspace_id, began=began, after=after):
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: Any, gate: asyncio.Semaphore = gate) -> WrappedKey:
            async with gate:
                return await resources.keys.new_wrapped(row["workspace_id"], row["number"])

        keys = await asyncio.gather(*(one(row) for row in rows))
        made = await resources.run(
            INSERT_KEYS,
            ids=[new_id() for _ in rows],
            numbers=[row["number"] for row in rows],
            request_id=new_id(),
            **_columns([row["workspace_id"] for row in rows], keys),
        )
        yield Step(made[0]["count"])
        after = rows[-1]["workspace_id"]


async def unfinished(resources: Resources, workspace_id: UUID | None = None) -> list[Any]:
    """Return the workspaces whose newest key does not seal everything yet."""
    return await resources.run(UNFINISHED, workspace=workspace_id)


async def reseal_workspace(resources: Resources, workspace_id: UUID, number: int) -> AsyncIterator[Step]:
    """One pass over a workspace; it is finished when a pass found nothing after all others have settled."""
    try:
        cipher = await _all_keys(resources, workspace_id)
    except KeyRefusedError as error:
        yield Step(0, 1, error.cause)
        return
    apart = [row["number"] for row in await resources.run(APART, workspace=workspace_id)]
    async for batch in reseal(resources.engine, cipher, workspace_id, number, apart):
        cause = "rows that do not open keep their key; the log names them" if batch.damaged else ""
        yield Step(batch.resealed, batch.damaged, cause)


async def _all_keys(resources: Resources, workspace_id: UUID) -> WorkspaceCipher:
    resources.keys.forget(workspace_id)  # what this process holds may be older than the new key
    return await resources.keys.open(workspace_id)


async def finish(resources: Resources, workspace_id: UUID, number: int) -> None:
    """Nothing of the workspace is sealed with an older key any more."""
    await resources.run(FINISHED, workspace=workspace_id, number=number, request_id=new_id())
