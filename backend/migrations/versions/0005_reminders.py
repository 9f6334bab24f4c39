"""reminders."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_REASONS = (
    "booked-late", "configured-late", "superseded", "too-late", "rescheduled", "cancelled", "completed",
    "no-show", "archived", "declined", "opted-out", "no-address", "address-bounced", "client-archived",
    "configuration-off", "outside-window", "server-unavailable", "refused-for-now", "refused",
    "address-refused", "undeliverable", "unknown", "unwritable",
)  # fmt: skip


def upgrade() -> None:
    _configurations()
    _logs()
    _appointments_and_clients()
    rls.scope(
        "reminder_configurations",
        app="SELECT, INSERT, UPDATE",
        system="SELECT",
    )
    rls.scope("reminder_logs", app="SELECT, UPDATE (recipient)", system="SELECT, INSERT")
    op.execute(
        "GRANT UPDATE (status, reason, due_at, deadline, hours_before, attempts, next_attempt_at, claim_id,"
        " claimed_until, handed_over_at, handovers, sent_at, message_id) ON reminder_logs TO pazpaz_system"
    )
    rls.system_reads(
        "appointments",
        "workspace_id, id, client_id, scheduled_start, status, booked_at, archived_at, version",
    )
    rls.system_reads("clients", "workspace_id, id, locale, timezone, version")
    _scheduler()
    _workers_enter()
    _new_ids()
    _due_moments()


def _configurations() -> None:
    op.create_table(
        "reminder_configurations",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hours_before", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("subject_template", sa.Text(), nullable=True),
        sa.Column("body_template", sa.Text(), nullable=True),
        sa.Column("send_window", sa.Text(), nullable=True),
        _moment("active_since", default=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _moment("created_at", default=True),
        _moment("updated_at", default=True),
        sa.CheckConstraint(
            "hours_before BETWEEN 1 AND 336", name=op.f("ck_reminder_configurations_hours_before")
        ),
        sa.CheckConstraint(
            "send_window ~ '^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$'"
            " AND split_part(send_window, '-', 1) < split_part(send_window, '-', 2)",
            name=op.f("ck_reminder_configurations_send_window"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_reminder_configurations_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_reminder_configurations"),
    )
    op.create_index(
        "uq_reminder_configurations_hours_before",
        "reminder_configurations",
        ["workspace_id", "hours_before"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def _moment(name: str, *, default: bool = False, nullable: bool = False) -> sa.Column[datetime]:
    given = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=given, nullable=nullable)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _logs() -> None:
    op.create_table(
        "reminder_logs",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="reminder", nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("configuration_id", sa.Uuid(), nullable=True),
        sa.Column("hours_before", sa.Integer(), nullable=True),
        _moment("scheduled_start"),
        _moment("due_at"),
        _moment("deadline"),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _moment("next_attempt_at"),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        _moment("claimed_until", nullable=True),
        _moment("handed_over_at", nullable=True),
        sa.Column("handovers", sa.Integer(), server_default="0", nullable=False),
        _moment("sent_at", nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        _moment("created_at", default=True),
        sa.CheckConstraint(_one_of("kind", ("reminder", "cancellation")), name=op.f("ck_reminder_logs_kind")),
        sa.CheckConstraint(
            _one_of("status", ("pending", "sent", "failed", "bounced", "skipped")),
            name=op.f("ck_reminder_logs_status"),
        ),
        sa.CheckConstraint(_one_of("reason", _REASONS), name=op.f("ck_reminder_logs_reason")),
        sa.CheckConstraint(
            "(kind = 'cancellation') = (configuration_id IS NULL)", name=op.f("ck_reminder_logs_configured")
        ),
        sa.CheckConstraint(
            "(status = 'sent') <= (sent_at IS NOT NULL)", name=op.f("ck_reminder_logs_sent_at")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "appointment_id"],
            ["appointments.workspace_id", "appointments.id"],
            name="fk_reminder_logs_appointment_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "configuration_id"],
            ["reminder_configurations.workspace_id", "reminder_configurations.id"],
            name="fk_reminder_logs_configuration_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_reminder_logs_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_reminder_logs"),
        sa.UniqueConstraint(
            "workspace_id",
            "appointment_id",
            "configuration_id",
            "scheduled_start",
            name="uq_reminder_logs_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_reminder_logs_next_attempt_at",
        "reminder_logs",
        ["next_attempt_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_reminder_logs_sent",
        "reminder_logs",
        ["scheduled_start"],
        postgresql_where=sa.text("status = 'sent' AND kind = 'reminder'"),
    )
    op.create_index("ix_reminder_logs_due_at", "reminder_logs", ["workspace_id", "due_at", "id"])
    op.create_index("ix_reminder_logs_handed_over_at", "reminder_logs", ["handed_over_at"])
    op.create_index("ix_reminder_logs_id", "reminder_logs", ["id"])


def _scheduler() -> None:
    op.create_table(
        "reminder_scheduler",
        sa.Column("id", sa.Integer(), nullable=False),
        _moment("passed_at"),
        sa.CheckConstraint("id = 1", name=op.f("ck_reminder_scheduler_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_scheduler")),
    )
    op.execute("INSERT INTO reminder_scheduler (id, passed_at) VALUES (1, now())")
    rls.system_only("reminder_scheduler", "SELECT, UPDATE")


def _appointments_and_clients() -> None:
    op.add_column("clients", _moment("email_bounced_at", nullable=True))
    op.add_column("appointments", _moment("booked_at", default=True))
    op.add_column("appointments", sa.Column("client_response", sa.Text(), nullable=True))
    op.add_column("appointments", _moment("client_responded_at", nullable=True))
    op.create_check_constraint(
        op.f("ck_appointments_client_response"),
        "appointments",
        _one_of("client_response", ("confirmed", "declined", "move-requested")),
    )
    op.create_check_constraint(
        op.f("ck_appointments_client_responded_at"),
        "appointments",
        "(client_response IS NULL) = (client_responded_at IS NULL)",
    )
    op.create_index(
        "ix_appointments_upcoming",
        "appointments",
        ["scheduled_start"],
        postgresql_where=sa.text("status = 'scheduled' AND archived_at IS NULL"),
    )
    op.create_index(
        "ix_appointments_booked_at",
        "appointments",
        ["booked_at"],
        postgresql_where=sa.text("status = 'scheduled' AND archived_at IS NULL"),
    )
    # What the client answered was about the old time; and a reminder of the new one is armed from now.
    op.execute(
        """
        CREATE FUNCTION app.booked_anew() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.booked_at := now();
            NEW.client_response := NULL;
            NEW.client_responded_at := NULL;
            RETURN NEW;
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER booked_anew BEFORE UPDATE OF scheduled_start, status ON appointments FOR EACH ROW"
        " WHEN (OLD.scheduled_start IS DISTINCT FROM NEW.scheduled_start"
        " OR (OLD.status <> 'scheduled' AND NEW.status = 'scheduled'))"
        " EXECUTE FUNCTION app.booked_anew()"
    )


def _workers_enter() -> None:
    """A job acts in a workspace as nobody in particular: no user, no credential, the role `system`."""
    op.execute(_ENTER.replace("$system$", _SYSTEM_ENTERS))


_SYSTEM_ENTERS = """
            IF acting_as = 'system' AND actor IS NULL AND credential IS NULL THEN
                RETURN true;
            END IF;"""
_ENTER = """
        CREATE OR REPLACE FUNCTION app.enter(workspace uuid, actor uuid, credential uuid, acting_as text)
        RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
        BEGIN
            PERFORM set_config('app.workspace_id', workspace::text, true);$system$
            IF EXISTS (
                SELECT FROM public.credentials AS c
                WHERE c.workspace_id = workspace AND c.id = credential AND c.user_id = actor
                  AND c.role = acting_as
                  AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now())
                  AND (c.idle_until IS NULL OR c.idle_until > now())
            ) THEN
                RETURN true;
            END IF;
            RAISE EXCEPTION 'the actor is not valid any more' USING ERRCODE = 'PZ401';
        END
        $$
        """


def _new_ids() -> None:
    """UUIDv7 (RFC 9562, 5.7) where a statement makes many rows; PostgreSQL has its own from 18 on."""
    op.execute(
        """
        CREATE FUNCTION app.new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
            SELECT encode(
                set_bit(set_bit(
                    overlay(uuid_send(gen_random_uuid()) PLACING
                        substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                        FROM 1 FOR 6),
                    52, 1), 53, 1),
                'hex')::uuid
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION app.new_id FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA app TO pazpaz_system")
    op.execute("GRANT EXECUTE ON FUNCTION app.new_id TO pazpaz_system")


def _due_moments() -> None:
    """When a reminder is sent that was due at `due`, and may only be sent in a window of local time.

    The window's nearest earlier moment if it is not before `armed`, else its next later one if that is
    by `latest`, else null. A day on which the clock changes is looked at to the minute: local time jumps,
    so the candidates are the window's edges under both offsets and the moment of the change.
    """
    op.execute(
        """
        CREATE FUNCTION app.sending_moment(
            due timestamptz, send_window text, zone text, armed timestamptz, latest timestamptz
        ) RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
        DECLARE
            opens time; closes time; local timestamp;
            before interval; after interval; low timestamptz; high timestamptz; middle timestamptz;
            edges timestamptz[]; earlier timestamptz; later timestamptz;
        BEGIN
            IF send_window IS NULL THEN
                RETURN due;
            END IF;
            zone := CASE zone  -- PostgreSQL takes these for abbreviations, of zones without summer time
                WHEN 'CET' THEN 'Europe/Brussels' WHEN 'MET' THEN 'Europe/Brussels'
                WHEN 'EET' THEN 'Europe/Athens' WHEN 'WET' THEN 'Europe/Lisbon' ELSE zone END;
            opens := split_part(send_window, '-', 1)::time;
            closes := split_part(send_window, '-', 2)::time;
            local := due AT TIME ZONE zone;
            IF local::time BETWEEN opens AND closes THEN
                RETURN due;
            END IF;
            low := due - interval '27 hours';
            high := due + interval '27 hours';
            before := (low AT TIME ZONE zone) - (low AT TIME ZONE 'UTC');
            after := (high AT TIME ZONE zone) - (high AT TIME ZONE 'UTC');
            IF before <> after THEN
                low := date_trunc('minute', low);
                high := date_trunc('minute', high);
                WHILE high - low > interval '1 minute' LOOP
                    middle := low + floor(extract(epoch FROM high - low) / 120) * interval '1 minute';
                    IF (middle AT TIME ZONE zone) - (middle AT TIME ZONE 'UTC') = before THEN
                        low := middle;
                    ELSE
                        high := middle;
                    END IF;
                END LOOP;
                edges := ARRAY[low, high];
            END IF;
            edges := edges || ARRAY(
                SELECT ((local::date + d + edge) - shift) AT TIME ZONE 'UTC'
                FROM generate_series(-2, 2) AS d, unnest(ARRAY[opens, closes]) AS edge,
                     unnest(ARRAY[before, after]) AS shift
            );
            SELECT max(e) FILTER (WHERE e <= due), min(e) FILTER (WHERE e > due) INTO earlier, later
            FROM unnest(edges) AS e WHERE (e AT TIME ZONE zone)::time BETWEEN opens AND closes;
            IF earlier >= armed THEN
                RETURN earlier;
            ELSIF later <= latest THEN
                RETURN later;
            END IF;
            RETURN NULL;
        EXCEPTION WHEN invalid_parameter_value THEN
            RETURN due;  -- a zone that this PostgreSQL does not know
        END
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION app.sending_moment FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.sending_moment TO pazpaz_app, pazpaz_system")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.sending_moment")
    op.execute("DROP FUNCTION app.new_id")
    op.execute("REVOKE USAGE ON SCHEMA app FROM pazpaz_system")
    op.execute(_ENTER.replace("$system$", ""))
    op.execute("DROP POLICY system ON appointments")
    op.execute("DROP POLICY system ON clients")
    op.execute("REVOKE ALL ON appointments, clients FROM pazpaz_system")
    op.execute("DROP TRIGGER booked_anew ON appointments")
    op.execute("DROP FUNCTION app.booked_anew")
    op.drop_index("ix_appointments_booked_at", table_name="appointments")
    op.drop_index("ix_appointments_upcoming", table_name="appointments")
    op.drop_column("appointments", "client_responded_at")
    op.drop_column("appointments", "client_response")
    op.drop_column("appointments", "booked_at")
    op.drop_column("clients", "email_bounced_at")
    op.drop_table("reminder_scheduler")
    op.drop_table("reminder_logs")
    op.drop_table("reminder_configurations")
