"""devices: a secret for each, and the sign-ins that were given it."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# In one transaction a device's secret goes and its sign-ins end, whoever removes it. A removed member's devices go
# first and their sign-ins after them, in the order in which a device is opened.
_TRIGGERS = (
    """
    CREATE FUNCTION app.end_device() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE public.credentials AS c SET revoked_at = now()
        FROM public.device_sign_ins AS s
        WHERE s.workspace_id = NEW.workspace_id AND s.device_id = NEW.id
          AND c.workspace_id = s.workspace_id AND c.id = s.credential_id AND c.revoked_at IS NULL;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER end_device AFTER UPDATE OF removed_at ON devices FOR EACH ROW
        WHEN (OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL) EXECUTE FUNCTION app.end_device()
    """,
    """
    CREATE FUNCTION app.end_devices() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE public.devices SET removed_at = now(), secret = NULL
        WHERE workspace_id = NEW.workspace_id AND user_id = NEW.id AND removed_at IS NULL;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER end_devices AFTER UPDATE OF status ON users FOR EACH ROW
        WHEN (OLD.status <> 'removed' AND NEW.status = 'removed') EXECUTE FUNCTION app.end_devices()
    """,
)


def upgrade() -> None:
    op.create_table(
        "devices",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(removed_at IS NULL) = (secret IS NOT NULL)", name=op.f("ck_devices_secret")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["users.workspace_id", "users.id"], name="fk_devices_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_devices_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_devices"),
    )
    op.create_index("ix_devices_user_id", "devices", ["workspace_id", "user_id"])
    rls.scope(
        "devices",
        app="SELECT, INSERT, UPDATE (secret, last_used_at, removed_at)",
        system="SELECT (workspace_id), UPDATE (name)",
    )
    op.create_table(
        "device_sign_ins",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "credential_id"],
            ["credentials.workspace_id", "credentials.id"],
            name="fk_device_sign_ins_credential_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "device_id"],
            ["devices.workspace_id", "devices.id"],
            name="fk_device_sign_ins_device_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_device_sign_ins_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_device_sign_ins"),
        sa.UniqueConstraint("workspace_id", "device_id", "credential_id", name="uq_device_sign_ins_once"),
    )
    op.create_index("ix_device_sign_ins_credential_id", "device_sign_ins", ["workspace_id", "credential_id"])
    rls.scope("device_sign_ins", app="SELECT, INSERT, UPDATE (opened_at)")
    for statement in _TRIGGERS:
        op.execute(statement)
