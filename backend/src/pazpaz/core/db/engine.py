"""PostgreSQL: the pool, its time limits, and one request's transaction on it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self

import asyncpg

from pazpaz.core.base.errors import Problem, Unavailable
from pazpaz.core.db.audit import LONGEST_SECONDS

ACQUIRE_SECONDS = 1.0
STATEMENT_SECONDS = 4.0  # then PostgreSQL ends it
COMMAND_SECONDS = 4.5  # then PostgreSQL is taken for gone
CONNECT_SECONDS = 3.0
CLOSE_SECONDS = 5.0
STALE_ACTOR = "PZ401"

Record = Any
Callback = Callable[[], Awaitable[None]]

_UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what the driver makes of a server that closed in between
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)


class StaleActorError(Exception):
    """The actor of this request is no longer valid: ended, expired, or of another role."""


class ContendedError(Exception):
    """Two transactions waited for each other and this one was rolled back; the next try will see the other's work."""


class DatabaseError(Exception):
    """PostgreSQL refused a statement for a reason no Problem stands for; it holds no values, only codes."""


def translated(error: Exception) -> Exception:
    """Return what an error of the driver means to the request; its own text may hold values, so none is kept."""
    match error:
        case asyncpg.IntegrityConstraintViolationError():
            problem = Problem.by_constraint.get(error.constraint_name or "")
            found: Exception = problem() if problem else DatabaseError(error.sqlstate, error.constraint_name)
        case asyncpg.DeadlockDetectedError() | asyncpg.SerializationError():
            found = ContendedError()
        case asyncpg.DataError():
            found = DatabaseError("a value the driver cannot send")
        case _ if isinstance(error, _UNAVAILABLE):
            found = Unavailable()
        case asyncpg.PostgresError(sqlstate=code):
            found = StaleActorError() if code == STALE_ACTOR else DatabaseError(code, type(error).__name__)
        case _:
            found = error
    return found


class Engine:
    """A pool of connections as one database role."""

    def __init__(self, pool: "asyncpg.Pool[Record]") -> None:
        """Use `Engine.open`."""
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str, *, size: int = 6, name: str = "pazpaz") -> Self:
        """Connect; nothing session-wide is ever set, so connections need no reset between uses."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=min(2, size),
            max_size=size,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            max_inactive_connection_lifetime=0,
            statement_cache_size=500,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,  # no limit: planning the timeline costs more than running it
            reset=_nothing_to_reset,
            server_settings={
                "application_name": name,
                "statement_timeout": f"{STATEMENT_SECONDS * 1000:.0f}",
                "lock_timeout": "2000",
                "idle_in_transaction_session_timeout": "10000",
                "timezone": "UTC",
            },
        )
        return cls(pool)

    async def close(self) -> None:
        """Finish what runs, for at most five seconds."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def acquire(self) -> Any:
        """Return a connection within a second, or Unavailable."""
        try:
            if self._pool.get_idle_size():  # the common case needs no timer
                return await self._pool.acquire()
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await self._pool.acquire()
        except Exception as error:  # noqa: BLE001 (translated for the request)
            raise translated(error) from None

    async def release(self, connection: Any) -> None:
        """Hand a connection back; one that broke has left the pool by itself."""
        with contextlib.suppress(asyncpg.InterfaceError):
            await self._pool.release(connection)


def discard(connection: Any) -> None:
    """Close a connection whose state is unknown, at once; the pool opens another.

    The driver would first wait for the end of what was given up: as long again when PostgreSQL hangs.
    """
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()


def _is_unsure(error: BaseException) -> bool:
    """Whether PostgreSQL may still be at the statement, or the driver lost its place."""
    return isinstance(error, TimeoutError | asyncio.CancelledError | asyncpg.InternalClientError)


async def _nothing_to_reset(_connection: object) -> None:
    """Every setting is local to its transaction; asyncpg itself rolls an open one back."""


class Transaction:
    """One request's or job's statements, and what follows their commit.

    `transactional`: BEGIN before the first statement, one commit for all. Otherwise each statement commits
    by itself, and at most one of them may write.
    """

    __slots__ = (
        "_after",
        "_began",
        "_connection",
        "_ended",
        "_engine",
        "_transactional",
        "_undone",
        "_wrote",
        "statements",
    )

    def __init__(self, engine: Engine, *, transactional: bool) -> None:
        """Nothing is sent before the first statement."""
        self._engine = engine
        self._transactional = transactional
        self._connection: Any = None
        self._began = 0.0
        self._wrote = False
        self._ended = False
        self._after: list[Callback] = []
        self._undone: list[Callback] = []
        self.statements = 0

    async def fetch(self, sql: str, arguments: list[object], *, writes: bool = False) -> list[Any]:
        """Run one statement; errors come as Problem, StaleActorError or DatabaseError."""
        self._admit(writes=writes)
        self.statements += 1
        alone = not self._transactional or self._ended
        connection = await self._engine.acquire() if alone else await self._begun()
        try:
            return await connection.fetch(sql, *arguments)  # type: ignore[no-any-return]
        except asyncio.CancelledError:
            discard(connection)
            raise
        except Exception as error:  # noqa: BLE001 (translated for the request)
            if _is_unsure(error):
                discard(connection)
            await self.rollback()
            raise translated(error) from None
        finally:
            if alone:
                await self._engine.release(connection)

    def _admit(self, *, writes: bool) -> None:
        if not writes:
            return
        if self._ended or (self._wrote and not self._transactional):
            raise RuntimeError("a write after the end of its transaction")
        self._wrote = True

    def join(self) -> None:
        """From here on the statements are one transaction; those before have committed, and wrote nothing."""
        self._transactional, self._wrote = True, False

    async def freeze(self) -> None:
        """Have all statements from here on, in one transaction, see what was there at the first of them."""
        self.join()
        await self.fetch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", [])

    async def _begun(self) -> Any:
        if self._connection is None:
            connection = await self._engine.acquire()
            self._began = time.monotonic()
            try:
                await connection.execute("BEGIN")
            except BaseException as error:  # noqa: BLE001 (translated for the request)
                if _is_unsure(error):
                    discard(connection)
                await self._engine.release(connection)
                raise translated(error) if isinstance(error, Exception) else error from None
            self._connection = connection
        return self._connection

    @contextlib.asynccontextmanager
    async def committing(self) -> AsyncIterator[None]:
        """Make what the block did durable at its end; undo it when the block raises."""
        try:
            yield
            await self.commit()
        except BaseException:
            await self.rollback()
            raise

    def after_commit(self, callback: Callback) -> None:
        """Call this once the transaction is durable, never when it is not."""
        self._after.append(callback)

    def on_rollback(self, callback: Callback) -> None:
        """Call this when a transaction of several statements surely left nothing; never once its COMMIT was sent."""
        self._undone.append(callback)

    async def commit(self) -> None:
        """Make everything durable, then run what waits for it."""
        if self._connection is not None and time.monotonic() - self._began > LONGEST_SECONDS:
            await self.rollback()
            raise Unavailable
        self._undone.clear()
        if self._connection is not None:
            try:
                await self._connection.execute("COMMIT")
            except Exception as error:  # noqa: BLE001 (translated for the request)
                if _is_unsure(error):
                    discard(self._connection)
                await self.rollback()
                raise translated(error) from None
            await self._let_go()
        self._ended = True
        for callback in self._after:
            await callback()
        self._after.clear()

    async def release(self) -> None:
        """Let the connection go for the time of slow work; what was looked at may change, nothing was written."""
        if self._wrote:
            raise RuntimeError("a transaction that has written is not let go")
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.execute("ROLLBACK")
            except Exception as error:  # noqa: BLE001 (translated for the request)
                discard(connection)
                raise translated(error) from None
            finally:
                await self._engine.release(connection)

    async def rollback(self) -> None:
        """Undo; reads may follow, each by itself, but no write."""
        self._ended = True
        self._after.clear()
        connection = self._connection
        if connection is not None:
            try:
                await connection.execute("ROLLBACK")
            except (Exception, asyncio.CancelledError):  # noqa: BLE001 (a broken connection has rolled back by dying)
                discard(connection)
            await self._let_go()
        undone, self._undone = self._undone, []
        for callback in undone:
            await callback()

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        await self._engine.release(connection)
