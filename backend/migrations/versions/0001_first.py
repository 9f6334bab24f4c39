"""the first tables: first/*.sql, and who may do what with each."""

from alembic import op

from migrations import rls, sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SOAP = "subjective, objective, assessment, plan"
_EVENT = "workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix"
_ACCOUNT = "email, full_name, invited_at, invitation_sent_at, updated_at, has_second_factor, factors_reset_at"
_FACTOR = "workspace_id, id, user_id, kind, passkey_id, public_key, sign_count, confirmed_at, removed_at"
_DELIVERY = (
    "status, reason, attempts, next_attempt_at, claim_id, claimed_until, handed_over_at, handovers, sent_at,"
    " settled_at, message_id"
)
# Of each table what pazpaz_app may with the rows of its workspace, and what pazpaz_system may with all rows:
# whom it signs in, what it delivers, sweeps and empties, and nothing that is sealed.
_SCOPED: dict[str, tuple[str, str | None]] = {
    "workspaces": (
        "SELECT, UPDATE",
        "SELECT, INSERT, UPDATE (name, reply_to, reminder_sender_name, announced_due_at, closed_at, erased_at)",
    ),
    "users": (
        "SELECT, INSERT, UPDATE",
        # updated_at only lets it hold a row, FOR SHARE
        f"SELECT, INSERT, UPDATE ({_ACCOUNT})",
    ),
    "credentials": (
        "SELECT, INSERT, UPDATE",
        "SELECT, INSERT, UPDATE (name, idle_until, revoked_at, locked_at)",
    ),
    "workspace_keys": (
        "SELECT",
        "SELECT, INSERT, UPDATE (wrapped, kek_id, erasure_id, resealed_at), DELETE",
    ),
    "idempotency_keys": ("SELECT, INSERT, UPDATE", "SELECT, DELETE"),
    # Moment and position are PostgreSQL's to give. Ids, words of the code and networks; no health data.
    "audit_events": (f"SELECT, INSERT ({_EVENT})", f"SELECT, INSERT ({_EVENT})"),
    "factors": (
        "SELECT, INSERT, UPDATE (secret, last_step, sign_count, confirmed_at, last_used_at, removed_at)",
        f"SELECT ({_FACTOR}), UPDATE (name, sign_count, last_used_at, removed_at)",
    ),
    "factor_holders": (
        "SELECT, INSERT, UPDATE (recovery_set_id, tries)",
        "SELECT, INSERT, UPDATE (tries, tried_at, recovery_set_id)",
    ),
    "recovery_codes": ("SELECT, INSERT, UPDATE (used_at)", None),
    "factor_challenges": ("SELECT, INSERT", "SELECT, UPDATE (used_at), DELETE"),
    "account_notices": ("SELECT, INSERT", "SELECT, INSERT, UPDATE (sent_at)"),
    "known_devices": ("SELECT", "SELECT, INSERT, UPDATE (seen_at)"),
    "clients": ("SELECT, INSERT, UPDATE", None),
    "appointments": ("SELECT, INSERT, UPDATE", None),
    # The sweep of earlier texts keeps more of finalized notes; that they are is all it sees of them.
    "sessions": ("SELECT, INSERT, UPDATE", "SELECT (workspace_id, id, finalized_at)"),
    "session_revisions": (
        f"SELECT, INSERT, UPDATE ({_SOAP})",
        "SELECT (workspace_id, id, session_id, version, created_at), DELETE",
    ),
    "session_amendments": (f"SELECT, INSERT, UPDATE (reason, {_SOAP})", None),
    "session_conflicts": ("SELECT, INSERT, UPDATE", None),
    "session_sync_receipts": ("SELECT, INSERT", None),
    "attachments": (
        "SELECT, INSERT, UPDATE (filename, deleted_at)",
        "SELECT (workspace_id, session_id, id, created_at, deleted_at, lost_at), UPDATE (lost_at)",
    ),
    "plans": ("SELECT, INSERT, UPDATE", None),
    "milestones": ("SELECT, INSERT, UPDATE", None),
    "plan_revisions": ("SELECT, INSERT, UPDATE (title, diagnosis, goals, frequency)", None),
    "reminder_configurations": (
        "SELECT, INSERT, UPDATE",
        "SELECT, UPDATE (is_active, subject_template, body_template)",
    ),
    "reminder_logs": (
        "SELECT, UPDATE (recipient)",
        f"SELECT, INSERT, UPDATE ({_DELIVERY}, due_at, deadline, hours_before)",
    ),
    "digest_preferences": ("SELECT, INSERT, UPDATE", "SELECT, UPDATE (is_active)"),
    "digests": ("SELECT", f"SELECT, INSERT, UPDATE ({_DELIVERY}, covers_until)"),
}
_SYSTEM_ONLY = {
    "magic_links": "SELECT, INSERT, UPDATE, DELETE",
    "passkey_challenges": "SELECT, INSERT, UPDATE (used_at), DELETE",
    "audit_checkpoints": "SELECT, INSERT",
    "reminder_scheduler": "SELECT, UPDATE",
}


def upgrade() -> None:
    sql.run("first")
    for table, (app, system) in _SCOPED.items():
        rls.scope(table, app=app, system=system)
    for table, privileges in _SYSTEM_ONLY.items():
        rls.system_only(table, privileges)
    # The scheduler sees when an appointment is and whether it takes place, and its client's zone and language.
    rls.system_reads(
        "appointments",
        "workspace_id, id, client_id, scheduled_start, status, booked_at, archived_at, version",
    )
    rls.system_reads("clients", "workspace_id, id, locale, timezone, version")
    # What a deleted workspace had in plain is emptied; what was sealed goes with its keys.
    op.execute(
        "CREATE POLICY system_empties ON appointments FOR UPDATE TO pazpaz_system USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT UPDATE (service_name) ON appointments TO pazpaz_system")
