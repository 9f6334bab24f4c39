"""Note templates and snippets."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXTS = {
    "note_templates": ("title", ("subjective", "objective", "assessment", "plan")),
    "snippets": ("name", ("text",)),
}


def upgrade() -> None:
    for table, (name, texts) in _TEXTS.items():
        op.create_table(
            table,
            sa.Column("workspace_id", sa.Uuid(), nullable=False),
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("user_id", sa.Uuid(), nullable=False),
            sa.Column("is_shared", sa.Boolean(), nullable=False),
            sa.Column("called", sa.Uuid(), nullable=False),
            sa.Column(name, sa.LargeBinary(), nullable=False),
            *(sa.Column(text, sa.LargeBinary(), nullable=len(texts) > 1) for text in texts),
            sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("version", sa.Integer(), server_default="1", nullable=False),
            sa.Column(
                "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
            ),
            sa.Column(
                "updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
            ),
            sa.ForeignKeyConstraint(
                ["workspace_id"], ["workspaces.workspace_id"], name=f"fk_{table}_workspace_id"
            ),
            sa.ForeignKeyConstraint(
                ["workspace_id", "user_id"], ["users.workspace_id", "users.id"], name=f"fk_{table}_user_id"
            ),
            sa.PrimaryKeyConstraint("workspace_id", "id", name=f"pk_{table}"),
        )
        op.create_index(
            f"uq_{table}_{name}",
            table,
            ["workspace_id", "called"],
            unique=True,
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        rls.scope(table, app="SELECT, INSERT, UPDATE")
