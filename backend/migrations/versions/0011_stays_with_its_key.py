"""Nothing leaves a record that is to be erased, for its key goes; nothing is written into it afterwards."""

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

# The end of the record itself (from a trigger of clients) and sealing anew are let through.
_ENDED = """
    CREATE FUNCTION app.refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF pg_trigger_depth() = 1 AND current_setting('app.resealing', true) IS DISTINCT FROM 'on'
           AND EXISTS (SELECT FROM public.clients AS c WHERE c.workspace_id = NEW.workspace_id
                       AND c.id = NEW.client_id AND c.erased_at IS NOT NULL) THEN
            RAISE EXCEPTION 'this record was erased'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_clients_erased_takes_nothing';
        END IF;
        RETURN NULL;
    END
    $$
"""
_TABLES = ("appointments", "sessions", "session_amendments", "plans", "milestones")
_TAKES_NOTHING = (
    f"""
    CREATE TRIGGER takes_nothing_once_erased AFTER INSERT OR UPDATE ON {table} FOR EACH ROW
        EXECUTE FUNCTION app.refuse_erased()
    """
    for table in _TABLES
)


def upgrade() -> None:
    for statement in (_REFUSE, _TRIGGER, _ENDED, *_TAKES_NOTHING):
        op.execute(statement)
