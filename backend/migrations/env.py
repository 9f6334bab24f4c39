"""Alembic's entry point: runs on the owner's connection that the caller hands over."""

import asyncio
import os

from alembic import context
from alembic.util.exc import CommandError
from sqlalchemy import Connection, pool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from migrations import online, writing
from pazpaz import features  # noqa: F401 (registers every table)
from pazpaz.core.db.tenancy import METADATA

_LOCKED = "55P03"
_TRIES = 120  # a lock is asked for briefly: whoever comes after waits behind it


def _refuse() -> None:
    message = "migrations only go up; a backup is the way back (decision 42)"
    raise CommandError(message)


def _hold_owner(connection: Connection) -> None:
    """Let row-level security hold for the owner where a migration that was killed had lifted it."""
    for table in online.held_no_more(connection):
        if not context.config.attributes.get("mends"):
            message = f"row-level security does not hold for the owner of {table}: run `pazpaz db upgrade`"
            raise CommandError(message)
        connection.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    connection.commit()


def _run(connection: Connection) -> None:
    _hold_owner(connection)
    for revision in context.script.walk_revisions():
        vars(revision.module)["downgrade"] = _refuse
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
        render_item=writing.typed,
        process_revision_directives=writing.scoped,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _connect() -> None:
    url = context.config.attributes.get("url") or os.environ["PAZPAZ_DATABASE_OWNER_URL"]
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        poolclass=pool.NullPool,
        connect_args={"server_settings": {"lock_timeout": "500"}},
    )
    for left in reversed(range(_TRIES)):
        try:
            async with engine.connect() as connection:
                await connection.run_sync(_run)
                await connection.commit()
            break
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCKED or not left:
                raise
        await asyncio.sleep(0.5)
    await engine.dispose()


connection = context.config.attributes.get("connection")
if connection is not None:
    _run(connection)
else:
    asyncio.run(_connect())
