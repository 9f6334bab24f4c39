"""plans."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("diagnosis", sa.LargeBinary(), nullable=True),
        sa.Column("goals", sa.LargeBinary(), nullable=True),
        sa.Column("frequency", sa.LargeBinary(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("planned_sessions", sa.Integer(), nullable=True),
        sa.Column("review_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discontinued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'completed') = (completed_at IS NOT NULL)", name=op.f("ck_plans_completed_at")
        ),
        sa.CheckConstraint(
            "(status = 'discontinued') = (discontinued_at IS NOT NULL)", name=op.f("ck_plans_discontinued_at")
        ),
        sa.CheckConstraint("status IN ('active', 'completed', 'discontinued')", name=op.f("ck_plans_status")),
        sa.CheckConstraint("end_date >= start_date", name=op.f("ck_plans_ends_not_before_start")),
        sa.CheckConstraint("planned_sessions > 0", name=op.f("ck_plans_planned_sessions")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "client_id"], ["clients.workspace_id", "clients.id"], name="fk_plans_client_id"
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], name="fk_plans_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_plans"),
    )
    op.create_index(
        "ix_plans_completed_at",
        "plans",
        ["workspace_id", "client_id", "completed_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL AND completed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_plans_created_at",
        "plans",
        ["workspace_id", "client_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_plans_discontinued_at",
        "plans",
        ["workspace_id", "client_id", "discontinued_at", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL AND discontinued_at IS NOT NULL"),
    )
    op.create_table(
        "milestones",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.LargeBinary(), nullable=False),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("achieved_date", sa.Date(), nullable=True),
        sa.Column("order_index", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'achieved') = (achieved_date IS NOT NULL)", name=op.f("ck_milestones_achieved_date")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'in_progress', 'achieved', 'discontinued')",
            name=op.f("ck_milestones_status"),
        ),
        sa.CheckConstraint(
            "(archived_at IS NULL) = (order_index IS NOT NULL)",
            name=op.f("ck_milestones_archived_has_no_place"),
        ),
        sa.CheckConstraint("order_index >= 0", name=op.f("ck_milestones_order_index")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "client_id"],
            ["clients.workspace_id", "clients.id"],
            name="fk_milestones_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "plan_id"], ["plans.workspace_id", "plans.id"], name="fk_milestones_plan_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_milestones_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_milestones"),
        sa.UniqueConstraint(
            "workspace_id", "plan_id", "order_index", deferrable=True, name="uq_milestones_order_index"
        ),
    )
    op.create_index(
        "ix_milestones_achieved_date",
        "milestones",
        ["workspace_id", "client_id", "achieved_date", "id"],
        unique=False,
        postgresql_where=sa.text("achieved_date IS NOT NULL AND archived_at IS NULL"),
    )
    op.create_table(
        "plan_revisions",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("diagnosis", sa.LargeBinary(), nullable=True),
        sa.Column("goals", sa.LargeBinary(), nullable=True),
        sa.Column("frequency", sa.LargeBinary(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("planned_sessions", sa.Integer(), nullable=True),
        sa.Column("review_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discontinued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'completed', 'discontinued')", name=op.f("ck_plan_revisions_status")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "changed_by"],
            ["users.workspace_id", "users.id"],
            name="fk_plan_revisions_changed_by",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "client_id"],
            ["clients.workspace_id", "clients.id"],
            name="fk_plan_revisions_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "plan_id"], ["plans.workspace_id", "plans.id"], name="fk_plan_revisions_plan_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_plan_revisions_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_plan_revisions"),
    )
    op.create_index(
        "ix_plan_revisions_client_id",
        "plan_revisions",
        ["workspace_id", "client_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_plan_revisions_plan_id", "plan_revisions", ["workspace_id", "plan_id", "id"], unique=False
    )
    _order_the_timeline()
    for table in ("plans", "milestones"):
        rls.scope(table, app="SELECT, INSERT, UPDATE")
    rls.scope("plan_revisions", app="SELECT, INSERT")


def _order_the_timeline() -> None:
    """A client's newest events come out of an index, and are counted in one; autosave changes none of its columns."""
    _client_index("appointments", "scheduled_start", include=["status", "archived_at"])
    _client_index("sessions", "session_date", include=["status"])
    op.create_index(
        "ix_sessions_finalized_at",
        "sessions",
        ["workspace_id", "client_id", "finalized_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'finalized'"),
    )


def _client_index(table: str, moment: str, *, include: list[str] | None) -> None:
    name = f"ix_{table}_client_id"
    op.drop_index(name, table_name=table)
    columns = ["workspace_id", "client_id", moment, "id"]
    op.create_index(name, table, columns, unique=False, postgresql_include=include)


def downgrade() -> None:
    op.drop_index(
        "ix_sessions_finalized_at", table_name="sessions", postgresql_where=sa.text("status = 'finalized'")
    )
    _client_index("sessions", "session_date", include=None)
    _client_index("appointments", "scheduled_start", include=None)
    op.drop_index("ix_plan_revisions_plan_id", table_name="plan_revisions")
    op.drop_index("ix_plan_revisions_client_id", table_name="plan_revisions")
    op.drop_table("plan_revisions")
    op.drop_index(
        "ix_milestones_achieved_date",
        table_name="milestones",
        postgresql_where=sa.text("achieved_date IS NOT NULL AND archived_at IS NULL"),
    )
    op.drop_table("milestones")
    op.drop_index(
        "ix_plans_discontinued_at",
        table_name="plans",
        postgresql_where=sa.text("archived_at IS NULL AND discontinued_at IS NOT NULL"),
    )
    op.drop_index("ix_plans_created_at", table_name="plans", postgresql_where=sa.text("archived_at IS NULL"))
    op.drop_index(
        "ix_plans_completed_at",
        table_name="plans",
        postgresql_where=sa.text("archived_at IS NULL AND completed_at IS NOT NULL"),
    )
    op.drop_table("plans")
