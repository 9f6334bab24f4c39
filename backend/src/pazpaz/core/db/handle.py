"""The handle: the only way to the data, bound to one workspace and one actor."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pazpaz.core.base.errors import NotFound, Problem, StaleVersion
from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.key_providers import KeyRefusedError
from pazpaz.core.crypto.phi import UnknownNumberError, WorkspaceCipher
from pazpaz.core.db import audit, statements
from pazpaz.core.db.actor import Actor, somebody
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.engine import Engine, Record, Transaction
from pazpaz.core.db.entity import Entity, Listing, Query, RowCodec
from pazpaz.core.db.keys import KeyRing
from pazpaz.core.db.opened import Opened, SearchIndex
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.core.db.statements import ENTER, Statement
from pazpaz.core.queue.jobs import Job, Queue

R = TypeVar("R")
E = TypeVar("E")

_VERIFY = Statement.of(f"SELECT {ENTER}")
_TRY_LOCK = Statement.of(f"SELECT pg_try_advisory_xact_lock(%(number)s::bigint) AS held WHERE {ENTER}")
_LOCK = Statement.of(f"SELECT pg_advisory_xact_lock(%(number)s::bigint) IS NOT NULL AS held WHERE {ENTER}")
_REPLAYED = "idempotency_key.read"  # any creating route may answer again what it answered before
_EVENT = Statement.of(audit.insert("%(id)s::uuid", f"WHERE {ENTER}"))


class Db:
    """Verbs on the actor's workspace. Each narrows, seals or opens, and records its audit event."""

    __slots__ = ("_base", "_context", "_declared", "_keys", "_queue", "_recorded", "actor", "transaction")

    def __init__(
        self,
        engine: Engine,
        keys: KeyRing,
        queue: Queue,
        actor: Actor,
        context: RequestContext,
        *,
        transactional: bool,
        declared: tuple[str, ...] | None = None,
        while_locked: bool = False,
    ) -> None:
        """Take `transactional` as Transaction does; `declared` and `while_locked` are the route's."""
        self._declared = declared
        self._recorded = False
        self.actor = actor
        self.transaction = Transaction(engine, transactional=transactional)
        self._keys = keys
        self._queue = queue
        self._context = context
        self._base: dict[str, object] = {
            "workspace": actor.workspace_id,
            "user": actor.user_id,
            "credential": actor.credential_id,
            "role": actor.role,
            "while_locked": while_locked,
        }

    @property
    def user_id(self) -> UUID:
        """Who acts; a job, which is nobody's, does not ask."""
        return somebody(self.actor.user_id)

    @property
    def credential_id(self) -> UUID:
        """The sign-in or token by which they act."""
        return somebody(self.actor.credential_id)

    async def get(
        self,
        entity: Entity[R],
        row_id: UUID,
        *,
        where: Mapping[str, object] | None = None,
        action: str = "read",
        recorded: bool = True,
        lock: bool = False,
    ) -> R:
        """One row by id, or NotFound. `recorded=False` is for rules that look but do not show."""
        codec, where = entity.codec, where or {}
        statement = statements.get(
            entity.table, codec.columns, statements.shape(where), recorded=recorded, lock=lock
        )
        values = {"id": row_id, **statements.compared(where)}
        cipher = await self._cipher() if codec.has_sealed else None
        records = await self._run(statement, values, action if recorded else None, entity, writes=False)
        if not records:
            raise NotFound
        return (await self._decoded(codec, records, cipher))[0]

    async def create(
        self,
        entity: Entity[R],
        values: Mapping[str, object],
        row_id: UUID | None = None,
        *,
        recorded: bool = True,
    ) -> R:
        """Return a new row; a broken constraint raises the Problem that stands for it."""
        row_id = row_id or new_id()
        cipher = await self._cipher() if entity.has_sealed else None
        statement = statements.insert(entity.table, entity.codec.columns, tuple(values), recorded=recorded)
        stored = entity.sealed_values(values, row_id, cipher)
        action = "create" if recorded else None
        records = await self._run(statement, {"id": row_id, **stored}, action, entity)
        return (await self._decoded(entity.codec, records, cipher))[0]

    async def change(
        self,
        entity: Entity[R],
        row_id: UUID,
        changes: Mapping[str, object],
        *,
        version: int | None = None,
        where: Mapping[str, object] | None = None,
        otherwise: Callable[[R], Problem] | None = None,
        action: str = "update",
        recorded: bool = True,
    ) -> R:
        """Change the row if it is as `where` and `version` say, in one statement.

        If not: NotFound, StaleVersion, or what `otherwise` makes of the row as it is.
        """
        changed = await self._changed(
            entity, row_id, changes, version, where or {}, action if recorded else None
        )
        if changed is not None:
            return changed
        row = await self.get(entity, row_id, recorded=False)
        if version is not None and getattr(row, "version", version) != version:
            raise StaleVersion
        raise otherwise(row) if otherwise else NotFound

    async def change_if(
        self,
        entity: Entity[R],
        row_id: UUID,
        changes: Mapping[str, object],
        *,
        version: int | None = None,
        where: Mapping[str, object],
        action: str = "update",
    ) -> R | None:
        """Change the row if it is as `where` and `version` say; if not, None.

        Nothing was written then, so that what follows is one transaction, also where the route's policy
        is one statement: one statement in the common case, a transaction otherwise.
        """
        changed = await self._changed(entity, row_id, changes, version, where, action)
        if changed is None:
            self.transaction.join()
        return changed

    async def change_all(
        self, entity: Entity[Any], ids: Sequence[UUID], changes: Mapping[str, object]
    ) -> None:
        """Update rows that the caller holds, all alike, in one statement; each is an event."""
        statement = statements.update_all(entity.table, tuple(changes))
        values = {"ids": ids, "event_ids": [new_id() for _ in ids], **_prefixed("c_", changes)}
        await self._run(statement, values, "update", entity)

    async def _changed(
        self,
        entity: Entity[R],
        row_id: UUID,
        changes: Mapping[str, object],
        version: int | None,
        where: Mapping[str, object],
        action: str | None,
    ) -> R | None:
        cipher = await self._cipher() if entity.has_sealed else None
        statement = statements.update(
            entity.table,
            entity.codec.columns,
            tuple(changes),
            statements.shape(where),
            versioned=version is not None,
            recorded=action is not None,
        )
        stored = entity.sealed_values(changes, row_id, cipher)
        values = {"id": row_id, "version": version, **stored, **statements.compared(where)}
        records = await self._run(statement, values, action, entity)
        return (await self._decoded(entity.codec, records, cipher))[0] if records else None

    async def page(
        self,
        listing: Listing[R],
        filters: Mapping[str, object],
        paging: Paging,
        *,
        about: UUID | None = None,
    ) -> Page[R]:
        """One page of a list with its total; filters whose value is None are left out.

        The list is one event; `about` is the row it was asked about, such as the client whose notes
        it shows.
        """
        given = {name: value for name, value in filters.items() if value is not None}
        statement = listing.statement(frozenset(given), after=paging.cursor is not None)
        after = paging.cursor.values(listing.order) if paging.cursor else {}
        values = {"limit": paging.limit + 1, "about": about, **given, **_prefixed("after_", after)}
        cipher = await self._cipher() if listing.codec.has_sealed else None
        records = await self._run(statement, values, "list", listing.entity, writes=False)
        id_at = listing.order_fields[-1]
        present = [record for record in records if record[id_at] is not None]
        rows = await self._decoded(listing.codec, present, cipher)
        return Page.of(rows, records[0]["total"], paging.limit, listing.order_fields)

    async def read(self, query: Query[R], **values: object) -> list[R]:
        """All rows of a named SELECT."""
        cipher = await self._cipher() if query.codec.has_sealed else None
        values = {"about": None, **values}
        records = await self._run(query.statement, values, query.action, query.entity, writes=False)
        return await self._decoded(query.codec, records, cipher)

    @contextlib.asynccontextmanager
    async def searching(self, index: SearchIndex[R, E]) -> AsyncIterator[Opened[E]]:
        """Yield the workspace's opened index, as new as the last commit; one search of a workspace at a time.

        Nothing is recorded: whoever shows what was found reads it.
        """
        await self._cipher()
        opened = self._keys.opened.of(self.actor.workspace_id, index)
        async with opened.lock:
            await opened.refresh(index, self.read)
            self._keys.opened.bound()
            yield opened

    async def reorder(
        self,
        entity: Entity[Any],
        ids: Sequence[UUID],
        *,
        column: str,
        where: Mapping[str, object],
        noun: Entity[Any] | None = None,
        about: UUID | None = None,
    ) -> None:
        """Give rows the numbers 0, 1, ... in `column` by their place among `ids`; ids without a row leave theirs free.

        The caller holds what the rows belong to. `noun` and `about` say what was reordered, for the event.
        """
        statement = statements.reorder(
            entity.table, column, statements.shape(where), recorded=noun is not None
        )
        values = {"ids": ids, "about": about, **statements.compared(where)}
        await self._run(statement, values, "reorder" if noun else None, noun or entity)

    async def advisory_lock(self, row_id: UUID, *, wait: bool) -> bool:
        """Keep others who hold this id away until the commit; without `wait`, False when one is at work."""
        # The last bytes: the first ones of a UUIDv7 are its time.
        values = {**self._base, "number": int.from_bytes(row_id.bytes[8:], "big", signed=True)}
        statement = _LOCK if wait else _TRY_LOCK
        records = await self.transaction.fetch(statement.sql, statement.arguments(values))
        return bool(records[0]["held"])

    def on_rollback(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this when the transaction surely left nothing, such as taking back what it stored elsewhere."""
        self.transaction.on_rollback(work)

    async def release(self) -> None:
        """Hold no connection and no lock while slow work goes on between looking and writing."""
        await self.transaction.release()

    async def see_one_moment(self) -> None:
        """See, from here on, what was there at one moment, however many statements it takes to read it."""
        await self.transaction.freeze()

    async def fingerprints(self, plain: bytes) -> list[UUID]:
        """Ids of health data that nobody can derive without the workspace's keys, the newest key's first."""
        return (await self._cipher()).fingerprints(plain)

    async def check_recorded(self) -> None:
        """Before the commit: PostgreSQL has confirmed the actor, and the route recorded what it declares."""
        if self.transaction.statements == 0:
            await self._verify()
        if self._declared and not self._recorded:
            raise RuntimeError(f"nothing was recorded of {sorted(self._declared)}")

    async def _verify(self) -> None:
        await self.transaction.fetch(_VERIFY.sql, _VERIFY.arguments(self._base))

    async def deny(self, row_id: UUID | None) -> None:
        """Record that the actor was refused; durable when this returns, so nothing has been written before it."""
        self._recorded = True
        noun = (self._declared or ("request",))[0].partition(".")[0]
        event = audit.parameters(self._context, "denied", noun)
        values = {**self._base, **event, "id": row_id}
        await self.transaction.fetch(_EVENT.sql, _EVENT.arguments(values), writes=True)
        await self.transaction.commit()

    def enqueue(self, job: Job, row_id: UUID) -> None:
        """Send a job once this transaction is durable."""
        self.transaction.after_commit(lambda: self._queue.send(job, row_id))

    async def _run(
        self,
        statement: Statement,
        values: Mapping[str, object],
        action: str | None,
        entity: Entity[R],
        *,
        writes: bool = True,
    ) -> list[Record]:
        everything = {**self._base, **values}
        if action is not None:
            self._check_declared(f"{entity.name}.{action}")
            everything.update(audit.parameters(self._context, action, entity.name))
        arguments = statement.arguments(everything)
        return await self.transaction.fetch(statement.sql, arguments, writes=writes)

    def _check_declared(self, event: str) -> None:
        self._recorded = True
        if self._declared is not None and event not in self._declared and event != _REPLAYED:
            raise RuntimeError(f"the route does not declare the audit event {event}")

    async def _cipher(self) -> WorkspaceCipher:
        workspace_id = self.actor.workspace_id
        if (held := self._keys.held(workspace_id)) is not None:
            return held
        try:
            return await self._keys.open(workspace_id)
        except KeyRefusedError:
            await self._verify()  # whoever is no member any more is told that, and not of keys
            raise

    async def _decoded(
        self, codec: RowCodec[R], records: Sequence[Record], cipher: WorkspaceCipher | None
    ) -> list[R]:
        """Return the rows; a data key that was made elsewhere since these were opened is read, once."""
        try:
            return await codec.decode_all(records, cipher)
        except UnknownNumberError:
            cipher = await self._keys.open_again(self.actor.workspace_id)
            return await codec.decode_all(records, cipher)


def _prefixed(prefix: str, values: Mapping[str, object]) -> dict[str, object]:
    return {f"{prefix}{name}": value for name, value in values.items()}
