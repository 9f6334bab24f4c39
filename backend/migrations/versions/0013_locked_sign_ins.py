"""an idle sign-in locks; passkeys sign in."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credentials", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_credentials_session_locks"), "credentials", "kind = 'session' OR locked_at IS NULL"
    )
    op.execute("GRANT UPDATE (locked_at) ON credentials TO pazpaz_system")
    _enter(", while_locked boolean DEFAULT false", f"(while_locked OR c.locked_at IS NULL AND {_AWAKE})", "")
    op.create_table(
        "passkey_challenges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkey_challenges"),
    )
    op.create_index("ix_passkey_challenges_expires_at", "passkey_challenges", ["expires_at"])
    rls.system_only("passkey_challenges", "SELECT, INSERT, UPDATE (used_at), DELETE")
    op.execute("GRANT SELECT (kind, passkey_id, public_key, sign_count) ON factors TO pazpaz_system")
    op.execute("GRANT UPDATE (sign_count, last_used_at) ON factors TO pazpaz_system")


_AWAKE = "(c.idle_until IS NULL OR c.idle_until > now())"


def _enter(parameter: str, condition: str, before: str) -> None:
    """The way in for every statement, with what it asks of a credential that is idle or locked."""
    op.execute(f"DROP FUNCTION app.enter(uuid, uuid, uuid, text{before})")
    op.execute(
        f"""
        CREATE FUNCTION app.enter(workspace uuid, actor uuid, credential uuid, acting_as text{parameter})
        RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
        BEGIN
            PERFORM set_config('app.workspace_id', workspace::text, true);
            IF acting_as = 'system' AND actor IS NULL AND credential IS NULL THEN
                RETURN true;
            END IF;
            IF EXISTS (
                SELECT FROM public.credentials AS c
                WHERE c.workspace_id = workspace AND c.id = credential AND c.user_id = actor
                  AND c.role = acting_as
                  AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now())
                  AND {condition}
            ) THEN
                RETURN true;
            END IF;
            RAISE EXCEPTION 'the actor is not valid any more' USING ERRCODE = 'PZ401';
        END
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION app.enter FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.enter TO pazpaz_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (sign_count, last_used_at) ON factors FROM pazpaz_system")
    op.execute("REVOKE SELECT (kind, passkey_id, public_key, sign_count) ON factors FROM pazpaz_system")
    op.drop_table("passkey_challenges")
    _enter("", _AWAKE, ", boolean")
    # What was locked must not open: nothing before this knew of locks.
    op.execute("ALTER TABLE credentials NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE credentials SET revoked_at = coalesce(revoked_at, now())"
        f" WHERE locked_at IS NOT NULL OR NOT {_AWAKE.replace('c.', '')}"
    )
    op.execute("ALTER TABLE credentials FORCE ROW LEVEL SECURITY")
    op.drop_column("credentials", "locked_at")
