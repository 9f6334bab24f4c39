-- Second factors, proving them, and what a user is told about them.

CREATE TABLE factors (
    workspace_id uuid NOT NULL CONSTRAINT fk_factors_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    secret bytea,
    last_step bigint,
    passkey_id bytea,
    public_key bytea,
    sign_count bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    last_used_at timestamptz,
    removed_at timestamptz,
    CONSTRAINT pk_factors PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_factors_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    CONSTRAINT uq_factors_passkey_id UNIQUE (workspace_id, passkey_id),
    CONSTRAINT ck_factors_kind CHECK (kind IN ('totp', 'passkey')),
    CONSTRAINT ck_factors_totp CHECK ((kind = 'totp') = (secret IS NOT NULL)),
    CONSTRAINT ck_factors_passkey CHECK ((kind = 'passkey') = (passkey_id IS NOT NULL AND public_key IS NOT NULL
        AND sign_count IS NOT NULL)),
    CONSTRAINT ck_factors_passkey_lengths CHECK (octet_length(passkey_id) BETWEEN 1 AND 1023
        AND octet_length(public_key) BETWEEN 1 AND 600)
);
CREATE INDEX ix_factors_user_id ON factors (workspace_id, user_id);

CREATE TABLE factor_holders (
    workspace_id uuid NOT NULL CONSTRAINT fk_factor_holders_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    tried_at timestamptz,
    recovery_set_id uuid,
    CONSTRAINT pk_factor_holders PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_factor_holders_id FOREIGN KEY (workspace_id, id) REFERENCES users (workspace_id, id)
);

CREATE TABLE recovery_codes (
    workspace_id uuid NOT NULL CONSTRAINT fk_recovery_codes_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    set_id uuid NOT NULL,
    hash bytea NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_recovery_codes PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_recovery_codes_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    CONSTRAINT uq_recovery_codes_hash UNIQUE (workspace_id, set_id, hash)
);

CREATE TABLE factor_challenges (
    workspace_id uuid NOT NULL CONSTRAINT fk_factor_challenges_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    credential_id uuid NOT NULL,
    purpose text NOT NULL,
    challenge bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_factor_challenges PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_factor_challenges_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    CONSTRAINT fk_factor_challenges_credential_id FOREIGN KEY (workspace_id, credential_id)
        REFERENCES credentials (workspace_id, id),
    CONSTRAINT ck_factor_challenges_purpose CHECK (purpose IN ('create', 'prove'))
);
CREATE INDEX ix_factor_challenges_expires_at ON factor_challenges (expires_at);

CREATE TABLE passkey_challenges (
    id uuid NOT NULL,
    challenge bytea NOT NULL,
    browser_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_passkey_challenges PRIMARY KEY (id)
);
CREATE INDEX ix_passkey_challenges_expires_at ON passkey_challenges (expires_at);

CREATE TABLE account_notices (
    workspace_id uuid NOT NULL CONSTRAINT fk_account_notices_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    event text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    CONSTRAINT pk_account_notices PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_account_notices_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    CONSTRAINT ck_account_notices_event CHECK (event IN ('factor-added', 'factor-removed', 'recovery-used',
        'recovery-renewed', 'factors-reset', 'new-device'))
);
CREATE INDEX ix_account_notices_created_at ON account_notices (created_at) WHERE sent_at IS NULL;
CREATE INDEX ix_account_notices_id ON account_notices (id);

CREATE TABLE known_devices (
    workspace_id uuid NOT NULL CONSTRAINT fk_known_devices_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    hash bytea NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_known_devices PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_known_devices_user_id FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    CONSTRAINT uq_known_devices_hash UNIQUE (workspace_id, user_id, hash)
);

-- What a factor means for sign-ins counts at once, whichever statement changes it: app.enter refuses the next
-- request of a credential that ended.
CREATE FUNCTION app.count_factors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.users SET has_second_factor = EXISTS (
        SELECT FROM public.factors AS f
        WHERE f.workspace_id = NEW.workspace_id AND f.user_id = NEW.user_id
          AND f.confirmed_at IS NOT NULL AND f.removed_at IS NULL)
    WHERE workspace_id = NEW.workspace_id AND id = NEW.user_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_factors AFTER INSERT OR UPDATE OF confirmed_at, removed_at ON factors
    FOR EACH ROW EXECUTE FUNCTION app.count_factors();

CREATE FUNCTION app.end_unproved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.credentials SET revoked_at = now()
    WHERE workspace_id = NEW.workspace_id AND revoked_at IS NULL AND factor_at IS NULL
      AND (TG_TABLE_NAME = 'workspaces' OR user_id = NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER end_unproved AFTER UPDATE OF has_second_factor ON users FOR EACH ROW
    WHEN (NEW.has_second_factor AND NOT OLD.has_second_factor) EXECUTE FUNCTION app.end_unproved();
CREATE TRIGGER end_unproved AFTER UPDATE OF requires_second_factor ON workspaces FOR EACH ROW
    WHEN (NEW.requires_second_factor AND OLD.requires_second_factor IS DISTINCT FROM true)
    EXECUTE FUNCTION app.end_unproved();

CREATE FUNCTION app.reset_factors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.factor_holders SET recovery_set_id = NULL
    WHERE workspace_id = NEW.workspace_id AND id = NEW.id;
    UPDATE public.factors SET removed_at = now()
    WHERE workspace_id = NEW.workspace_id AND user_id = NEW.id AND removed_at IS NULL;
    UPDATE public.credentials SET revoked_at = now()
    WHERE workspace_id = NEW.workspace_id AND user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER reset_factors AFTER UPDATE OF factors_reset_at ON users FOR EACH ROW
    WHEN (NEW.factors_reset_at IS NOT NULL) EXECUTE FUNCTION app.reset_factors();
