-- Who looked at what and changed what, and what is signed of it.

CREATE SEQUENCE audit_events_position CACHE 1;  -- a cached number would be older than its transaction
GRANT USAGE ON SEQUENCE audit_events_position TO pazpaz_app;
GRANT USAGE, SELECT ON SEQUENCE audit_events_position TO pazpaz_system;

CREATE TABLE audit_events (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid,
    action text NOT NULL,
    entity_type text NOT NULL,
    entity_id uuid,
    at timestamptz NOT NULL DEFAULT now(),
    request_id uuid,
    ip_prefix text,
    position bigint NOT NULL DEFAULT  -- the transaction has its id before the event has its number
        CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('audit_events_position'::regclass)
        ELSE NULL::bigint END,
    transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    CONSTRAINT pk_audit_events PRIMARY KEY (workspace_id, id)
);
CREATE INDEX ix_audit_events_entity_id ON audit_events (workspace_id, entity_id, id);
CREATE INDEX ix_audit_events_position ON audit_events
    USING brin (position) WITH (pages_per_range = 32, autosummarize = on);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

CREATE TABLE audit_checkpoints (
    number bigint NOT NULL,
    previous bytea NOT NULL,
    root bytea NOT NULL,
    event_count integer NOT NULL,
    through_position bigint NOT NULL,
    through_workspace_id uuid NOT NULL,
    through_id uuid NOT NULL,
    complete_at timestamptz,
    signed_at timestamptz NOT NULL,
    given_up bytea,
    public_key bytea NOT NULL,
    signature bytea NOT NULL,
    leaves bytea NOT NULL,
    CONSTRAINT pk_audit_checkpoints PRIMARY KEY (number),
    CONSTRAINT ck_audit_checkpoints_number CHECK (number > 0),
    CONSTRAINT ck_audit_checkpoints_lengths CHECK (octet_length(previous) = 32 AND octet_length(root) = 32
        AND octet_length(given_up) = 32 AND octet_length(public_key) = 32 AND octet_length(signature) = 64),
    CONSTRAINT ck_audit_checkpoints_leaves CHECK (octet_length(leaves) = 64 * event_count)
);
ALTER TABLE audit_checkpoints ALTER COLUMN leaves SET STORAGE EXTERNAL;  -- hashes do not compress
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_checkpoints FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();
