"""audit seals."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The transaction has its id before the event has its number.
_POSITION = (
    "CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('audit_events_position'::regclass)"
    " ELSE NULL::bigint END"
)


def upgrade() -> None:
    _positions()
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("through_position", sa.BigInteger(), nullable=False),
        sa.Column("through_workspace_id", sa.Uuid(), nullable=False),
        sa.Column("through_id", sa.Uuid(), nullable=False),
        sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_up", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_audit_seals_number")),
        sa.CheckConstraint(
            "octet_length(previous) = 32 AND octet_length(root) = 32 AND octet_length(given_up) = 32"
            " AND octet_length(public_key) = 32 AND octet_length(signature) = 64",
            name=op.f("ck_audit_seals_lengths"),
        ),
        sa.CheckConstraint("octet_length(leaves) = 64 * event_count", name=op.f("ck_audit_seals_leaves")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seals")),
    )
    op.execute("ALTER TABLE audit_seals ALTER COLUMN leaves SET STORAGE EXTERNAL")  # hashes do not compress
    rls.system_only("audit_seals", "SELECT, INSERT")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seals"
        " FOR EACH ROW EXECUTE FUNCTION app.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_seals"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()"
    )
    # Ids, words of the code and networks; no column holds health data.
    op.execute("GRANT SELECT ON audit_events TO pazpaz_system")
    # Moment and position are PostgreSQL's to give.
    op.execute("REVOKE INSERT ON audit_events FROM pazpaz_app, pazpaz_system")
    op.execute(
        "GRANT INSERT (workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix)"
        " ON audit_events TO pazpaz_app, pazpaz_system"
    )


def _positions() -> None:
    """Events that are there already share the number 0, so that the table is not written anew."""
    op.execute(
        "CREATE SEQUENCE audit_events_position CACHE 1"
    )  # a cached number would be older than its transaction
    op.execute("GRANT USAGE ON SEQUENCE audit_events_position TO pazpaz_app")
    op.execute("GRANT USAGE, SELECT ON SEQUENCE audit_events_position TO pazpaz_system")
    op.add_column("audit_events", sa.Column("position", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(f"ALTER TABLE audit_events ALTER COLUMN position SET DEFAULT {_POSITION}")
    op.create_index(
        "ix_audit_events_position",
        "audit_events",
        ["position"],
        unique=False,
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
    )


def downgrade() -> None:
    op.execute("REVOKE INSERT ON audit_events FROM pazpaz_app, pazpaz_system")
    op.execute("GRANT INSERT ON audit_events TO pazpaz_app, pazpaz_system")
    op.execute("REVOKE SELECT ON audit_events FROM pazpaz_system")
    op.drop_table("audit_seals")
    op.drop_index("ix_audit_events_position", table_name="audit_events", postgresql_using="brin")
    op.drop_column("audit_events", "position")
    op.execute("DROP SEQUENCE audit_events_position")
