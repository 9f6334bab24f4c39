-- Practices, their people, how they sign in, and the keys of what they write.

CREATE TABLE workspaces (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    timezone text NOT NULL,
    locale text NOT NULL,
    reply_to text,
    reminder_sender_name text,
    requires_second_factor boolean,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deletion_due_at timestamptz,
    announced_due_at timestamptz,
    closed_at timestamptz,
    erased_at timestamptz,
    CONSTRAINT pk_workspaces PRIMARY KEY (workspace_id, id),
    CONSTRAINT uq_workspaces_workspace_id UNIQUE (workspace_id),
    CONSTRAINT ck_workspaces_own_workspace CHECK (id = workspace_id),
    CONSTRAINT ck_workspaces_locale CHECK (locale IN ('en', 'he'))
);
CREATE INDEX ix_workspaces_deletion_due_at ON workspaces (deletion_due_at) WHERE deletion_due_at IS NOT NULL;

CREATE TABLE users (
    workspace_id uuid NOT NULL CONSTRAINT fk_users_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    email text NOT NULL,
    full_name text NOT NULL,
    role text NOT NULL,
    status text NOT NULL DEFAULT 'active',
    invited_at timestamptz,
    invitation_sent_at timestamptz,
    has_second_factor boolean NOT NULL DEFAULT false,
    factors_reset_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_users PRIMARY KEY (workspace_id, id),
    CONSTRAINT uq_users_email UNIQUE (workspace_id, email),
    CONSTRAINT ck_users_email_lower CHECK (email = lower(email)),
    CONSTRAINT ck_users_role CHECK (role IN ('owner', 'therapist', 'assistant')),
    CONSTRAINT ck_users_status CHECK (status IN ('active', 'disabled', 'removed'))
);
CREATE INDEX ix_users_email ON users (email);
CREATE INDEX ix_users_id ON users (id);

CREATE TABLE credentials (
    workspace_id uuid NOT NULL CONSTRAINT fk_credentials_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    role text NOT NULL,
    hash bytea NOT NULL,
    name text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    idle_until timestamptz,
    revoked_at timestamptz,
    factor_at timestamptz,
    locked_at timestamptz,
    CONSTRAINT pk_credentials PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_credentials_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    CONSTRAINT ck_credentials_kind CHECK (kind IN ('sign-in', 'token')),
    CONSTRAINT ck_credentials_sign_in_expires CHECK (kind <> 'sign-in' OR expires_at IS NOT NULL),
    CONSTRAINT ck_credentials_sign_in_locks CHECK (kind = 'sign-in' OR locked_at IS NULL)
);
CREATE INDEX ix_credentials_hash ON credentials (hash);
CREATE INDEX ix_credentials_user_id ON credentials (workspace_id, user_id);

CREATE TABLE magic_links (
    id uuid NOT NULL,
    email text NOT NULL,
    purpose text NOT NULL,
    signup jsonb,
    token_hash bytea NOT NULL,
    browser_hash bytea NOT NULL,
    code_tries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    sent_at timestamptz,
    used_at timestamptz,
    CONSTRAINT pk_magic_links PRIMARY KEY (id),
    CONSTRAINT uq_magic_links_token_hash UNIQUE (token_hash),
    CONSTRAINT ck_magic_links_purpose CHECK (purpose IN ('sign_up', 'sign_in')),
    CONSTRAINT ck_magic_links_signup CHECK ((purpose = 'sign_up') = (signup IS NOT NULL))
);
CREATE INDEX ix_magic_links_expires_at ON magic_links (expires_at);

CREATE TABLE workspace_keys (
    workspace_id uuid NOT NULL CONSTRAINT fk_workspace_keys_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    number integer NOT NULL,
    wrapped bytea NOT NULL,
    kek_id text NOT NULL,
    erasure_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    resealed_at timestamptz,
    CONSTRAINT pk_workspace_keys PRIMARY KEY (workspace_id, id),
    CONSTRAINT uq_workspace_keys_number UNIQUE (workspace_id, number)
);

CREATE TABLE idempotency_keys (
    workspace_id uuid NOT NULL CONSTRAINT fk_idempotency_keys_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    status integer NOT NULL,
    answer bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (workspace_id, id)
);

-- A credential repeats its user's role, so that app.enter looks at one row; no statement can forget it.
-- FOR SHARE waits for a change of the user that is under way.
CREATE FUNCTION app.credential_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT u.role INTO STRICT NEW.role FROM public.users AS u
    WHERE u.workspace_id = NEW.workspace_id AND u.id = NEW.user_id AND u.status = 'active'
    FOR SHARE;
    RETURN NEW;
END
$$;
CREATE TRIGGER credential_role BEFORE INSERT ON credentials
    FOR EACH ROW EXECUTE FUNCTION app.credential_role();

CREATE FUNCTION app.follow_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.credentials SET
        role = NEW.role,
        revoked_at = CASE WHEN NEW.status = 'active' THEN revoked_at ELSE coalesce(revoked_at, now()) END
    WHERE workspace_id = NEW.workspace_id AND user_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER follow_user AFTER UPDATE OF role, status ON users FOR EACH ROW
    WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION app.follow_user();

-- A workspace keeps an active owner; two who leave at once wait for each other on the workspace's row.
CREATE FUNCTION app.keep_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM public.workspaces WHERE workspace_id = NEW.workspace_id FOR UPDATE;
    IF NOT EXISTS (
        SELECT FROM public.users
        WHERE workspace_id = NEW.workspace_id AND role = 'owner' AND status = 'active'
    ) THEN
        RAISE EXCEPTION 'a workspace keeps an owner'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'users_keep_an_owner';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_an_owner AFTER UPDATE OF role, status ON users FOR EACH ROW
    WHEN (OLD.role = 'owner' AND OLD.status = 'active') EXECUTE FUNCTION app.keep_an_owner();
