"""digests, and mails about appointments that moved."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LOGS = "reminder_logs"
_REASON = (
    "reason IN ('too-late', 'superseded', 'server-unavailable', 'refused-for-now', 'refused',"
    " 'address-refused', 'undeliverable', 'unknown', 'unwritable', 'nothing-to-say', 'switched-off',"
    " 'no-clinician')"
)


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
    _preferences()
    _digests()
    _evenings()


def _moment(name: str, *, default: bool = False, nullable: bool = False) -> sa.Column[datetime]:
    given = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=given, nullable=nullable)


def _preferences() -> None:
    op.create_table(
        "digest_preferences",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("send_time", sa.Text(), server_default="18:00", nullable=False),
        _moment("active_since", default=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _moment("created_at", default=True),
        _moment("updated_at", default=True),
        sa.CheckConstraint(
            "send_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'", name=op.f("ck_digest_preferences_send_time")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "id"], ["users.workspace_id", "users.id"], name="fk_digest_preferences_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_digest_preferences_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_digest_preferences"),
    )
    rls.scope("digest_preferences", app="SELECT, INSERT, UPDATE", system="SELECT")


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest_date", sa.Date(), nullable=False),
        _moment("due_at"),
        _moment("deadline"),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _moment("next_attempt_at"),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        _moment("claimed_until", nullable=True),
        _moment("handed_over_at", nullable=True),
        sa.Column("handovers", sa.Integer(), server_default="0", nullable=False),
        _moment("covers_until", nullable=True),
        _moment("sent_at", nullable=True),
        _moment("settled_at", nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        _moment("created_at", default=True),
        sa.CheckConstraint(
            "status IN ('pending', 'sent', 'failed', 'bounced', 'skipped')", name=op.f("ck_digests_status")
        ),
        sa.CheckConstraint(_REASON, name=op.f("ck_digests_reason")),
        sa.CheckConstraint("(status = 'sent') <= (sent_at IS NOT NULL)", name=op.f("ck_digests_sent_at")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["users.workspace_id", "users.id"], name="fk_digests_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_digests_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_digests"),
        sa.UniqueConstraint("workspace_id", "user_id", "digest_date", name="uq_digests_once"),
    )
    op.create_index(
        "ix_digests_next_attempt_at",
        "digests",
        ["next_attempt_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_digests_handed_over_at", "digests", ["handed_over_at"])
    op.create_index("ix_digests_id", "digests", ["id"])
    rls.scope("digests", app="SELECT", system="SELECT, INSERT")
    op.execute(
        "GRANT UPDATE (status, reason, attempts, next_attempt_at, claim_id, claimed_until, handed_over_at,"
        " handovers, covers_until, sent_at, settled_at, message_id) ON digests TO pazpaz_system"
    )


def _evenings() -> None:
    """A zone's day today: its date, when a time of day is on it, and when it ends."""
    op.execute(
        """
        CREATE FUNCTION app.evening(
            zone text, send_time text, OUT local_date date, OUT due_at timestamptz, OUT midnight timestamptz
        ) LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        BEGIN
            zone := CASE zone  -- PostgreSQL takes these for abbreviations, of zones without summer time
                WHEN 'CET' THEN 'Europe/Brussels' WHEN 'MET' THEN 'Europe/Brussels'
                WHEN 'EET' THEN 'Europe/Athens' WHEN 'WET' THEN 'Europe/Lisbon' ELSE zone END;
            BEGIN
                local_date := (now() AT TIME ZONE zone)::date;
            EXCEPTION WHEN invalid_parameter_value THEN
                zone := 'UTC';  -- one that this PostgreSQL does not know holds up no other
                local_date := (now() AT TIME ZONE zone)::date;
            END;
            due_at := (local_date + send_time::time) AT TIME ZONE zone;
            midnight := (local_date + 1)::timestamp AT TIME ZONE zone;
        END
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION app.evening FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.evening TO pazpaz_system")


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
    op.execute("DROP FUNCTION app.evening")
    op.drop_table("digests")
    op.drop_table("digest_preferences")
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
