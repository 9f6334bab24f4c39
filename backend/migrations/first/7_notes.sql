-- SOAP notes, their earlier texts, what was added to them, and what came from offline. Ciphertext does not compress.

CREATE TABLE sessions (
    workspace_id uuid NOT NULL CONSTRAINT fk_sessions_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    client_id uuid NOT NULL,
    client_session_id uuid,
    session_date timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'draft',
    subjective bytea,
    objective bytea,
    assessment bytea,
    plan bytea,
    version integer NOT NULL DEFAULT 1,
    is_synced boolean NOT NULL DEFAULT true,
    attachment_count integer NOT NULL DEFAULT 0,
    amendment_count integer NOT NULL DEFAULT 0,
    finalized_at timestamptz,
    finalized_by uuid,
    saved_by uuid,
    saved_with uuid,
    saved_since timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_sessions PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_sessions_appointment_id FOREIGN KEY (workspace_id, appointment_id)
        REFERENCES appointments (workspace_id, id),
    CONSTRAINT fk_sessions_client_id FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, id),
    CONSTRAINT fk_sessions_finalized_by FOREIGN KEY (workspace_id, finalized_by) REFERENCES users (workspace_id, id),
    CONSTRAINT fk_sessions_saved_by FOREIGN KEY (workspace_id, saved_by) REFERENCES users (workspace_id, id),
    CONSTRAINT ck_sessions_status CHECK (status IN ('draft', 'finalized', 'archived')),
    CONSTRAINT ck_sessions_finalized_by_someone CHECK ((finalized_at IS NULL) = (finalized_by IS NULL)),
    CONSTRAINT ck_sessions_finalized_at CHECK (status <> 'finalized' OR finalized_at IS NOT NULL),
    CONSTRAINT ck_sessions_draft_not_finalized CHECK (status <> 'draft' OR finalized_at IS NULL)
);
CREATE INDEX ix_sessions_appointment_id ON sessions (workspace_id, appointment_id);
CREATE INDEX ix_sessions_client_id ON sessions (workspace_id, client_id, session_date, id) INCLUDE (status);
CREATE INDEX ix_sessions_finalized_at ON sessions (workspace_id, client_id, finalized_at, id) WHERE status =
    'finalized';
CREATE INDEX ix_sessions_session_date ON sessions (workspace_id, session_date, id);
CREATE UNIQUE INDEX uq_sessions_appointment ON sessions (workspace_id, appointment_id) WHERE status <> 'archived';
CREATE UNIQUE INDEX uq_sessions_client_session_id ON sessions (workspace_id, client_session_id)
    WHERE client_session_id IS NOT NULL;
-- Notes stay in their page up to 4 kB, and update heap-only.
ALTER TABLE sessions SET (fillfactor = 85, toast_tuple_target = 4080);
ALTER TABLE sessions
    ALTER COLUMN subjective SET STORAGE EXTERNAL,
    ALTER COLUMN objective SET STORAGE EXTERNAL,
    ALTER COLUMN assessment SET STORAGE EXTERNAL,
    ALTER COLUMN plan SET STORAGE EXTERNAL;

-- A draft's session_date is its appointment's start, whichever statement moves it.
CREATE FUNCTION app.move_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.sessions SET session_date = NEW.scheduled_start
    WHERE workspace_id = NEW.workspace_id AND appointment_id = NEW.id AND status = 'draft';
    RETURN NULL;
END
$$;
CREATE TRIGGER move_draft AFTER UPDATE OF scheduled_start ON appointments FOR EACH ROW
    WHEN (OLD.scheduled_start IS DISTINCT FROM NEW.scheduled_start) EXECUTE FUNCTION app.move_draft();

-- What was signed stays as it was signed, whoever asks; it may be archived and restored, and count what is added to it.
-- The comparison is here and not in WHEN, which PostgreSQL would prepare anew for each autosave.
CREATE FUNCTION app.refuse_finalized() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.workspace_id, OLD.id, OLD.appointment_id, OLD.client_id, OLD.client_session_id, OLD.session_date,
            OLD.subjective, OLD.objective, OLD.assessment, OLD.plan,
            OLD.finalized_at, OLD.finalized_by, OLD.created_at)
           IS NOT DISTINCT FROM
           (NEW.workspace_id, NEW.id, NEW.appointment_id, NEW.client_id, NEW.client_session_id, NEW.session_date,
            NEW.subjective, NEW.objective, NEW.assessment, NEW.plan,
            NEW.finalized_at, NEW.finalized_by, NEW.created_at)
           AND NEW.status IN ('finalized', 'archived') THEN
            RETURN NEW;
        END IF;
        IF app.is_resealed(OLD.workspace_id, OLD.subjective, NEW.subjective)
           AND app.is_resealed(OLD.workspace_id, OLD.objective, NEW.objective)
           AND app.is_resealed(OLD.workspace_id, OLD.assessment, NEW.assessment)
           AND app.is_resealed(OLD.workspace_id, OLD.plan, NEW.plan)
           AND to_jsonb(OLD) - ARRAY['subjective', 'objective', 'assessment', 'plan']
               = to_jsonb(NEW) - ARRAY['subjective', 'objective', 'assessment', 'plan'] THEN
            RETURN NEW;
        END IF;
        IF to_jsonb(OLD) - ARRAY['client_id', 'appointment_id', 'session_date']
               = to_jsonb(NEW) - ARRAY['client_id', 'appointment_id', 'session_date']
           AND app.is_moved(OLD.workspace_id, OLD.id, OLD.client_id, NEW.client_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a finalized note does not change' USING ERRCODE = 'PZ403';
END
$$;
CREATE TRIGGER finalized_stays BEFORE UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.finalized_at IS NOT NULL) EXECUTE FUNCTION app.refuse_finalized();
CREATE TRIGGER finalized_is_kept BEFORE DELETE ON sessions FOR EACH ROW
    WHEN (OLD.finalized_at IS NOT NULL) EXECUTE FUNCTION app.refuse_finalized();
CREATE TRIGGER notes_are_kept BEFORE TRUNCATE ON sessions
    FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_finalized();

CREATE TABLE session_revisions (
    workspace_id uuid NOT NULL CONSTRAINT fk_session_revisions_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    version integer NOT NULL,
    subjective bytea,
    objective bytea,
    assessment bytea,
    plan bytea,
    author_id uuid,
    saved_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_session_revisions PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_session_revisions_session_id FOREIGN KEY (workspace_id, session_id)
        REFERENCES sessions (workspace_id, id),
    CONSTRAINT fk_session_revisions_author_id FOREIGN KEY (workspace_id, author_id)
        REFERENCES users (workspace_id, id),
    CONSTRAINT uq_session_revisions_version UNIQUE (workspace_id, session_id, version)
);
CREATE INDEX ix_session_revisions_created_at ON session_revisions (created_at);
ALTER TABLE session_revisions
    ALTER COLUMN subjective SET STORAGE EXTERNAL,
    ALTER COLUMN objective SET STORAGE EXTERNAL,
    ALTER COLUMN assessment SET STORAGE EXTERNAL,
    ALTER COLUMN plan SET STORAGE EXTERNAL;
CREATE TRIGGER stays BEFORE UPDATE OF subjective, objective, assessment, plan ON session_revisions FOR EACH ROW
    EXECUTE FUNCTION app.refuse_unless_resealed('subjective', 'objective', 'assessment', 'plan');

CREATE TABLE session_amendments (
    workspace_id uuid NOT NULL CONSTRAINT fk_session_amendments_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    client_id uuid NOT NULL,
    author_id uuid NOT NULL,
    reason bytea NOT NULL,
    subjective bytea,
    objective bytea,
    assessment bytea,
    plan bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_session_amendments PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_session_amendments_session_id FOREIGN KEY (workspace_id, session_id)
        REFERENCES sessions (workspace_id, id),
    CONSTRAINT fk_session_amendments_client_id FOREIGN KEY (workspace_id, client_id)
        REFERENCES clients (workspace_id, id),
    CONSTRAINT fk_session_amendments_author_id FOREIGN KEY (workspace_id, author_id)
        REFERENCES users (workspace_id, id),
    CONSTRAINT ck_session_amendments_says_something
        CHECK (num_nonnulls(subjective, objective, assessment, plan) > 0)
);
CREATE INDEX ix_session_amendments_client_id ON session_amendments (workspace_id, client_id, created_at, id);
CREATE INDEX ix_session_amendments_session_id ON session_amendments (workspace_id, session_id, created_at, id);
ALTER TABLE session_amendments
    ALTER COLUMN reason SET STORAGE EXTERNAL,
    ALTER COLUMN subjective SET STORAGE EXTERNAL,
    ALTER COLUMN objective SET STORAGE EXTERNAL,
    ALTER COLUMN assessment SET STORAGE EXTERNAL,
    ALTER COLUMN plan SET STORAGE EXTERNAL;
CREATE TRIGGER append_only BEFORE DELETE ON session_amendments FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON session_amendments
    FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER stays BEFORE UPDATE ON session_amendments FOR EACH ROW
    EXECUTE FUNCTION app.refuse_unless_resealed('reason', 'subjective', 'objective', 'assessment', 'plan');

CREATE TABLE session_conflicts (
    workspace_id uuid NOT NULL CONSTRAINT fk_session_conflicts_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    session_id uuid,
    appointment_id uuid NOT NULL,
    client_id uuid,
    client_session_id uuid NOT NULL,
    reason text NOT NULL,
    fields text[] NOT NULL,
    subjective bytea,
    objective bytea,
    assessment bytea,
    plan bytea,
    base_version integer,
    server_version integer,
    sent_by uuid NOT NULL,
    sent_with uuid NOT NULL,
    created_at_client timestamptz NOT NULL,
    updated_at_client timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    resolved_by uuid,
    resolution text,
    applied_to uuid,
    CONSTRAINT pk_session_conflicts PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_session_conflicts_session_id FOREIGN KEY (workspace_id, session_id)
        REFERENCES sessions (workspace_id, id),
    CONSTRAINT fk_session_conflicts_client_id FOREIGN KEY (workspace_id, client_id)
        REFERENCES clients (workspace_id, id),
    CONSTRAINT fk_session_conflicts_sent_by FOREIGN KEY (workspace_id, sent_by) REFERENCES users (workspace_id, id),
    CONSTRAINT fk_session_conflicts_resolved_by FOREIGN KEY (workspace_id, resolved_by)
        REFERENCES users (workspace_id, id),
    CONSTRAINT fk_session_conflicts_applied_to FOREIGN KEY (workspace_id, applied_to)
        REFERENCES sessions (workspace_id, id),
    CONSTRAINT ck_session_conflicts_reason CHECK (reason IN ('appointment-missing', 'session-exists',
        'session-finalized', 'edited-elsewhere', 'too-old')),
    CONSTRAINT ck_session_conflicts_resolution CHECK (resolution IN ('keep_server', 'keep_client', 'merge',
        'attach', 'discard')),
    CONSTRAINT ck_session_conflicts_resolved_by_someone
        CHECK (num_nulls(resolved_at, resolved_by, resolution) IN (0, 3))
);
CREATE INDEX ix_session_conflicts_client_id ON session_conflicts (workspace_id, client_id);
CREATE INDEX ix_session_conflicts_client_session_id ON session_conflicts (workspace_id, client_session_id)
    WHERE resolution = 'attach';
CREATE INDEX ix_session_conflicts_created_at ON session_conflicts (workspace_id, created_at, id);
CREATE INDEX ix_session_conflicts_session_id ON session_conflicts (workspace_id, session_id);
ALTER TABLE session_conflicts
    ALTER COLUMN subjective SET STORAGE EXTERNAL,
    ALTER COLUMN objective SET STORAGE EXTERNAL,
    ALTER COLUMN assessment SET STORAGE EXTERNAL,
    ALTER COLUMN plan SET STORAGE EXTERNAL;

CREATE TABLE session_sync_receipts (
    workspace_id uuid NOT NULL CONSTRAINT fk_session_sync_receipts_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    client_session_id uuid NOT NULL,
    session_id uuid,
    conflict_id uuid,
    version integer,
    sent_with uuid NOT NULL,
    updated_at_client timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_session_sync_receipts PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_session_sync_receipts_session_id FOREIGN KEY (workspace_id, session_id)
        REFERENCES sessions (workspace_id, id),
    CONSTRAINT fk_session_sync_receipts_conflict_id FOREIGN KEY (workspace_id, conflict_id)
        REFERENCES session_conflicts (workspace_id, id)
);
CREATE INDEX ix_session_sync_receipts_client_session_id ON session_sync_receipts (workspace_id, client_session_id);

-- Also where an item said only what the note said already: that text was sent, so no save may fold it away.
-- A conflict keeps all of its text by itself.
CREATE FUNCTION app.end_folding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.sessions SET saved_since = NULL
    WHERE workspace_id = NEW.workspace_id AND id = NEW.session_id
      AND status = 'draft' AND saved_since IS NOT NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER end_folding AFTER INSERT ON session_sync_receipts FOR EACH ROW
    WHEN (NEW.session_id IS NOT NULL AND NEW.conflict_id IS NULL) EXECUTE FUNCTION app.end_folding();

CREATE TABLE attachments (
    workspace_id uuid NOT NULL CONSTRAINT fk_attachments_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    client_attachment_id uuid,
    sent_as uuid,
    filename bytea NOT NULL,
    content_type text NOT NULL,
    removed text[] NOT NULL DEFAULT '{}',
    file_size bigint NOT NULL,
    sha256 text NOT NULL,
    preview_size integer,
    preview_sha256 text,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    lost_at timestamptz,
    CONSTRAINT pk_attachments PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_attachments_session_id FOREIGN KEY (workspace_id, session_id)
        REFERENCES sessions (workspace_id, id),
    CONSTRAINT fk_attachments_created_by FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT ck_attachments_content_type CHECK (content_type IN ('image/jpeg', 'image/png', 'application/pdf')),
    CONSTRAINT ck_attachments_removed CHECK (removed <@ ARRAY[
        'signature', 'password', 'scripts', 'attachments', 'actions', 'links', 'annotations'
    ]::text[]),
    CONSTRAINT ck_attachments_file_size CHECK (file_size > 0),
    CONSTRAINT ck_attachments_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT ck_attachments_preview CHECK (num_nulls(preview_size, preview_sha256) IN (0, 2)),
    CONSTRAINT ck_attachments_sent_as CHECK (num_nulls(client_attachment_id, sent_as) IN (0, 2))
);
CREATE INDEX ix_attachments_file_size ON attachments (workspace_id) INCLUDE (file_size) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX uq_attachments_client_attachment_id ON attachments (workspace_id, client_attachment_id)
    WHERE client_attachment_id IS NOT NULL;
CREATE INDEX ix_attachments_session_id ON attachments (workspace_id, session_id, id);
CREATE TRIGGER stays BEFORE UPDATE OF filename ON attachments FOR EACH ROW
    EXECUTE FUNCTION app.refuse_unless_resealed('filename');

-- Only a draft takes or loses a file; its count follows, and its version stays the text's own.
CREATE FUNCTION app.count_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.sessions
    SET attachment_count = attachment_count + CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END
    WHERE workspace_id = NEW.workspace_id AND id = NEW.session_id AND status = 'draft';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'only a draft takes or loses a file'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'attachments_drafts_only';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added AFTER INSERT ON attachments
    FOR EACH ROW EXECUTE FUNCTION app.count_attachment();
CREATE TRIGGER count_removed AFTER UPDATE OF deleted_at ON attachments FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION app.count_attachment();
