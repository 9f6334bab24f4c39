"""What a process holds for its lifetime: connections, keys, queue, mailer."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.base.turns import Threads, Turns
from pazpaz.core.crypto.key_settings import keys_of
from pazpaz.core.db.actor import SYSTEM_ROLE, Actor
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.engine import Engine, Record
from pazpaz.core.db.handle import Db
from pazpaz.core.db.keys import KEYS_OF, KeyRing
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.db.system import System
from pazpaz.core.files.spool import Spool
from pazpaz.core.files.storage import Storage
from pazpaz.core.mail.messages import Mailer
from pazpaz.core.process import longlists
from pazpaz.core.process.ratelimit import Limit, Limiter, Quota
from pazpaz.core.queue.jobs import Queue
from pazpaz.sanitizing.clamd import Clamd
from pazpaz.sanitizing.sanitizer import Sanitizer


class Authenticate(Protocol):
    """Finds whose a hashed token is; `is_used`: by somebody, which keeps a sign-in from locking."""

    async def __call__(
        self, resources: "Resources", token_hash: bytes, *, is_used: bool = True
    ) -> Actor | None:
        """Return the actor, or None."""


class ActingIn(Protocol):
    """`Resources.acting_in`, for who holds nothing else of the process."""

    def __call__(
        self, workspace_id: UUID, context: RequestContext | None = None
    ) -> AbstractAsyncContextManager[Db]:
        """Act as a job in a workspace."""


@dataclass(frozen=True)
class Resources:
    """One process's resources; opened once, passed on, never global."""

    settings: Settings
    engine: Engine
    system_engine: Engine
    keys: KeyRing
    queue: Queue
    mailer: Mailer = field(init=False)
    storage: Storage = field(init=False)
    spool: Spool = field(init=False)
    sanitizer: Sanitizer = field(init=False)
    printing: Turns = field(init=False)
    limiter: Limiter = field(init=False)
    quotas: dict[Limit, Quota] = field(init=False)
    threads: Threads = field(init=False)
    bodies: Turns = field(init=False)  # bytes of large request bodies
    lists: Turns = field(init=False)  # texts of long lists

    def __post_init__(self) -> None:
        """Make what follows from the settings and the connections."""
        settings = self.settings
        object.__setattr__(self, "mailer", Mailer(settings))
        object.__setattr__(self, "storage", Storage(settings))
        object.__setattr__(self, "spool", Spool(settings.spool_dir, settings.max_file_size))
        clamd = Clamd.of(settings.clamd_url) if settings.clamd_url else None
        # Of each kind of child two at once, of which a practice has one: more would take the cores from the
        # event loop, and whoever comes second finds a place however much the first one sends.
        sanitizing = Turns(2, per_owner=1)
        object.__setattr__(self, "sanitizer", Sanitizer(self.spool.folder, sanitizing, clamd=clamd))
        object.__setattr__(self, "printing", Turns(2, per_owner=1, wait_seconds=40.0))
        object.__setattr__(self, "limiter", Limiter(self.queue.redis))
        quotas = {
            Limit.READ: Quota("read", settings.rate_limit_reads_per_minute, open=True),
            Limit.WRITE: Quota("write", settings.rate_limit_writes_per_minute, open=True),
            Limit.PUBLIC: Quota("public", settings.rate_limit_public_per_minute, open=False),
            Limit.OWN: Quota("own", settings.rate_limit_own_per_minute, open=True),
        }
        object.__setattr__(self, "quotas", quotas)
        # Two, of which a practice has one: Python code in more would only take turns with the event loop.
        object.__setattr__(self, "threads", Threads(2, per_owner=1))
        object.__setattr__(self, "bodies", Turns(80_000_000, per_owner=20_000_000))
        object.__setattr__(self, "lists", longlists.turns())

    def system(self, *, transactional: bool = True) -> System:
        """Return a fresh handle without a workspace."""
        return System(self.system_engine, self.queue, transactional=transactional)

    async def run(self, statement: SystemStatement, **values: object) -> list[Record]:
        """Run one statement as the system role; it commits by itself."""
        return await self.system(transactional=False).run(statement, **values)

    @asynccontextmanager
    async def as_system(self) -> AsyncIterator[System]:
        """Yield a handle without a workspace, committed at the block's end, rolled back when it raises."""
        system = self.system()
        async with system.transaction.committing():
            yield system

    @asynccontextmanager
    async def acting_as(self, actor: Actor, context: RequestContext) -> AsyncIterator[Db]:
        """Yield a handle outside of a request, committed at the block's end, rolled back when it raises."""
        db = Db(self.engine, self.keys, self.queue, actor, context, transactional=True)
        async with db.transaction.committing():
            yield db

    def acting_in(
        self, workspace_id: UUID, context: RequestContext | None = None
    ) -> AbstractAsyncContextManager[Db]:
        """Return a job's handle in a workspace; its events name no user."""
        actor = Actor(workspace_id, None, None, SYSTEM_ROLE)  # admitted by no route
        return self.acting_as(actor, context or RequestContext(new_id()))


@asynccontextmanager
async def opened(settings: Settings, *, name: str) -> AsyncIterator[Resources]:
    """Connect to everything, and close it in the end."""
    providers, erasure = keys_of(settings)
    engine = await Engine.open(
        settings.database_url.get_secret_value(), size=settings.database_pool_size, name=name
    )
    system = await Engine.open(settings.database_system_url.get_secret_value(), size=2, name=f"{name}-system")
    queue = Queue(settings.arq_redis_url.get_secret_value())

    async def look(workspace_id: UUID) -> list[Record]:
        return await System(system, queue, transactional=False).run(KEYS_OF, workspace=workspace_id)

    keys = KeyRing(providers, erasure, look)
    resources = Resources(settings, engine, system, keys, queue)
    try:
        yield resources
    finally:
        resources.threads.close()
        await resources.storage.close()
        await providers.close()
        await queue.close()
        await system.close()
        await engine.close()
