-- Reminders and digests: when they are due, and what became of each.

CREATE TABLE time_zone_offsets (
    zone text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    utc_offset interval NOT NULL,
    release text NOT NULL,
    CONSTRAINT pk_time_zone_offsets PRIMARY KEY (zone, since),
    CONSTRAINT ck_time_zone_offsets_order CHECK (since < until)
);

-- The window's nearest earlier moment if it is not before `armed`, else its next later one if that is by
-- `latest`, else null. Local time is `time_zone_offsets`', which are the application's; PostgreSQL's own may
-- be of another year, and are asked only about a zone that is not there. When the offset changes near by, the
-- window is open from each day's opening to its closing under every offset, as long as that one holds; of an
-- offset that ends, to its last minute.
CREATE FUNCTION app.sending_moment(
    due timestamptz, send_window text, zone text, armed timestamptz, latest timestamptz
) RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    opens time; closes time; local timestamp; utc timestamp := due AT TIME ZONE 'UTC';
    held_since timestamptz; held_until timestamptz; shift interval;
    earlier timestamptz; later timestamptz;
BEGIN
    IF send_window IS NULL THEN
        RETURN due;
    END IF;
    opens := split_part(send_window, '-', 1)::time;
    closes := split_part(send_window, '-', 2)::time;
    SELECT o.since, o.until, o.utc_offset INTO held_since, held_until, shift
    FROM public.time_zone_offsets AS o
    WHERE o.zone = sending_moment.zone AND o.since <= due ORDER BY o.since DESC LIMIT 1;
    IF NOT FOUND THEN
        held_since := '-infinity';
        held_until := 'infinity';
        shift := (due AT TIME ZONE zone) - utc;
    END IF;
    local := utc + shift;
    IF local::time BETWEEN opens AND closes THEN
        RETURN due;
    ELSIF held_since <= due - interval '3 days' AND held_until > due + interval '3 days' THEN
        earlier := (local::date - (local::time < opens)::integer + closes - shift) AT TIME ZONE 'UTC';
        later := (local::date + (local::time > closes)::integer + opens - shift) AT TIME ZONE 'UTC';
    ELSE
        SELECT max(last) FILTER (WHERE last <= due), min(first) FILTER (WHERE first > due)
        INTO earlier, later
        FROM public.time_zone_offsets AS o, generate_series(-3, 3) AS d,
        LATERAL (SELECT
            greatest(o.since, (utc::date + d + opens - o.utc_offset) AT TIME ZONE 'UTC') AS first,
            least(o.until - interval '1 minute', (utc::date + d + closes - o.utc_offset) AT TIME ZONE 'UTC')
                AS last
        ) AS stretch
        WHERE o.zone = sending_moment.zone AND first <= last
          AND o.since <= due + interval '3 days' AND o.until > due - interval '3 days';
    END IF;
    IF earlier >= armed THEN
        RETURN earlier;
    ELSIF later <= latest THEN
        RETURN later;
    END IF;
    RETURN NULL;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN due;  -- a zone that nobody knows
END
$$;
REVOKE ALL ON FUNCTION app.sending_moment FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.sending_moment TO pazpaz_app, pazpaz_system;

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

-- A zone's day today: its date, when a time of day is on it, and when it ends.
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
$$;
REVOKE ALL ON FUNCTION app.evening FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.evening TO pazpaz_system;
