-- The people treated, and when.

CREATE TABLE clients (
    workspace_id uuid NOT NULL CONSTRAINT fk_clients_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    first_name bytea NOT NULL,
    last_name bytea NOT NULL,
    email bytea,
    phone bytea,
    date_of_birth bytea,
    address bytea,
    notes bytea,
    tags bytea,
    locale text,
    timezone text,
    consent_given_at timestamptz,
    reminders_opt_out boolean NOT NULL DEFAULT false,
    email_bounced_at timestamptz,
    archived_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_clients PRIMARY KEY (workspace_id, id)
);
CREATE INDEX ix_clients_archived_at ON clients (workspace_id, archived_at, id);

CREATE TABLE appointments (
    workspace_id uuid NOT NULL CONSTRAINT fk_appointments_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    therapist_id uuid NOT NULL,
    scheduled_start timestamptz NOT NULL,
    scheduled_end timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'scheduled',
    location_type text NOT NULL DEFAULT 'clinic',
    location bytea,
    service_name text,
    logistics bytea,
    notes bytea,
    has_finalized_note boolean NOT NULL DEFAULT false,
    booked_at timestamptz NOT NULL DEFAULT now(),
    is_cancellation_told boolean NOT NULL DEFAULT false,
    client_response text,
    client_responded_at timestamptz,
    archived_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_appointments PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_appointments_client_id FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, id),
    CONSTRAINT fk_appointments_therapist_id FOREIGN KEY (workspace_id, therapist_id)
        REFERENCES users (workspace_id, id),
    CONSTRAINT ex_appointments_therapist_overlap
        EXCLUDE USING gist (workspace_id WITH =, therapist_id WITH =,
            tstzrange(scheduled_start, scheduled_end) WITH &&)
        WHERE (status = 'scheduled' AND archived_at IS NULL),
    CONSTRAINT ck_appointments_status CHECK (status IN ('scheduled', 'completed', 'cancelled', 'no_show')),
    CONSTRAINT ck_appointments_location_type CHECK (location_type IN ('clinic', 'home', 'online')),
    CONSTRAINT ck_appointments_client_response CHECK (client_response IN ('confirmed', 'declined',
        'move-requested')),
    CONSTRAINT ck_appointments_client_responded_at CHECK ((client_response IS NULL) = (client_responded_at IS NULL)),
    CONSTRAINT ck_appointments_ends_after_start CHECK (scheduled_end > scheduled_start),
    CONSTRAINT ck_appointments_at_most_a_day CHECK (scheduled_end - scheduled_start <= interval '24 hours')
);
CREATE INDEX ix_appointments_booked_at ON appointments (booked_at) WHERE status = 'scheduled'
    AND archived_at IS NULL;
CREATE INDEX ix_appointments_cancellation_told ON appointments (scheduled_start) WHERE is_cancellation_told
    AND status = 'cancelled';
CREATE INDEX ix_appointments_client_id ON appointments (workspace_id, client_id, scheduled_start, id)
    INCLUDE (status, archived_at);
CREATE INDEX ix_appointments_length ON appointments (workspace_id, (scheduled_end - scheduled_start));
CREATE INDEX ix_appointments_scheduled_start ON appointments (workspace_id, scheduled_start, id);
CREATE INDEX ix_appointments_therapist_id ON appointments (workspace_id, therapist_id, scheduled_start, id);
CREATE INDEX ix_appointments_upcoming ON appointments (scheduled_start) WHERE status = 'scheduled'
    AND archived_at IS NULL;

-- What the client answered was about the old time; and a reminder of the new one is armed from now.
CREATE FUNCTION app.booked_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.booked_at := now();
    NEW.client_response := NULL;
    NEW.client_responded_at := NULL;
    RETURN NEW;
END
$$;
CREATE TRIGGER booked_anew BEFORE UPDATE OF scheduled_start, status ON appointments FOR EACH ROW
    WHEN (OLD.scheduled_start IS DISTINCT FROM NEW.scheduled_start
        OR (OLD.status <> 'scheduled' AND NEW.status = 'scheduled'))
    EXECUTE FUNCTION app.booked_anew();
