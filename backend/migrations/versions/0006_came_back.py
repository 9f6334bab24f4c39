"""Which address a mail was written to, and what is known of why it came back."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REASONS = """CHECK (reason IN ('booked-late', 'configured-late', 'superseded', 'too-late', 'rescheduled', 'cancelled',
    'completed', 'no-show', 'archived', 'declined', 'opted-out', 'no-address', 'address-bounced', 'client-archived',
    'configuration-off', 'outside-window', 'server-unavailable', 'refused-for-now', 'refused', 'address-refused',
    'mailbox-full', 'undeliverable', 'came-back', 'unknown', 'unwritable'))"""


def upgrade() -> None:
    op.add_column("reminder_logs", sa.Column("address_print", sa.Uuid()))
    op.execute("GRANT UPDATE (address_print) ON reminder_logs TO pazpaz_app")
    online.add_constraint("ck_reminder_logs_reason", "reminder_logs", _REASONS)
