"""Erasing one client's record: its day, and a key of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# From the moment a record is erased nothing is written into it: its notes are archived, whose text nobody changes, and
# nothing is booked or planned. What is plain goes at once; what is sealed goes with the key.
_ENDED = """
    CREATE FUNCTION app.end_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE public.appointments SET service_name = NULL, version = version + 1, updated_at = now()
        WHERE workspace_id = NEW.workspace_id AND client_id = NEW.id;
        UPDATE public.sessions SET status = 'archived'
        WHERE workspace_id = NEW.workspace_id AND client_id = NEW.id AND status <> 'archived';
        RETURN NULL;
    END
    $$
"""
_TRIGGER = """
    CREATE TRIGGER end_record AFTER UPDATE OF erased_at ON clients FOR EACH ROW
        WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION app.end_record()
"""
_TAKES = """
    CREATE OR REPLACE FUNCTION app.refuse_merged() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        is_merged boolean;
        is_erased boolean;
    BEGIN
        SELECT c.merged_into IS NOT NULL, c.erased_at IS NOT NULL INTO is_merged, is_erased FROM public.clients AS c
        WHERE c.workspace_id = NEW.workspace_id AND c.id = NEW.client_id;
        IF is_merged THEN
            RAISE EXCEPTION 'this record was merged into another'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_clients_merged_takes_nothing';
        ELSIF is_erased THEN
            RAISE EXCEPTION 'this record was erased'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_clients_erased_takes_nothing';
        END IF;
        RETURN NULL;
    END
    $$
"""


def upgrade() -> None:
    op.add_column("clients", sa.Column("erasure_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clients", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_clients_erased_when_due"), "clients", "erased_at IS NULL OR erasure_due_at IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_clients_erasure_of_archived"), "clients", "erasure_due_at IS NULL OR archived_at IS NOT NULL"
    )
    op.add_column("workspace_keys", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.execute("GRANT SELECT (erasure_due_at, erased_at) ON clients TO pazpaz_system")
    op.execute("GRANT SELECT (client_id), INSERT (client_id) ON workspace_keys TO pazpaz_system")
    for statement in (_ENDED, _TRIGGER, _TAKES):
        op.execute(statement)
