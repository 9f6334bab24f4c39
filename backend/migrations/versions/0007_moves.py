"""Moves between clients: carried out, and let through, by PostgreSQL itself."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_IDS = ("from_client_id", "to_client_id", "session_id", "appointment_id", "to_appointment_id", "moved_by")
_TARGETS = {
    "from_client_id": "clients",
    "to_client_id": "clients",
    "session_id": "sessions",
    "appointment_id": "appointments",
    "to_appointment_id": "appointments",
    "moved_by": "users",
}
_MANDATORY = ("from_client_id", "to_client_id", "moved_by")
_STATEMENTS = (
    # The door of what is signed: only in the transaction that writes down who moves it, from whom to whom, and why.
    """
    CREATE FUNCTION app.is_moved(workspace uuid, note uuid, before uuid, after uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
    BEGIN
        RETURN EXISTS (
            SELECT FROM public.moves AS m
            WHERE m.workspace_id = workspace AND m.created_at = now()
              AND m.from_client_id = before AND m.to_client_id = after
              AND (m.kind = 'client' OR m.session_id = note OR (m.kind = 'appointment' AND EXISTS (
                  SELECT FROM public.sessions AS s WHERE s.workspace_id = workspace AND s.id = note
                  AND s.appointment_id IN (m.appointment_id, m.to_appointment_id))))
        );
    END
    $$
    """,
    # In the order in which requests hold them: appointments, notes, what belongs to notes, plans.
    """
    CREATE FUNCTION app.carry_out_move() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        ws uuid := NEW.workspace_id;
        source uuid := NEW.from_client_id;
        target uuid := NEW.to_client_id;
        moved uuid[];
    BEGIN
        IF NEW.kind = 'client' THEN
            UPDATE public.appointments SET client_id = target, version = version + 1, updated_at = now()
            WHERE workspace_id = ws AND client_id = source;
            UPDATE public.sessions SET client_id = target WHERE workspace_id = ws AND client_id = source;
            UPDATE public.session_amendments SET client_id = target
            WHERE workspace_id = ws AND client_id = source;
            UPDATE public.session_conflicts SET client_id = target
            WHERE workspace_id = ws AND client_id = source;
            UPDATE public.plans SET client_id = target WHERE workspace_id = ws AND client_id = source;
            UPDATE public.milestones SET client_id = target WHERE workspace_id = ws AND client_id = source;
            UPDATE public.plan_revisions SET client_id = target WHERE workspace_id = ws AND client_id = source;
            RETURN NULL;
        END IF;
        IF NEW.kind = 'appointment' AND NEW.to_appointment_id IS NULL THEN
            UPDATE public.appointments SET client_id = target, version = version + 1, updated_at = now()
            WHERE workspace_id = ws AND id = NEW.appointment_id AND client_id = source;
        END IF;
        WITH hit AS (
            UPDATE public.sessions AS s
            SET client_id = target, appointment_id = a.id, session_date = CASE NEW.kind
                WHEN 'session' THEN a.scheduled_start ELSE s.session_date END
            FROM public.appointments AS a
            WHERE s.workspace_id = ws AND s.appointment_id = NEW.appointment_id
              AND (NEW.kind = 'appointment' OR s.id = NEW.session_id)
              AND a.workspace_id = ws AND a.id = coalesce(NEW.to_appointment_id, NEW.appointment_id)
            RETURNING s.id
        ) SELECT coalesce(array_agg(id), '{}') INTO moved FROM hit;
        UPDATE public.session_amendments SET client_id = target
        WHERE workspace_id = ws AND session_id = ANY (moved) AND client_id <> target;
        UPDATE public.session_conflicts SET client_id = target
        WHERE workspace_id = ws AND (session_id = ANY (moved) OR applied_to = ANY (moved)
            OR (NEW.kind = 'appointment' AND appointment_id = NEW.appointment_id AND session_id IS NULL));
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER carry_out AFTER INSERT ON moves FOR EACH ROW EXECUTE FUNCTION app.carry_out_move()
    """,
    """
    CREATE TRIGGER append_only BEFORE DELETE ON moves FOR EACH ROW EXECUTE FUNCTION app.refuse_change()
    """,
    """
    CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON moves
        FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()
    """,
    """
    CREATE TRIGGER stays BEFORE UPDATE ON moves FOR EACH ROW
        EXECUTE FUNCTION app.refuse_unless_resealed('reason')
    """,
    # Who books while two records become one waits for the client's row, and finds here that it is merged.
    """
    CREATE FUNCTION app.refuse_merged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM public.clients AS c WHERE c.workspace_id = NEW.workspace_id
                   AND c.id = NEW.client_id AND c.merged_into IS NOT NULL) THEN
            RAISE EXCEPTION 'this record was merged into another'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_clients_merged_takes_nothing';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    *(
        f"""
        CREATE TRIGGER takes_its_client AFTER INSERT OR UPDATE OF client_id ON {table} FOR EACH ROW
            EXECUTE FUNCTION app.refuse_merged()
        """
        for table in ("appointments", "plans")
    ),
)


def upgrade() -> None:
    op.add_column("clients", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_clients_merged_into",
        "clients",
        "clients",
        ["workspace_id", "merged_into"],
        ["workspace_id", "id"],
    )
    op.create_check_constraint(
        op.f("ck_clients_merged_is_archived"), "clients", "merged_into IS NULL OR archived_at IS NOT NULL"
    )
    op.create_table(
        "moves",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name not in _MANDATORY) for name in _IDS),
        sa.Column("session_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["workspace_id", name], [f"{target}.workspace_id", f"{target}.id"], name=f"fk_moves_{name}"
            )
            for name, target in _TARGETS.items()
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], name="fk_moves_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_moves"),
        sa.CheckConstraint("kind IN ('session', 'appointment', 'client')", name=op.f("ck_moves_kind")),
        sa.CheckConstraint(
            "CASE kind WHEN 'session' THEN num_nulls(session_id, appointment_id, to_appointment_id, session_date) = 0"
            " WHEN 'appointment' THEN session_id IS NULL AND appointment_id IS NOT NULL"
            " ELSE num_nonnulls(session_id, appointment_id, to_appointment_id) = 0 END",
            name=op.f("ck_moves_says_what"),
        ),
        sa.CheckConstraint(
            "kind = 'session' OR from_client_id <> to_client_id", name=op.f("ck_moves_goes_elsewhere")
        ),
    )
    op.create_index("ix_moves_appointment_id", "moves", ["workspace_id", "appointment_id"])
    op.create_index(
        "ix_moves_from_client_id", "moves", ["workspace_id", "from_client_id", "created_at", "id"]
    )
    op.create_index("ix_moves_to_client_id", "moves", ["workspace_id", "to_client_id", "created_at", "id"])
    given = f"workspace_id, id, kind, {', '.join(_IDS)}, session_date, reason"
    rls.scope("moves", app=f"SELECT, INSERT ({given}), UPDATE (reason)")
    op.execute("GRANT UPDATE (client_id) ON session_amendments, plan_revisions TO pazpaz_app")
    for statement in _STATEMENTS:
        op.execute(statement)
