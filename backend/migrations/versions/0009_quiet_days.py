"""Days on which a practice sends no reminders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiet_days",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), server_default="{}", nullable=False),
        sa.Column("dates", postgresql.ARRAY(sa.Date()), server_default="{}", nullable=False),
        sa.Column("festivals", sa.Text(), nullable=True),
        sa.Column("from_sunset", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("festivals IN ('israel', 'abroad')", name="ck_quiet_days_festivals"),
        sa.CheckConstraint("id = workspace_id", name="ck_quiet_days_one_a_practice"),
        sa.CheckConstraint(
            "weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[] AND cardinality(weekdays) < 7",
            name="ck_quiet_days_weekdays",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_quiet_days_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_quiet_days"),
    )
    rls.scope(
        "quiet_days",
        app="SELECT, INSERT, UPDATE",
        system="SELECT (dates, festivals, from_sunset, weekdays, workspace_id)",
    )
