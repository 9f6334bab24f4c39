"""the first tables: first/*.sql, and who may do what with each."""

from alembic import op

from migrations import rls, sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SOAP = "subjective, objective, assessment, plan"
_EVENT = "workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix"
# What pazpaz_app may with the rows of its workspace. An event's moment and position are PostgreSQL's to give.
_APP = {
    "workspaces": "SELECT, UPDATE",
    "users": "SELECT, INSERT, UPDATE",
    "credentials": "SELECT, INSERT, UPDATE",
    "workspace_keys": "SELECT",
    "idempotency_keys": "SELECT, INSERT, UPDATE",
    "audit_events": f"SELECT, INSERT ({_EVENT})",
    "factors": "SELECT, INSERT, UPDATE (secret, last_step, sign_count, confirmed_at, last_used_at, removed_at)",
    "factor_holders": "SELECT, INSERT, UPDATE (recovery_set_id, tries)",
    "recovery_codes": "SELECT, INSERT, UPDATE (used_at)",
    "factor_challenges": "SELECT, INSERT",
    "account_notices": "SELECT, INSERT",
    "known_devices": "SELECT",
    "clients": "SELECT, INSERT, UPDATE",
    "appointments": "SELECT, INSERT, UPDATE",
    "sessions": "SELECT, INSERT, UPDATE",
    "session_revisions": f"SELECT, INSERT, UPDATE ({_SOAP})",
    "session_amendments": f"SELECT, INSERT, UPDATE (reason, {_SOAP})",
    "session_conflicts": "SELECT, INSERT, UPDATE",
    "session_sync_receipts": "SELECT, INSERT",
    "attachments": "SELECT, INSERT, UPDATE (filename, deleted_at)",
    "plans": "SELECT, INSERT, UPDATE",
    "milestones": "SELECT, INSERT, UPDATE",
    "plan_revisions": "SELECT, INSERT, UPDATE (title, diagnosis, goals, frequency)",
    "reminder_configurations": "SELECT, INSERT, UPDATE",
    "reminder_logs": "SELECT, UPDATE (recipient)",
    "digest_preferences": "SELECT, INSERT, UPDATE",
    "digests": "SELECT",
}
# What pazpaz_system may with all rows: whom it signs in, what it delivers, sweeps and empties, and nothing that is
# sealed. Exactly what its statements need: tests/guards/test_catalogue.py writes these.
_SYSTEM = {
    "workspaces": (
        "SELECT (announced_due_at, closed_at, created_at, deletion_due_at, erased_at, id, locale, name,"
        " reminder_sender_name, reply_to, requires_second_factor, timezone, updated_at, version, workspace_id),"
        " INSERT (id, locale, name, timezone, workspace_id), UPDATE (announced_due_at, closed_at, erased_at, name,"
        " reminder_sender_name, reply_to)"
    ),
    "users": (
        "SELECT (created_at, email, full_name, has_second_factor, id, invitation_sent_at, invited_at, role,"
        " status, updated_at, version, workspace_id), INSERT (email, full_name, id, role, workspace_id), UPDATE"
        " (email, factors_reset_at, full_name, has_second_factor, invitation_sent_at, invited_at)"
    ),
    "credentials": (
        "SELECT (created_at, expires_at, factor_at, hash, id, idle_until, kind, locked_at, revoked_at, role,"
        " user_id, workspace_id), INSERT (expires_at, factor_at, hash, id, idle_until, kind, name, user_id,"
        " workspace_id), UPDATE (idle_until, locked_at, name, revoked_at)"
    ),
    "workspace_keys": (
        "SELECT (created_at, erasure_id, id, kek_id, number, resealed_at, workspace_id, wrapped), INSERT"
        " (erasure_id, id, kek_id, number, workspace_id, wrapped), UPDATE (erasure_id, kek_id, resealed_at,"
        " wrapped), DELETE"
    ),
    "idempotency_keys": "SELECT (created_at), DELETE",
    "audit_events": (
        "SELECT (action, at, entity_id, entity_type, id, ip_prefix, position, request_id, user_id, workspace_id),"
        " INSERT (action, entity_id, entity_type, id, ip_prefix, request_id, user_id, workspace_id)"
    ),
    "factors": (
        "SELECT (confirmed_at, id, kind, passkey_id, public_key, removed_at, sign_count, user_id, workspace_id),"
        " UPDATE (last_used_at, name, removed_at, sign_count)"
    ),
    "factor_holders": (
        "SELECT (id, tried_at, tries, workspace_id), INSERT (id, tried_at, tries, workspace_id), UPDATE"
        " (recovery_set_id, tried_at, tries)"
    ),
    "factor_challenges": (
        "SELECT (challenge, credential_id, expires_at, id, purpose, used_at, user_id, workspace_id), UPDATE"
        " (used_at), DELETE"
    ),
    "account_notices": (
        "SELECT (created_at, event, id, sent_at, user_id, workspace_id), INSERT (event, id, user_id,"
        " workspace_id), UPDATE (sent_at)"
    ),
    "known_devices": (
        "SELECT (hash, id, user_id, workspace_id), INSERT (hash, id, user_id, workspace_id), UPDATE (seen_at)"
    ),
    "sessions": "SELECT (finalized_at, id, workspace_id)",
    "session_revisions": "SELECT (created_at, id, session_id, version, workspace_id), DELETE",
    "attachments": "SELECT (created_at, deleted_at, id, lost_at, session_id, workspace_id), UPDATE (lost_at)",
    "reminder_configurations": (
        "SELECT (active_since, archived_at, hours_before, id, is_active, send_window, version, workspace_id),"
        " UPDATE (body_template, is_active, subject_template)"
    ),
    "reminder_logs": (
        "SELECT (appointment_id, attempts, claim_id, claimed_until, configuration_id, deadline, due_at,"
        " handed_over_at, handovers, hours_before, id, kind, next_attempt_at, reason, scheduled_start, status,"
        " workspace_id), INSERT (appointment_id, booked_at, configuration_id, deadline, due_at, hours_before, id,"
        " kind, next_attempt_at, reason, scheduled_start, status, workspace_id), UPDATE (attempts, claim_id,"
        " claimed_until, handed_over_at, handovers, message_id, next_attempt_at, reason, sent_at, settled_at,"
        " status)"
    ),
    "digest_preferences": (
        "SELECT (active_since, id, is_active, send_time, version, workspace_id), UPDATE (is_active)"
    ),
    "digests": (
        "SELECT (attempts, claim_id, claimed_until, deadline, due_at, handed_over_at, handovers, id,"
        " next_attempt_at, reason, status, user_id, workspace_id), INSERT (deadline, digest_date, due_at, id,"
        " next_attempt_at, user_id, workspace_id), UPDATE (attempts, claim_id, claimed_until, covers_until,"
        " handed_over_at, handovers, message_id, next_attempt_at, reason, sent_at, settled_at, status)"
    ),
    "magic_links": (
        "SELECT (browser_hash, code_tries, created_at, email, expires_at, id, purpose, sent_at, signup,"
        " token_hash, used_at), INSERT (browser_hash, email, expires_at, id, purpose, signup, token_hash), UPDATE"
        " (code_tries, sent_at, used_at), DELETE"
    ),
    "passkey_challenges": (
        "SELECT (browser_hash, challenge, expires_at, id, used_at), INSERT (browser_hash, challenge, expires_at,"
        " id), UPDATE (used_at), DELETE"
    ),
    "audit_checkpoints": (
        "SELECT (complete_at, event_count, given_up, leaves, number, previous, public_key, root, signature,"
        " signed_at, through_id, through_position, through_workspace_id), INSERT (complete_at, event_count,"
        " given_up, leaves, number, previous, public_key, root, signature, signed_at, through_id,"
        " through_position, through_workspace_id)"
    ),
    "reminder_scheduler": "SELECT (passed_at), UPDATE (passed_at)",
}


def upgrade() -> None:
    sql.run("first")
    for table, app in _APP.items():
        rls.scope(table, app=app, system=_SYSTEM.get(table))
    for table, privileges in _SYSTEM.items():
        if table not in _APP:
            rls.system_only(table, privileges)
    # The scheduler sees when an appointment is and whether it takes place, and its client's zone and language.
    rls.system_reads(
        "appointments",
        "workspace_id, id, client_id, scheduled_start, status, booked_at, archived_at, is_cancellation_told, version",
    )
    rls.system_reads("clients", "workspace_id, id, locale, timezone, version")
    # What a deleted workspace had in plain is emptied; what was sealed goes with its keys.
    op.execute(
        "CREATE POLICY system_empties ON appointments FOR UPDATE TO pazpaz_system USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT UPDATE (service_name) ON appointments TO pazpaz_system")
