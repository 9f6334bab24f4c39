-- Reminders and digests: when they are due, and what became of each.

CREATE TABLE reminder_configurations (
    workspace_id uuid NOT NULL CONSTRAINT fk_reminder_configurations_workspace_id
        REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    hours_before integer NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    subject_template text,
    body_template text,
    send_window text,
    active_since timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_reminder_configurations PRIMARY KEY (workspace_id, id),
    CONSTRAINT ck_reminder_configurations_hours_before CHECK (hours_before BETWEEN 1 AND 336),
    CONSTRAINT ck_reminder_configurations_send_window CHECK (
        send_window ~ '^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$'
        AND split_part(send_window, '-', 1) < split_part(send_window, '-', 2))
);
CREATE
    UNIQUE INDEX uq_reminder_configurations_hours_before ON reminder_configurations (workspace_id, hours_before)
    WHERE archived_at IS NULL;

CREATE TABLE reminder_logs (
    workspace_id uuid NOT NULL CONSTRAINT fk_reminder_logs_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    kind text NOT NULL DEFAULT 'reminder',
    appointment_id uuid NOT NULL,
    configuration_id uuid,
    hours_before integer,
    scheduled_start timestamptz NOT NULL,
    booked_at timestamptz,
    due_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    reason text,
    recipient bytea,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    claim_id uuid,
    claimed_until timestamptz,
    handed_over_at timestamptz,
    handovers integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    settled_at timestamptz,
    message_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_reminder_logs PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_reminder_logs_appointment_id FOREIGN KEY (workspace_id, appointment_id)
        REFERENCES appointments (workspace_id, id),
    CONSTRAINT fk_reminder_logs_configuration_id FOREIGN KEY (workspace_id, configuration_id)
        REFERENCES reminder_configurations (workspace_id, id),
    CONSTRAINT uq_reminder_logs_once
        UNIQUE NULLS NOT DISTINCT (workspace_id, appointment_id, kind, configuration_id, scheduled_start, booked_at),
    CONSTRAINT ck_reminder_logs_kind CHECK (kind IN ('reminder', 'cancellation', 'rescheduling')),
    CONSTRAINT ck_reminder_logs_status CHECK (status IN ('pending', 'sent', 'failed', 'bounced', 'skipped')),
    CONSTRAINT ck_reminder_logs_reason CHECK (reason IN ('booked-late', 'configured-late', 'superseded',
        'too-late', 'rescheduled', 'cancelled', 'completed', 'no-show', 'archived', 'declined', 'opted-out',
        'no-address', 'address-bounced', 'client-archived', 'configuration-off', 'outside-window',
        'server-unavailable', 'refused-for-now', 'refused', 'address-refused', 'undeliverable', 'unknown',
        'unwritable')),
    CONSTRAINT ck_reminder_logs_configured CHECK ((kind = 'reminder') = (configuration_id IS NOT NULL)),
    CONSTRAINT ck_reminder_logs_booked_at CHECK (kind <> 'reminder' OR booked_at IS NULL),
    CONSTRAINT ck_reminder_logs_sent_at CHECK ((status = 'sent') <= (sent_at IS NOT NULL))
);
CREATE INDEX ix_reminder_logs_due_at ON reminder_logs (workspace_id, due_at, id);
CREATE INDEX ix_reminder_logs_failed ON reminder_logs (workspace_id, settled_at) WHERE status IN ('failed',
    'bounced');
CREATE INDEX ix_reminder_logs_handed_over_at ON reminder_logs (handed_over_at);
CREATE INDEX ix_reminder_logs_id ON reminder_logs (id);
CREATE INDEX ix_reminder_logs_next_attempt_at ON reminder_logs (next_attempt_at) WHERE status = 'pending';
CREATE INDEX ix_reminder_logs_told ON reminder_logs (scheduled_start) WHERE handed_over_at IS NOT NULL AND kind <>
    'cancellation';

CREATE TABLE reminder_scheduler (
    id integer NOT NULL,
    passed_at timestamptz NOT NULL,
    CONSTRAINT pk_reminder_scheduler PRIMARY KEY (id),
    CONSTRAINT ck_reminder_scheduler_one_row CHECK (id = 1)
);
INSERT INTO reminder_scheduler (id, passed_at) VALUES (1, now());

CREATE TABLE digest_preferences (
    workspace_id uuid NOT NULL CONSTRAINT fk_digest_preferences_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    is_active boolean NOT NULL DEFAULT false,
    send_time text NOT NULL DEFAULT '18:00',
    active_since timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_digest_preferences PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_digest_preferences_id FOREIGN KEY (workspace_id, id) REFERENCES users (workspace_id, id),
    CONSTRAINT ck_digest_preferences_send_time CHECK (send_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$')
);

CREATE TABLE digests (
    workspace_id uuid NOT NULL CONSTRAINT fk_digests_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    digest_date date NOT NULL,
    due_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    claim_id uuid,
    claimed_until timestamptz,
    handed_over_at timestamptz,
    handovers integer NOT NULL DEFAULT 0,
    covers_until timestamptz,
    sent_at timestamptz,
    settled_at timestamptz,
    message_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_digests PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_digests_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    CONSTRAINT uq_digests_once UNIQUE (workspace_id, user_id, digest_date),
    CONSTRAINT ck_digests_status CHECK (status IN ('pending', 'sent', 'failed', 'bounced', 'skipped')),
    CONSTRAINT ck_digests_reason CHECK (reason IN ('too-late', 'superseded', 'server-unavailable',
        'refused-for-now', 'refused', 'address-refused', 'undeliverable', 'unknown', 'unwritable',
        'nothing-to-say', 'switched-off', 'no-clinician')),
    CONSTRAINT ck_digests_sent_at CHECK ((status = 'sent') <= (sent_at IS NOT NULL))
);
CREATE INDEX ix_digests_handed_over_at ON digests (handed_over_at);
CREATE INDEX ix_digests_id ON digests (id);
CREATE INDEX ix_digests_next_attempt_at ON digests (next_attempt_at) WHERE status = 'pending';
