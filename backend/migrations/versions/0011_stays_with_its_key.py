"""Nothing leaves a record that is to be erased: it is sealed with the key that goes."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Whoever moves holds the record's appointments, which the end of a record waits for; so this is never too early.
_REFUSE = """
    CREATE FUNCTION app.refuse_leaving_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM public.clients AS c WHERE c.workspace_id = NEW.workspace_id
                   AND c.id = NEW.from_client_id AND c.erasure_due_at IS NOT NULL) THEN
            RAISE EXCEPTION 'this record is to be erased'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_clients_erased_takes_nothing';
        END IF;
        RETURN NEW;
    END
    $$
"""
_TRIGGER = """
    CREATE TRIGGER leaves_its_client BEFORE INSERT ON moves FOR EACH ROW
        EXECUTE FUNCTION app.refuse_leaving_erased()
"""


def upgrade() -> None:
    for statement in (_REFUSE, _TRIGGER):
        op.execute(statement)
