"""attachments."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "content_type IN ('image/jpeg', 'image/png', 'application/pdf')",
            name=op.f("ck_attachments_content_type"),
        ),
        sa.CheckConstraint("file_size > 0", name=op.f("ck_attachments_file_size")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_attachments_sha256")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "session_id"],
            ["sessions.workspace_id", "sessions.id"],
            name="fk_attachments_session_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by"],
            ["users.workspace_id", "users.id"],
            name="fk_attachments_created_by",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_attachments_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_session_id", "attachments", ["workspace_id", "session_id", "id"])
    op.create_index(
        "ix_attachments_file_size",
        "attachments",
        ["workspace_id"],
        postgresql_include=["file_size"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    rls.scope(
        "attachments",
        app="SELECT, INSERT, UPDATE (deleted_at)",
        system="SELECT (workspace_id, session_id, id, created_at, deleted_at, lost_at), UPDATE (lost_at)",
    )
    _notes_count_their_files()


def _notes_count_their_files() -> None:
    """Only a draft takes or loses a file; its count follows, and its version stays the text's own."""
    op.execute(
        """
        CREATE FUNCTION app.count_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE public.sessions
            SET attachment_count = attachment_count + CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END
            WHERE workspace_id = NEW.workspace_id AND id = NEW.session_id AND status = 'draft';
            IF NOT FOUND THEN
                RAISE EXCEPTION 'only a draft takes or loses a file'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'attachments_drafts_only';
            END IF;
            RETURN NULL;
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER count_added AFTER INSERT ON attachments"
        " FOR EACH ROW EXECUTE FUNCTION app.count_attachment()"
    )
    op.execute(
        "CREATE TRIGGER count_removed AFTER UPDATE OF deleted_at ON attachments FOR EACH ROW"
        " WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)"
        " EXECUTE FUNCTION app.count_attachment()"
    )


def downgrade() -> None:
    op.drop_table("attachments")
    op.execute("DROP FUNCTION app.count_attachment()")
