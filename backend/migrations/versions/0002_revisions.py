"""amendments, and finalized notes that nobody can change."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SOAP = ("subjective", "objective", "assessment", "plan")
_FIXED = (
    *("workspace_id", "id", "appointment_id", "client_id", "client_session_id", "session_date"),
    *_SOAP,
    *("finalized_at", "finalized_by", "created_at"),
)


def upgrade() -> None:
    _amendments()
    _finalized_notes_stay()


def _texts() -> list["sa.Column[bytes]"]:
    return [sa.Column(name, sa.LargeBinary(), nullable=True) for name in _SOAP]


def _workspace(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name=f"fk_{table}_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=f"pk_{table}"),
    ]


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
    )


def _do_not_compress(table: str, *columns: str) -> None:
    """Ciphertext does not compress."""
    for column in columns:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


def _append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION app.refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()"
    )


def _amendments() -> None:
    table = "session_amendments"
    op.create_table(
        table,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        *_texts(),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(subjective, objective, assessment, plan) > 0",
            name=op.f("ck_session_amendments_says_something"),
        ),
        _reference(table, "session_id", "sessions"),
        _reference(table, "client_id", "clients"),
        _reference(table, "author_id", "users"),
        *_workspace(table),
    )
    for column in ("session_id", "client_id"):
        op.create_index(
            f"ix_{table}_{column}", table, ["workspace_id", column, "created_at", "id"], unique=False
        )
    rls.scope(table, app="SELECT, INSERT")
    _do_not_compress(table, "reason", *_SOAP)
    _append_only(table)


def _finalized_notes_stay() -> None:
    """What was signed stays as it was signed, whoever asks; it may be archived, and count what is added to it."""
    op.execute(
        """
        CREATE FUNCTION app.refuse_finalized() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a finalized note does not change' USING ERRCODE = 'PZ403';
        END
        $$
        """
    )
    old, new = (", ".join(f"{which}.{name}" for name in _FIXED) for which in ("OLD", "NEW"))
    op.execute(
        "CREATE TRIGGER finalized_stays BEFORE UPDATE ON sessions FOR EACH ROW"
        f" WHEN (OLD.finalized_at IS NOT NULL AND (({old}) IS DISTINCT FROM ({new})"
        " OR NEW.status NOT IN (OLD.status, 'archived')))"
        " EXECUTE FUNCTION app.refuse_finalized()"
    )
    op.execute(
        "CREATE TRIGGER finalized_is_kept BEFORE DELETE ON sessions FOR EACH ROW"
        " WHEN (OLD.finalized_at IS NOT NULL) EXECUTE FUNCTION app.refuse_finalized()"
    )
    op.execute(
        "CREATE TRIGGER notes_are_kept BEFORE TRUNCATE ON sessions"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_finalized()"
    )


def downgrade() -> None:
    for trigger in ("finalized_stays", "finalized_is_kept", "notes_are_kept"):
        op.execute(f"DROP TRIGGER {trigger} ON sessions")
    op.execute("DROP FUNCTION app.refuse_finalized()")
    for column in ("client_id", "session_id"):
        op.drop_index(f"ix_session_amendments_{column}", table_name="session_amendments")
    op.drop_table("session_amendments")
