"""Row-level security of a table, as every migration that makes one applies it.

No subquery in the policy (Citus refuses them); `nullif` because a connection on which the setting was
local to an earlier transaction reads an empty string.
"""

from alembic import op

WORKSPACE = "workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid"


def scope(table: str, *, app: str, system: str | None = None) -> None:
    """Show the application's role only rows of the workspace it entered; grant no more than named."""
    _force(table)
    op.execute(
        f"CREATE POLICY workspace ON {table} TO pazpaz_app USING ({WORKSPACE}) WITH CHECK ({WORKSPACE})"
    )
    op.execute(f"GRANT {app} ON {table} TO pazpaz_app")
    if system is not None:
        _for_system(table, system)


def system_only(table: str, privileges: str) -> None:
    """Keep a table without workspaces to the system role: the application's has no right on it."""
    _force(table)
    _for_system(table, privileges)


def system_reads(table: str, columns: str) -> None:
    """Let the system role read these columns of every workspace, none of them health data."""
    op.execute(f"CREATE POLICY system ON {table} FOR SELECT TO pazpaz_system USING (true)")
    op.execute(f"GRANT SELECT ({columns}) ON {table} TO pazpaz_system")


def _force(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _for_system(table: str, privileges: str) -> None:
    op.execute(f"CREATE POLICY system ON {table} TO pazpaz_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT {privileges} ON {table} TO pazpaz_system")
