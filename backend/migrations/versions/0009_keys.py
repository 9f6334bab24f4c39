"""keys that rotate, rows that are sealed anew, and workspaces that are deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SOAP = ("subjective", "objective", "assessment", "plan")
_PLAN = ("title", "diagnosis", "goals", "frequency")
# What the application may write to these, and only as the same text under a newer key.
_RESEALED = {
    "session_amendments": ("reason", *_SOAP),
    "session_revisions": _SOAP,
    "plan_revisions": _PLAN,
    "attachments": ("filename",),
}
_DATES = ("deletion_due_at", "announced_due_at", "closed_at", "erased_at")


def upgrade() -> None:
    op.add_column("workspace_keys", sa.Column("erasure_id", sa.Text(), nullable=True))
    op.add_column("workspace_keys", sa.Column("resealed_at", sa.DateTime(timezone=True), nullable=True))
    for name in _DATES:
        op.add_column("workspaces", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_workspaces_deletion_due_at",
        "workspaces",
        ["deletion_due_at"],
        postgresql_where=sa.text("deletion_due_at IS NOT NULL"),
    )
    op.execute(
        "GRANT UPDATE (wrapped, kek_id, erasure_id, resealed_at), DELETE ON workspace_keys TO pazpaz_system"
    )
    _system_deletes()
    _resealing()
    _finalized_notes_stay(_FINALIZED)
    _what_is_kept_stays()


def _system_deletes() -> None:
    """What a deleted workspace had in plain text is emptied; what was sealed goes with its keys."""
    op.execute(
        "GRANT UPDATE (name, reply_to, reminder_sender_name, announced_due_at, closed_at, erased_at)"
        " ON workspaces TO pazpaz_system"
    )
    op.execute("GRANT UPDATE (email, full_name, invited_at) ON users TO pazpaz_system")
    op.execute("GRANT UPDATE (name) ON credentials TO pazpaz_system")
    op.execute("GRANT UPDATE (name) ON factors TO pazpaz_system")
    op.execute("GRANT UPDATE (is_active) ON digest_preferences TO pazpaz_system")
    op.execute(
        "GRANT UPDATE (is_active, subject_template, body_template) ON reminder_configurations TO pazpaz_system"
    )
    op.execute(
        "CREATE POLICY system_empties ON appointments FOR UPDATE TO pazpaz_system"
        " USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT UPDATE (service_name) ON appointments TO pazpaz_system")


def _resealing() -> None:
    """The door: a transaction that began so may put the same text under a newer key of the workspace.

    That the text is the same only who has the keys can see. What PostgreSQL sees is that nothing but
    ciphertext of equal length changes, and only to a key number that the system role has made since: once
    a row has the newest number, the door is shut for it.
    """
    op.execute(
        """
        CREATE FUNCTION app.begin_resealing(workspace uuid) RETURNS boolean
        LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
        BEGIN
            PERFORM set_config('app.workspace_id', workspace::text, true);
            PERFORM set_config('app.resealing', 'on', true);
            RETURN true;
        END
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION app.begin_resealing FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.begin_resealing TO pazpaz_app")
    op.execute(
        """
        CREATE FUNCTION app.is_resealed(workspace uuid, before bytea, after bytea) RETURNS boolean
        LANGUAGE plpgsql STABLE AS $$
        BEGIN
            IF before IS NOT DISTINCT FROM after THEN
                RETURN true;
            END IF;
            RETURN coalesce(
                current_setting('app.resealing', true) = 'on'
                AND octet_length(before) = octet_length(after) AND octet_length(after) >= 33
                AND get_byte(before, 0) = get_byte(after, 0)
                AND substring(before FROM 2 FOR 4) < substring(after FROM 2 FOR 4)
                AND EXISTS (SELECT FROM public.workspace_keys AS k WHERE k.workspace_id = workspace
                            AND int4send(k.number) = substring(after FROM 2 FOR 4)),
                false);
        END
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION app.refuse_unless_resealed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            before jsonb := to_jsonb(OLD);
            after jsonb := to_jsonb(NEW);
            name text;
        BEGIN
            FOREACH name IN ARRAY TG_ARGV LOOP
                IF NOT app.is_resealed(OLD.workspace_id, (before ->> name)::bytea, (after ->> name)::bytea) THEN
                    RAISE EXCEPTION 'this row does not change' USING ERRCODE = 'PZ403';
                END IF;
            END LOOP;
            IF before - TG_ARGV <> after - TG_ARGV THEN
                RAISE EXCEPTION 'this row does not change' USING ERRCODE = 'PZ403';
            END IF;
            RETURN NEW;
        END
        $$
        """
    )


_FIXED = (
    *("workspace_id", "id", "appointment_id", "client_id", "client_session_id", "session_date"),
    *_SOAP,
    *("finalized_at", "finalized_by", "created_at"),
)
_OLD, _NEW = (", ".join(f"{which}.{name}" for name in _FIXED) for which in ("OLD", "NEW"))
_TEXTS = "ARRAY[" + ", ".join(f"'{name}'" for name in _SOAP) + "]"
_SEALED = " AND ".join(f"app.is_resealed(OLD.workspace_id, OLD.{name}, NEW.{name})" for name in _SOAP)
_RESEALED_NOTE = f"""
                IF {_SEALED}
                   AND to_jsonb(OLD) - {_TEXTS} = to_jsonb(NEW) - {_TEXTS} THEN
                    RETURN NEW;
                END IF;"""
_FINALIZED = f"""
        CREATE OR REPLACE FUNCTION app.refuse_finalized() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF ({_OLD}) IS NOT DISTINCT FROM ({_NEW}) AND NEW.status IN (OLD.status, 'archived') THEN
                    RETURN NEW;
                END IF;{_RESEALED_NOTE}
            END IF;
            RAISE EXCEPTION 'a finalized note does not change' USING ERRCODE = 'PZ403';
        END
        $$
        """


def _finalized_notes_stay(function: str) -> None:
    op.execute(function)


def _what_is_kept_stays() -> None:
    """Amendments, earlier texts and names of files: what no privilege let change, a trigger keeps now."""
    for table, columns in _RESEALED.items():
        arguments = ", ".join(f"'{name}'" for name in columns)
        when = "UPDATE" if table == "session_amendments" else f"UPDATE OF {', '.join(columns)}"
        op.execute(
            f"CREATE TRIGGER stays BEFORE {when} ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION app.refuse_unless_resealed({arguments})"
        )
        op.execute(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO pazpaz_app")
    op.execute("DROP TRIGGER append_only ON session_amendments")
    op.execute(
        "CREATE TRIGGER append_only BEFORE DELETE ON session_amendments"
        " FOR EACH ROW EXECUTE FUNCTION app.refuse_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER append_only ON session_amendments")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON session_amendments"
        " FOR EACH ROW EXECUTE FUNCTION app.refuse_change()"
    )
    for table, columns in _RESEALED.items():
        op.execute(f"REVOKE UPDATE ({', '.join(columns)}) ON {table} FROM pazpaz_app")
        op.execute(f"DROP TRIGGER stays ON {table}")
    _finalized_notes_stay(_FINALIZED.replace(_RESEALED_NOTE, ""))
    op.execute("DROP FUNCTION app.refuse_unless_resealed()")
    op.execute("DROP FUNCTION app.is_resealed")
    op.execute("DROP FUNCTION app.begin_resealing")
    op.execute("REVOKE UPDATE (service_name) ON appointments FROM pazpaz_system")
    op.execute("DROP POLICY system_empties ON appointments")
    op.execute(
        "REVOKE UPDATE (is_active, subject_template, body_template) ON reminder_configurations"
        " FROM pazpaz_system"
    )
    op.execute("REVOKE UPDATE (is_active) ON digest_preferences FROM pazpaz_system")
    op.execute("REVOKE UPDATE (name) ON factors FROM pazpaz_system")
    op.execute("REVOKE UPDATE (name) ON credentials FROM pazpaz_system")
    op.execute("REVOKE UPDATE (email, full_name, invited_at) ON users FROM pazpaz_system")
    op.execute(
        "REVOKE UPDATE (wrapped, kek_id, erasure_id, resealed_at), DELETE ON workspace_keys FROM pazpaz_system"
    )
    op.drop_index(
        "ix_workspaces_deletion_due_at",
        table_name="workspaces",
        postgresql_where=sa.text("deletion_due_at IS NOT NULL"),
    )
    # The privileges on these columns go with them.
    op.execute("REVOKE UPDATE (name, reply_to, reminder_sender_name) ON workspaces FROM pazpaz_system")
    for name in reversed(_DATES):
        op.drop_column("workspaces", name)
    op.drop_column("workspace_keys", "resealed_at")
    op.drop_column("workspace_keys", "erasure_id")
