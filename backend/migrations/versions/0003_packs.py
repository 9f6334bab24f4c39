"""packs: which clients a device's copy was about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LISTED = (
    """
    CREATE FUNCTION app.list_pack() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.pack_clients (workspace_id, id, pack_id, client_id)
        SELECT NEW.workspace_id, gen_random_uuid(), NEW.id, one FROM unnest(NEW.client_ids) AS one;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER list_pack AFTER INSERT ON packs FOR EACH ROW EXECUTE FUNCTION app.list_pack()
    """,
)


def upgrade() -> None:
    op.create_table(
        "packs",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_packs_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["users.workspace_id", "users.id"], name="fk_packs_user_id"
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], name="fk_packs_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_packs"),
    )
    rls.scope("packs", app="SELECT, INSERT")
    op.create_table(
        "pack_clients",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "client_id"],
            ["clients.workspace_id", "clients.id"],
            name="fk_pack_clients_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "pack_id"], ["packs.workspace_id", "packs.id"], name="fk_pack_clients_pack_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.workspace_id"], name="fk_pack_clients_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_pack_clients"),
    )
    op.create_index("ix_pack_clients_client_id", "pack_clients", ["workspace_id", "client_id", "pack_id"])
    rls.scope("pack_clients", app="SELECT, INSERT")
    for statement in _LISTED:
        op.execute(statement)
