"""earlier texts, amendments, finalized notes that nobody can change, and offline sync."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SOAP = ("subjective", "objective", "assessment", "plan")
_FIXED = (
    *("workspace_id", "id", "appointment_id", "client_id", "client_session_id", "session_date"),
    *_SOAP,
    *("finalized_at", "finalized_by", "created_at"),
)


def upgrade() -> None:
    _whose_text()
    _revisions()
    _amendments()
    _conflicts()
    _receipts()
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


def _whose_text() -> None:
    """Whose text a note has; and one note for each id that a device gave."""
    op.add_column("sessions", sa.Column("saved_by", sa.Uuid(), nullable=True))
    op.add_column("sessions", sa.Column("saved_with", sa.Uuid(), nullable=True))
    op.add_column("sessions", sa.Column("saved_since", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        "fk_sessions_saved_by", "sessions", "users", ["workspace_id", "saved_by"], ["workspace_id", "id"]
    )
    _keep_one_of_each_device_id()
    op.create_index(
        "uq_sessions_client_session_id",
        "sessions",
        ["workspace_id", "client_session_id"],
        unique=True,
        postgresql_where=sa.text("client_session_id IS NOT NULL"),
    )

    op.create_index(
        "ix_sessions_appointment_id", "sessions", ["workspace_id", "appointment_id"], unique=False
    )


def _keep_one_of_each_device_id() -> None:
    """Before this, two notes could have one device's id: the first keeps it. The owner must see rows for that."""
    op.execute("ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE sessions AS s SET client_session_id = NULL WHERE EXISTS ("
        " SELECT FROM sessions AS f WHERE f.workspace_id = s.workspace_id"
        " AND f.client_session_id = s.client_session_id AND f.id < s.id)"
    )
    op.execute("ALTER TABLE sessions FORCE ROW LEVEL SECURITY")


def _revisions() -> None:
    table = "session_revisions"
    op.create_table(
        table,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts(),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _reference(table, "session_id", "sessions"),
        _reference(table, "author_id", "users"),
        *_workspace(table),
        sa.UniqueConstraint("workspace_id", "session_id", "version", name="uq_session_revisions_version"),
    )
    op.create_index("ix_session_revisions_created_at", table, ["created_at"], unique=False)
    rls.scope(
        table,
        app="SELECT, INSERT",
        system="SELECT (workspace_id, id, session_id, version, created_at), DELETE",
    )
    # The sweep keeps more of finalized notes; that they are is all it sees of them.
    op.execute("CREATE POLICY system ON sessions TO pazpaz_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT (workspace_id, id, finalized_at) ON sessions TO pazpaz_system")
    _do_not_compress(table, *_SOAP)


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


def _conflicts() -> None:
    table = "session_conflicts"
    op.create_table(
        table,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("client_session_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        *_texts(),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("server_version", sa.Integer(), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_with", sa.Uuid(), nullable=False),
        sa.Column("created_at_client", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at_client", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("applied_to", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('appointment-missing', 'session-exists', 'session-finalized', 'edited-elsewhere',"
            " 'too-old')",
            name=op.f("ck_session_conflicts_reason"),
        ),
        sa.CheckConstraint(
            "resolution IN ('keep_server', 'keep_client', 'merge', 'attach', 'discard')",
            name=op.f("ck_session_conflicts_resolution"),
        ),
        sa.CheckConstraint(
            "num_nulls(resolved_at, resolved_by, resolution) IN (0, 3)",
            name=op.f("ck_session_conflicts_resolved_by_someone"),
        ),
        _reference(table, "session_id", "sessions"),
        _reference(table, "client_id", "clients"),
        _reference(table, "sent_by", "users"),
        _reference(table, "resolved_by", "users"),
        _reference(table, "applied_to", "sessions"),
        *_workspace(table),
    )
    op.create_index(f"ix_{table}_created_at", table, ["workspace_id", "created_at", "id"], unique=False)
    for column in ("session_id", "client_id"):
        op.create_index(f"ix_{table}_{column}", table, ["workspace_id", column], unique=False)
    rls.scope(table, app="SELECT, INSERT, UPDATE")
    _do_not_compress(table, *_SOAP)


def _receipts() -> None:
    table = "session_sync_receipts"
    op.create_table(
        table,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_session_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("conflict_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("sent_with", sa.Uuid(), nullable=False),
        sa.Column("updated_at_client", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _reference(table, "session_id", "sessions"),
        _reference(table, "conflict_id", "session_conflicts"),
        *_workspace(table),
    )
    op.create_index(
        f"ix_{table}_client_session_id", table, ["workspace_id", "client_session_id"], unique=False
    )
    rls.scope(table, app="SELECT, INSERT")
    # Also where an item said only what the note said already: that text was sent, so no save may fold it away.
    # A conflict keeps all of its text by itself.
    op.execute(
        """
        CREATE FUNCTION app.end_folding() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE public.sessions SET saved_since = NULL
            WHERE workspace_id = NEW.workspace_id AND id = NEW.session_id
              AND status = 'draft' AND saved_since IS NOT NULL;
            RETURN NULL;
        END
        $$
        """
    )
    op.execute(
        f"CREATE TRIGGER end_folding AFTER INSERT ON {table} FOR EACH ROW"
        " WHEN (NEW.session_id IS NOT NULL AND NEW.conflict_id IS NULL) EXECUTE FUNCTION app.end_folding()"
    )


def _finalized_notes_stay() -> None:
    """What was signed stays as it was signed, whoever asks; it may be archived, and count what is added to it."""
    old, new = (", ".join(f"{which}.{name}" for name in _FIXED) for which in ("OLD", "NEW"))
    # The comparison is here and not in WHEN, which PostgreSQL would prepare anew for each autosave.
    op.execute(
        f"""
        CREATE FUNCTION app.refuse_finalized() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF ({old}) IS NOT DISTINCT FROM ({new}) AND NEW.status IN (OLD.status, 'archived') THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'a finalized note does not change' USING ERRCODE = 'PZ403';
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER finalized_stays BEFORE UPDATE ON sessions FOR EACH ROW"
        " WHEN (OLD.finalized_at IS NOT NULL) EXECUTE FUNCTION app.refuse_finalized()"
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
    op.drop_index("ix_session_sync_receipts_client_session_id", table_name="session_sync_receipts")
    op.drop_table("session_sync_receipts")
    op.execute("DROP FUNCTION app.end_folding()")
    for column in ("client_id", "session_id", "created_at"):
        op.drop_index(f"ix_session_conflicts_{column}", table_name="session_conflicts")
    op.drop_table("session_conflicts")
    for column in ("client_id", "session_id"):
        op.drop_index(f"ix_session_amendments_{column}", table_name="session_amendments")
    op.drop_table("session_amendments")
    op.execute("REVOKE SELECT (workspace_id, id, finalized_at) ON sessions FROM pazpaz_system")
    op.execute("DROP POLICY system ON sessions")
    op.drop_index("ix_session_revisions_created_at", table_name="session_revisions")
    op.drop_table("session_revisions")
    op.drop_index(
        "uq_sessions_client_session_id",
        table_name="sessions",
        postgresql_where=sa.text("client_session_id IS NOT NULL"),
    )
    op.drop_index("ix_sessions_appointment_id", table_name="sessions")
    op.drop_constraint("fk_sessions_saved_by", "sessions", type_="foreignkey")
    for column in ("saved_since", "saved_with", "saved_by"):
        op.drop_column("sessions", column)
