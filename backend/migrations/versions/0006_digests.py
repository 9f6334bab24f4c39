"""digests, and mails about appointments that moved."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LOGS = "reminder_logs"


def upgrade() -> None:
    op.add_column(_LOGS, sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(_LOGS, sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"GRANT UPDATE (settled_at) ON {_LOGS} TO pazpaz_system")
    _kinds(
        "kind IN ('reminder', 'cancellation', 'rescheduling')",
        "(kind = 'reminder') = (configuration_id IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_reminder_logs_booked_at"), _LOGS, "kind <> 'reminder' OR booked_at IS NULL"
    )
    _once("workspace_id", "appointment_id", "kind", "configuration_id", "scheduled_start", "booked_at")
    op.drop_index("ix_reminder_logs_sent", table_name=_LOGS)
    op.create_index(
        "ix_reminder_logs_told",
        _LOGS,
        ["scheduled_start"],
        postgresql_where=sa.text("handed_over_at IS NOT NULL AND kind <> 'cancellation'"),
    )
    op.create_index(
        "ix_reminder_logs_failed",
        _LOGS,
        ["workspace_id", "settled_at"],
        postgresql_where=sa.text("status IN ('failed', 'bounced')"),
    )


def _kinds(kind: str, configured: str) -> None:
    op.drop_constraint(op.f("ck_reminder_logs_kind"), _LOGS)
    op.drop_constraint(op.f("ck_reminder_logs_configured"), _LOGS)
    op.create_check_constraint(op.f("ck_reminder_logs_kind"), _LOGS, kind)
    op.create_check_constraint(op.f("ck_reminder_logs_configured"), _LOGS, configured)


def _once(*columns: str) -> None:
    op.drop_constraint("uq_reminder_logs_once", _LOGS)
    op.create_unique_constraint(
        "uq_reminder_logs_once", _LOGS, list(columns), postgresql_nulls_not_distinct=True
    )


def downgrade() -> None:
    op.drop_index("ix_reminder_logs_failed", table_name=_LOGS)
    op.drop_index("ix_reminder_logs_told", table_name=_LOGS)
    op.create_index(
        "ix_reminder_logs_sent",
        _LOGS,
        ["scheduled_start"],
        postgresql_where=sa.text("status = 'sent' AND kind = 'reminder'"),
    )
    op.execute(f"ALTER TABLE {_LOGS} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"DELETE FROM {_LOGS} WHERE booked_at IS NOT NULL")
    op.execute(f"ALTER TABLE {_LOGS} FORCE ROW LEVEL SECURITY")
    _once("workspace_id", "appointment_id", "configuration_id", "scheduled_start")
    op.drop_constraint(op.f("ck_reminder_logs_booked_at"), _LOGS)
    _kinds("kind IN ('reminder', 'cancellation')", "(kind = 'cancellation') = (configuration_id IS NULL)")
    op.drop_column(_LOGS, "settled_at")
    op.drop_column(_LOGS, "booked_at")
