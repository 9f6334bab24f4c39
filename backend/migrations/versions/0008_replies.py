"""Mails to therapists about clients' answers, and who wants them."""

import sqlalchemy as sa
from alembic import op

from migrations import online, rls

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _at(name: str, *, required: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not required)


def upgrade() -> None:
    op.add_column(
        "digest_preferences",
        sa.Column("answers_at_once", sa.Boolean(), server_default="true", nullable=False),
    )
    op.create_table(
        "reply_mails",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _at("answered_at", required=True),
        _at("due_at", required=True),
        _at("deadline", required=True),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _at("next_attempt_at", required=True),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        _at("claimed_until"),
        _at("handed_over_at"),
        sa.Column("handovers", sa.Integer(), server_default="0", nullable=False),
        _at("sent_at"),
        _at("settled_at"),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'sent', 'failed', 'bounced', 'skipped')", name="ck_reply_mails_status"
        ),
        sa.CheckConstraint(
            "reason IN ('too-late', 'superseded', 'server-unavailable', 'refused-for-now', 'refused',"
            " 'address-refused', 'undeliverable', 'unknown', 'unwritable', 'switched-off', 'no-clinician')",
            name="ck_reply_mails_reason",
        ),
        sa.CheckConstraint("(status = 'sent') <= (sent_at IS NOT NULL)", name="ck_reply_mails_sent_at"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_reply_mails_workspace_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "appointment_id"],
            ["appointments.workspace_id", "appointments.id"],
            name="fk_reply_mails_appointment_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["users.workspace_id", "users.id"], name="fk_reply_mails_user_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_reply_mails"),
        sa.UniqueConstraint("workspace_id", "appointment_id", "answered_at", name="uq_reply_mails_once"),
    )
    op.create_index(
        "ix_reply_mails_next_attempt_at",
        "reply_mails",
        ["next_attempt_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_reply_mails_handed_over_at", "reply_mails", ["handed_over_at"])
    op.create_index("ix_reply_mails_id", "reply_mails", ["id"])
    rls.scope(
        "reply_mails",
        app="SELECT",
        system=(
            "SELECT (answered_at, appointment_id, attempts, claim_id, claimed_until, deadline, due_at,"
            " handed_over_at, handovers, id, next_attempt_at, reason, status, user_id, workspace_id), INSERT"
            " (answered_at, appointment_id, deadline, due_at, id, next_attempt_at, user_id, workspace_id), UPDATE"
            " (attempts, claim_id, claimed_until, handed_over_at, handovers, message_id, next_attempt_at, reason,"
            " sent_at, settled_at, status)"
        ),
    )
    op.execute(
        "GRANT SELECT (client_responded_at, client_response, therapist_id) ON appointments TO pazpaz_system"
    )
    op.execute("GRANT SELECT (answers_at_once) ON digest_preferences TO pazpaz_system")
    online.create_index(
        "ix_appointments_client_responded_at",
        "appointments",
        ["client_responded_at"],
        postgresql_where=sa.text("client_response IN ('declined', 'move-requested')"),
    )
