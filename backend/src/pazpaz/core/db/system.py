"""The one handle without a workspace, for sign-in, schedulers and the command line.

It runs as a database role of its own, which may touch accounts, keys and the audit log, and holds no
right on any table with health data.
"""

from uuid import UUID

from pazpaz.core.db.engine import Engine, Record, Transaction
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.queue.jobs import Job, Queue


class System:
    """Named statements as the system role, in one transaction."""

    __slots__ = ("_queue", "_transactional", "transaction")

    def __init__(self, engine: Engine, queue: Queue, *, transactional: bool = True) -> None:
        """`engine` is connected as the system role."""
        self.transaction = Transaction(engine, transactional=transactional)
        self._queue = queue
        self._transactional = transactional

    async def run(self, statement: SystemStatement, **values: object) -> list[Record]:
        """Run a named statement; without `transactional` each one commits by itself."""
        return await self.transaction.fetch(
            statement.sql, statement.arguments(values), writes=self._transactional
        )

    def enqueue(self, job: Job, row_id: UUID) -> None:
        """Send a job once this transaction is durable."""
        self.transaction.after_commit(lambda: self._queue.send(job, row_id))
