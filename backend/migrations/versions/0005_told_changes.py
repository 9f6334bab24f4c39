"""What a client was told of an appointment, and since when it is as it is."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SAID = "said_version, said_end, said_place, said_location, said_therapist_id"
# A later or earlier end alone leaves what the client asked for: who cannot come still cannot. A place that changes is
# written sealed, also when it stays: whoever writes it says so by `changed_at`.
_CHANGED = """
    CREATE OR REPLACE FUNCTION app.booked_anew() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        anew boolean := OLD.scheduled_start IS DISTINCT FROM NEW.scheduled_start
            OR (OLD.status <> 'scheduled' AND NEW.status = 'scheduled')
            OR (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NULL);
    BEGIN
        IF anew THEN
            NEW.booked_at := now();
        END IF;
        IF anew OR OLD.location_type <> NEW.location_type OR OLD.therapist_id <> NEW.therapist_id
            OR OLD.changed_at <> NEW.changed_at OR NEW.client_response = 'confirmed' THEN
            NEW.client_response := NULL;
            NEW.client_responded_at := NULL;
        END IF;
        NEW.changed_at := now();
        NEW.changed_version := NEW.version;
        RETURN NEW;
    END
    $$
"""
_TRIGGER = """
    CREATE OR REPLACE TRIGGER booked_anew BEFORE UPDATE OF scheduled_start, scheduled_end, status, location_type,
            therapist_id, changed_at, archived_at ON appointments FOR EACH ROW
        WHEN (OLD.scheduled_start IS DISTINCT FROM NEW.scheduled_start
            OR OLD.scheduled_end IS DISTINCT FROM NEW.scheduled_end
            OR (OLD.status <> 'scheduled' AND NEW.status = 'scheduled')
            OR OLD.location_type IS DISTINCT FROM NEW.location_type
            OR OLD.therapist_id IS DISTINCT FROM NEW.therapist_id
            OR OLD.changed_at IS DISTINCT FROM NEW.changed_at
            OR (OLD.archived_at IS NOT NULL AND NEW.archived_at IS NULL))
        EXECUTE FUNCTION app.booked_anew()
"""


def upgrade() -> None:
    since = sa.Column(
        "changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )
    op.add_column("appointments", since)
    version = sa.Column("changed_version", sa.Integer(), server_default="0", nullable=False)
    op.add_column("appointments", version)
    op.add_column("reminder_logs", sa.Column("said_version", sa.Integer()))
    op.add_column("reminder_logs", sa.Column("said_end", sa.DateTime(timezone=True)))
    op.add_column("reminder_logs", sa.Column("said_place", sa.Text()))
    op.add_column("reminder_logs", sa.Column("said_location", sa.Uuid()))
    op.add_column("reminder_logs", sa.Column("said_therapist_id", sa.Uuid()))
    op.execute(_CHANGED)
    op.execute(_TRIGGER)
    op.execute("GRANT SELECT (changed_at, changed_version) ON appointments TO pazpaz_system")
    op.execute(f"GRANT SELECT (said_version), UPDATE ({_SAID}) ON reminder_logs TO pazpaz_system")
    op.execute("GRANT INSERT (reply_to) ON workspaces TO pazpaz_system")
    online.add_constraint(
        "ck_reminder_logs_said_place", "reminder_logs", "CHECK (said_place IN ('clinic', 'home', 'online'))"
    )
    online.create_index(
        "ix_appointments_changed_at",
        "appointments",
        ["changed_at"],
        postgresql_where=sa.text("status = 'scheduled' AND archived_at IS NULL"),
    )
