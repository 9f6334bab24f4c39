"""the calendar is found by therapist, and a window's beginning by the length of the longest appointment."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_appointments_therapist_id",
        "appointments",
        ["workspace_id", "therapist_id", "scheduled_start", "id"],
    )
    op.create_index(
        "ix_appointments_length",
        "appointments",
        ["workspace_id", sa.text("(scheduled_end - scheduled_start)")],
    )


def downgrade() -> None:
    op.drop_index("ix_appointments_length", table_name="appointments")
    op.drop_index("ix_appointments_therapist_id", table_name="appointments")
