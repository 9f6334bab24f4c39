"""second factor."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("requires_second_factor", sa.Boolean(), nullable=True))
    op.add_column(
        "users", sa.Column("has_second_factor", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("users", _moment("factors_reset_at", nullable=True))
    op.add_column("credentials", _moment("factor_at", nullable=True))
    _factors()
    _recovery_codes()
    _challenges()
    _notices_and_devices()
    rls.scope(
        "factors", app="SELECT, INSERT", system="SELECT (workspace_id, id, user_id), UPDATE (removed_at)"
    )
    op.execute(
        "GRANT UPDATE (secret, last_step, sign_count, confirmed_at, last_used_at, removed_at) ON factors TO pazpaz_app"
    )
    rls.scope("factor_holders", app="SELECT, INSERT", system="SELECT, INSERT")
    op.execute("GRANT UPDATE (recovery_set_id, tries) ON factor_holders TO pazpaz_app")
    op.execute("GRANT UPDATE (tries, tried_at, recovery_set_id) ON factor_holders TO pazpaz_system")
    rls.scope("recovery_codes", app="SELECT, INSERT")
    op.execute("GRANT UPDATE (used_at) ON recovery_codes TO pazpaz_app")
    rls.scope("factor_challenges", app="SELECT, INSERT", system="SELECT, UPDATE (used_at), DELETE")
    rls.scope("account_notices", app="INSERT, SELECT", system="SELECT, INSERT, UPDATE (sent_at)")
    rls.scope("known_devices", app="SELECT", system="SELECT, INSERT, UPDATE (seen_at)")
    op.execute("GRANT UPDATE (factors_reset_at) ON users TO pazpaz_system")
    _what_follows()


def _moment(name: str, *, default: bool = False, nullable: bool = False) -> sa.Column[object]:
    given = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=given, nullable=nullable)


def _of_a_user(name: str, *items: object) -> None:
    op.create_table(
        name,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        *items,  # type: ignore[arg-type]
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["users.workspace_id", "users.id"], name=f"fk_{name}_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name=f"fk_{name}_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=f"pk_{name}"),
    )


def _factors() -> None:
    _of_a_user(
        "factors",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("passkey_id", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=True),
        _moment("created_at", default=True),
        _moment("confirmed_at", nullable=True),
        _moment("last_used_at", nullable=True),
        _moment("removed_at", nullable=True),
        sa.CheckConstraint("kind IN ('totp', 'passkey')", name=op.f("ck_factors_kind")),
        sa.CheckConstraint("(kind = 'totp') = (secret IS NOT NULL)", name=op.f("ck_factors_totp")),
        sa.CheckConstraint(
            "(kind = 'passkey') = (passkey_id IS NOT NULL AND public_key IS NOT NULL AND sign_count IS NOT NULL)",
            name=op.f("ck_factors_passkey"),
        ),
        sa.UniqueConstraint("workspace_id", "passkey_id", name="uq_factors_passkey_id"),
    )
    op.create_index("ix_factors_user_id", "factors", ["workspace_id", "user_id"])
    op.create_table(
        "factor_holders",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _moment("tried_at", nullable=True),
        sa.Column("recovery_set_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "id"], ["users.workspace_id", "users.id"], name="fk_factor_holders_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_factor_holders_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_factor_holders"),
    )


def _recovery_codes() -> None:
    _of_a_user(
        "recovery_codes",
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _moment("used_at", nullable=True),
        sa.UniqueConstraint("workspace_id", "set_id", "hash", name="uq_recovery_codes_hash"),
    )


def _challenges() -> None:
    _of_a_user(
        "factor_challenges",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.CheckConstraint("purpose IN ('create', 'prove')", name=op.f("ck_factor_challenges_purpose")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "credential_id"],
            ["credentials.workspace_id", "credentials.id"],
            name="fk_factor_challenges_credential_id",
        ),
    )
    op.create_index("ix_factor_challenges_expires_at", "factor_challenges", ["expires_at"])


def _notices_and_devices() -> None:
    events = (
        "'factor-added', 'factor-removed', 'recovery-used', 'recovery-renewed', 'factors-reset', 'new-device'"
    )
    _of_a_user(
        "account_notices",
        sa.Column("event", sa.Text(), nullable=False),
        _moment("created_at", default=True),
        _moment("sent_at", nullable=True),
        sa.CheckConstraint(f"event IN ({events})", name=op.f("ck_account_notices_event")),
    )
    op.create_index(
        "ix_account_notices_created_at", "account_notices", ["created_at"],
        postgresql_where=sa.text("sent_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_account_notices_id", "account_notices", ["id"])
    _of_a_user(
        "known_devices",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _moment("seen_at", default=True),
        sa.UniqueConstraint("workspace_id", "user_id", "hash", name="uq_known_devices_hash"),
    )


# What a factor means for sign-ins counts at once, whichever statement changes it: `app.enter` refuses the next
# request of a credential that ended.
_FUNCTIONS = (
    """
    CREATE FUNCTION app.count_factors() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE public.users SET has_second_factor = EXISTS (
            SELECT FROM public.factors AS f
            WHERE f.workspace_id = NEW.workspace_id AND f.user_id = NEW.user_id
              AND f.confirmed_at IS NOT NULL AND f.removed_at IS NULL)
        WHERE workspace_id = NEW.workspace_id AND id = NEW.user_id;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE FUNCTION app.end_unproved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE public.credentials SET revoked_at = now()
        WHERE workspace_id = NEW.workspace_id AND revoked_at IS NULL AND factor_at IS NULL
          AND (TG_TABLE_NAME = 'workspaces' OR user_id = NEW.id);
        RETURN NULL;
    END
    $$
    """,
    """
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
    $$
    """,
)


def _what_follows() -> None:
    for function in _FUNCTIONS:
        op.execute(function)
    op.execute("GRANT UPDATE (has_second_factor) ON users TO pazpaz_system")
    op.execute("GRANT SELECT (confirmed_at, removed_at) ON factors TO pazpaz_system")
    op.execute(
        "CREATE TRIGGER count_factors AFTER INSERT OR UPDATE OF confirmed_at, removed_at ON factors"
        " FOR EACH ROW EXECUTE FUNCTION app.count_factors()"
    )
    op.execute(
        "CREATE TRIGGER end_unproved AFTER UPDATE OF has_second_factor ON users FOR EACH ROW"
        " WHEN (NEW.has_second_factor AND NOT OLD.has_second_factor) EXECUTE FUNCTION app.end_unproved()"
    )
    op.execute(
        "CREATE TRIGGER end_unproved AFTER UPDATE OF requires_second_factor ON workspaces FOR EACH ROW"
        " WHEN (NEW.requires_second_factor AND OLD.requires_second_factor IS DISTINCT FROM true)"
        " EXECUTE FUNCTION app.end_unproved()"
    )
    op.execute(
        "CREATE TRIGGER reset_factors AFTER UPDATE OF factors_reset_at ON users FOR EACH ROW"
        " WHEN (NEW.factors_reset_at IS NOT NULL) EXECUTE FUNCTION app.reset_factors()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER reset_factors ON users")
    op.execute("DROP TRIGGER end_unproved ON workspaces")
    op.execute("DROP TRIGGER end_unproved ON users")
    for table in (
        "known_devices", "account_notices", "factor_challenges", "recovery_codes", "factor_holders", "factors",
    ):  # fmt: skip
        op.drop_table(table)
    for function in ("reset_factors", "end_unproved", "count_factors"):
        op.execute(f"DROP FUNCTION app.{function}")
    op.drop_column("credentials", "factor_at")
    op.drop_column("users", "factors_reset_at")
    op.drop_column("users", "has_second_factor")
    op.drop_column("workspaces", "requires_second_factor")
