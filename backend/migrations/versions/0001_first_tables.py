"""first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "magic_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("signup", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'sign_up') = (signup IS NOT NULL)", name=op.f("ck_magic_links_signup")
        ),
        sa.CheckConstraint("purpose IN ('sign_up', 'sign_in')", name=op.f("ck_magic_links_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_magic_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_magic_links_token_hash")),
    )
    op.create_index("ix_magic_links_expires_at", "magic_links", ["expires_at"], unique=False)
    op.create_table(
        "workspaces",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("reminder_sender_name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("locale IN ('en', 'he')", name=op.f("ck_workspaces_locale")),
        sa.CheckConstraint("id = workspace_id", name=op.f("ck_workspaces_own_workspace")),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_workspaces"),
        sa.UniqueConstraint("workspace_id", name="uq_workspaces_workspace_id"),
    )
    op.create_table(
        "audit_events",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("ip_prefix", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_audit_events"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_idempotency_keys_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_idempotency_keys"),
    )
    op.create_table(
        "clients",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.LargeBinary(), nullable=False),
        sa.Column("last_name", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("date_of_birth", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("tags", sa.LargeBinary(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("consent_given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders_opt_out", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_clients_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_clients"),
    )
    op.create_index(
        "ix_audit_events_entity_id", "audit_events", ["workspace_id", "entity_id", "id"], unique=False
    )
    op.create_index("ix_clients_archived_at", "clients", ["workspace_id", "archived_at", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invitation_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'therapist', 'assistant')", name=op.f("ck_users_role")),
        sa.CheckConstraint("status IN ('active', 'disabled', 'removed')", name=op.f("ck_users_status")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], name="fk_users_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_users"),
        sa.UniqueConstraint("workspace_id", "email", name="uq_users_email"),
    )
    op.create_index("ix_users_id", "users", ["id"], unique=False)
    op.create_index("ix_users_email", "users", ["email"], unique=False)
    op.create_table(
        "workspace_keys",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("kek_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_workspace_keys_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_workspace_keys"),
        sa.UniqueConstraint("workspace_id", "number", name="uq_workspace_keys_number"),
    )
    op.create_table(
        "appointments",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("therapist_id", sa.Uuid(), nullable=False),
        sa.Column("scheduled_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheduled_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="scheduled", nullable=False),
        sa.Column("location_type", sa.Text(), server_default="clinic", nullable=False),
        sa.Column("location", sa.LargeBinary(), nullable=True),
        sa.Column("service_name", sa.Text(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("has_finalized_note", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("workspace_id"), "="),
            (sa.column("therapist_id"), "="),
            (sa.text("tstzrange(scheduled_start, scheduled_end)"), "&&"),
            where=sa.text("status = 'scheduled' AND archived_at IS NULL"),
            using="gist",
            name="ex_appointments_therapist_overlap",
        ),
        sa.CheckConstraint(
            "location_type IN ('clinic', 'home', 'online')", name=op.f("ck_appointments_location_type")
        ),
        sa.CheckConstraint(
            "status IN ('scheduled', 'completed', 'cancelled', 'no_show')",
            name=op.f("ck_appointments_status"),
        ),
        sa.CheckConstraint("scheduled_end > scheduled_start", name=op.f("ck_appointments_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "client_id"],
            ["clients.workspace_id", "clients.id"],
            name="fk_appointments_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "therapist_id"],
            ["users.workspace_id", "users.id"],
            name="fk_appointments_therapist_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_appointments_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_appointments"),
    )
    op.create_index(
        "ix_appointments_client_id",
        "appointments",
        ["workspace_id", "client_id", "scheduled_start", "id"],
        unique=False,
    )
    op.create_index(
        "ix_appointments_scheduled_start",
        "appointments",
        ["workspace_id", "scheduled_start", "id"],
        unique=False,
    )
    op.create_table(
        "credentials",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind <> 'session' OR expires_at IS NOT NULL", name=op.f("ck_credentials_session_expires")
        ),
        sa.CheckConstraint("kind IN ('session', 'token')", name=op.f("ck_credentials_kind")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["users.workspace_id", "users.id"], name="fk_credentials_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_credentials_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_credentials"),
    )
    op.create_index("ix_credentials_hash", "credentials", ["hash"], unique=False)
    op.create_index("ix_credentials_user_id", "credentials", ["workspace_id", "user_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("client_session_id", sa.Uuid(), nullable=True),
        sa.Column("session_date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("subjective", sa.LargeBinary(), nullable=True),
        sa.Column("objective", sa.LargeBinary(), nullable=True),
        sa.Column("assessment", sa.LargeBinary(), nullable=True),
        sa.Column("plan", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("is_synced", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("attachment_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("amendment_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finalized_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finalized_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status <> 'draft' OR finalized_at IS NULL", name=op.f("ck_sessions_draft_not_finalized")
        ),
        sa.CheckConstraint(
            "status <> 'finalized' OR finalized_at IS NOT NULL", name=op.f("ck_sessions_finalized_at")
        ),
        sa.CheckConstraint("status IN ('draft', 'finalized', 'archived')", name=op.f("ck_sessions_status")),
        sa.CheckConstraint(
            "(finalized_at IS NULL) = (finalized_by IS NULL)", name=op.f("ck_sessions_finalized_by_someone")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "appointment_id"],
            ["appointments.workspace_id", "appointments.id"],
            name="fk_sessions_appointment_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "client_id"],
            ["clients.workspace_id", "clients.id"],
            name="fk_sessions_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "finalized_by"],
            ["users.workspace_id", "users.id"],
            name="fk_sessions_finalized_by",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_sessions_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_sessions"),
    )
    op.create_index(
        "ix_sessions_client_id", "sessions", ["workspace_id", "client_id", "session_date", "id"], unique=False
    )
    op.create_index(
        "ix_sessions_session_date", "sessions", ["workspace_id", "session_date", "id"], unique=False
    )
    op.create_index(
        "uq_sessions_appointment",
        "sessions",
        ["workspace_id", "appointment_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'archived'"),
    )

    _enter()
    for table in ("clients", "appointments", "sessions"):
        rls.scope(table, app="SELECT, INSERT, UPDATE")
    rls.scope("workspaces", app="SELECT, UPDATE", system="SELECT, INSERT")
    rls.scope("users", app="SELECT, INSERT, UPDATE", system="SELECT, INSERT")
    rls.scope(
        "credentials", app="SELECT, INSERT, UPDATE", system="SELECT, INSERT, UPDATE (revoked_at, idle_until)"
    )
    rls.scope("workspace_keys", app="SELECT", system="SELECT, INSERT")
    rls.scope("audit_events", app="SELECT, INSERT", system="INSERT")
    rls.scope("idempotency_keys", app="SELECT, INSERT, UPDATE", system="SELECT, DELETE")
    rls.system_only("magic_links", "SELECT, INSERT, UPDATE, DELETE")
    _append_only("audit_events")
    _credentials_follow_their_user()
    _an_owner_stays()
    _drafts_follow_their_appointment()
    _store_ciphertext()


def _enter() -> None:
    """The way in for every statement: it verifies the actor, then sets the workspace for this transaction."""
    op.execute("CREATE SCHEMA app")
    op.execute(
        """
        CREATE FUNCTION app.enter(workspace uuid, actor uuid, credential uuid, acting_as text)
        RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
        BEGIN
            PERFORM set_config('app.workspace_id', workspace::text, true);
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
    )
    op.execute("REVOKE ALL ON FUNCTION app.enter FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA app TO pazpaz_app")
    op.execute("GRANT EXECUTE ON FUNCTION app.enter TO pazpaz_app")


def _append_only(table: str) -> None:
    """Refuse changes to past events whoever asks; the privileges already refuse the application."""
    op.execute(
        """
        CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'this table is append-only' USING ERRCODE = 'PZ403';
        END
        $$
        """
    )
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION app.refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()"
    )


def _credentials_follow_their_user() -> None:
    """A credential repeats its user's role, so that app.enter looks at one row; no statement can forget it."""
    op.execute(
        """
        CREATE FUNCTION app.credential_role() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT u.role INTO STRICT NEW.role FROM public.users AS u
            WHERE u.workspace_id = NEW.workspace_id AND u.id = NEW.user_id AND u.status = 'active'
            FOR SHARE;
            RETURN NEW;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION app.follow_user() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE public.credentials SET
                role = NEW.role,
                revoked_at = CASE WHEN NEW.status = 'active' THEN revoked_at ELSE coalesce(revoked_at, now()) END
            WHERE workspace_id = NEW.workspace_id AND user_id = NEW.id;
            RETURN NULL;
        END
        $$
        """
    )
    # FOR SHARE waits for a change of the user that is under way; it asks for the right to update some column.
    op.execute("GRANT UPDATE (updated_at, invitation_sent_at) ON users TO pazpaz_system")
    op.execute(
        "CREATE TRIGGER credential_role BEFORE INSERT ON credentials"
        " FOR EACH ROW EXECUTE FUNCTION app.credential_role()"
    )
    op.execute(
        "CREATE TRIGGER follow_user AFTER UPDATE OF role, status ON users FOR EACH ROW"
        " WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD.status IS DISTINCT FROM NEW.status)"
        " EXECUTE FUNCTION app.follow_user()"
    )


def _an_owner_stays() -> None:
    """A workspace keeps an active owner; two who leave at once wait for each other on the workspace's row."""
    op.execute(
        """
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
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_an_owner AFTER UPDATE OF role, status ON users FOR EACH ROW"
        " WHEN (OLD.role = 'owner' AND OLD.status = 'active')"
        " EXECUTE FUNCTION app.keep_an_owner()"
    )


def _drafts_follow_their_appointment() -> None:
    """A draft's session_date is its appointment's start, whichever statement moves it."""
    op.execute(
        """
        CREATE FUNCTION app.move_draft() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE public.sessions SET session_date = NEW.scheduled_start
            WHERE workspace_id = NEW.workspace_id AND appointment_id = NEW.id AND status = 'draft';
            RETURN NULL;
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER move_draft AFTER UPDATE OF scheduled_start ON appointments FOR EACH ROW"
        " WHEN (OLD.scheduled_start IS DISTINCT FROM NEW.scheduled_start)"
        " EXECUTE FUNCTION app.move_draft()"
    )


def _store_ciphertext() -> None:
    """Notes stay in their page up to 4 kB, are never compressed (ciphertext does not), and update heap-only."""
    op.execute("ALTER TABLE sessions SET (fillfactor = 85, toast_tuple_target = 4080)")
    for column in ("subjective", "objective", "assessment", "plan"):
        op.execute(f"ALTER TABLE sessions ALTER COLUMN {column} SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_index(
        "uq_sessions_appointment", table_name="sessions", postgresql_where=sa.text("status <> 'archived'")
    )
    op.drop_index("ix_sessions_session_date", table_name="sessions")
    op.drop_index("ix_sessions_client_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_credentials_user_id", table_name="credentials")
    op.drop_index("ix_credentials_hash", table_name="credentials")
    op.drop_table("credentials")
    op.drop_index("ix_appointments_scheduled_start", table_name="appointments")
    op.drop_index("ix_appointments_client_id", table_name="appointments")
    op.drop_table("appointments")
    op.drop_table("workspace_keys")
    op.drop_index("ix_users_email", table_name="users")
    op.drop_table("users")
    op.drop_index("ix_clients_archived_at", table_name="clients")
    op.drop_table("clients")
    op.drop_table("idempotency_keys")
    op.drop_table("audit_events")
    op.drop_table("workspaces")
    op.drop_index("ix_magic_links_expires_at", table_name="magic_links")
    op.drop_table("magic_links")
    op.execute("DROP SCHEMA app CASCADE")
