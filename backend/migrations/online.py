"""Changes of tables that are in use: nobody waits for more than half a second, and no table is read under a lock.

Each step commits by itself and may be run again where an earlier run broke off. `env.py` asks for a lock for half a
second, lets everybody pass, and asks again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import Connection

_UNFORCED = """
    SELECT format('%I', relname) FROM pg_class
    WHERE relrowsecurity AND NOT relforcerowsecurity AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


def create_index(name: str, table: str, columns: list[Any], **options: Any) -> None:
    """Build an index while rows are written; what is left of a run that broke off is dropped first."""
    with _waiting_for_others():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def drop_index(name: str, table: str) -> None:
    """Drop an index while rows are written."""
    with _waiting_for_others():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)


def add_constraint(name: str, table: str, condition: str) -> None:
    """Hold every further row to a CHECK or FOREIGN KEY at once, then look at those that are there."""
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {condition} NOT VALID")
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def require(table: str, column: str) -> None:
    """Make a column NOT NULL; a valid CHECK that says so spares PostgreSQL reading the table under the lock."""
    name = f"ck_{table}_{column}_given"
    add_constraint(name, table, f"CHECK ({column} IS NOT NULL)")
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL, DROP CONSTRAINT {name}")


def change_rows(table: str, statement: str) -> None:
    """Run an UPDATE of a limited number of rows until it finds none; each run is a commit of its own.

    Row-level security hides every row from the owner too, so for that time it does not hold for the owner; after a
    run that was killed the next `db upgrade` lets it hold again, and until then `db check` fails.
    """
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        try:
            while op.get_bind().exec_driver_sql(statement).rowcount:
                pass
        finally:
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def held_no_more(connection: Connection) -> list[str]:
    """Return the tables on which row-level security does not hold for the owner: a run was killed in `change_rows`."""
    return list(connection.exec_driver_sql(_UNFORCED).scalars())


@contextmanager
def _waiting_for_others() -> Iterator[None]:
    """CONCURRENTLY waits for the transactions that are under way; nobody waits for it."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        yield
        op.execute("RESET lock_timeout")
