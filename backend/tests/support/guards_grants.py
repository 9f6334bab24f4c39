"""What each database role may do, and which columns hold plain text, each with its reason."""

UNSCOPED = {
    "audit_seals": "a seal covers the events of all workspaces; for the system role only",
    "alembic_version": "the revision of the schema; no role but the owner reads it",
    "magic_links": "a sign-in link precedes the knowledge of a workspace; for the system role only",
    "reminder_scheduler": "when the scheduler last passed over all workspaces; for the system role only",
}
APP_MAY_NOT = {
    "plan_revisions": {"UPDATE"},  # what a plan said before stays as it was
    "session_amendments": {"UPDATE"},  # append-only
    "session_sync_receipts": {"UPDATE"},  # what became of an item does not change
    "session_revisions": {"UPDATE"},  # what was overwritten stays as it was
    "workspace_keys": {"INSERT", "UPDATE"},  # keys are made by the system role and the operator
    "workspaces": {"INSERT"},  # a practice is opened by a sign-up
}
_GIVEN = "workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix"
APP_MAY_ONLY = {
    "audit_events": {"SELECT", f"INSERT ({_GIVEN})"},  # append-only; moment and position are PostgreSQL's
    "attachments": {"SELECT", "INSERT", "UPDATE (deleted_at)"},  # a file is what it was when it came
    # the scheduler makes them and the delivery settles them; the one sealed column is the application's
    "reminder_logs": {"SELECT", "UPDATE (recipient)"},
}
_SETTLED = (
    "hours_before, due_at, deadline, status, reason, attempts, next_attempt_at, claim_id, claimed_until,"
    " handed_over_at, handovers, sent_at, message_id"
)
SYSTEM_MAY = {
    # when an appointment is, whether it takes place, and its client's zone and language; nothing that is sealed
    "appointments": {
        "SELECT (workspace_id, id, client_id, scheduled_start, status, archived_at, version, booked_at)"
    },
    "clients": {"SELECT (workspace_id, id, locale, timezone, version)"},
    "reminder_configurations": {"SELECT"},
    "reminder_logs": {
        "SELECT",
        "INSERT",
        f"UPDATE ({_SETTLED})",
    },
    "reminder_scheduler": {"SELECT", "UPDATE"},
    "workspaces": {"SELECT", "INSERT"},
    # to mark an invitation as sent; updated_at only lets it hold a row, FOR SHARE
    "users": {"SELECT", "INSERT", "UPDATE (invitation_sent_at, updated_at)"},
    # signing in and out, and keeping a browser's session from going idle
    "credentials": {"SELECT", "INSERT", "UPDATE (idle_until, revoked_at)"},
    "workspace_keys": {"SELECT", "INSERT"},
    "audit_events": {"SELECT", f"INSERT ({_GIVEN})"},  # it seals them
    "audit_seals": {"SELECT", "INSERT"},  # append-only
    "idempotency_keys": {
        "SELECT",
        "DELETE",
    },  # old answers are deleted; their id and age is all it reads of them
    # the sweep of the file store: ids and dates, never a name
    "attachments": {
        "SELECT (workspace_id, id, session_id, created_at, deleted_at, lost_at)",
        "UPDATE (lost_at)",
    },
    # the sweep of earlier texts: it sees none, and of notes whether they were finalized
    "session_revisions": {"SELECT (workspace_id, id, session_id, version, created_at)", "DELETE"},
    "sessions": {"SELECT (workspace_id, id, finalized_at)"},
    "magic_links": {"SELECT", "INSERT", "UPDATE", "DELETE"},  # old links are deleted
}
PLAIN_TEXT = {
    "workspaces.name": "the practice's own name",
    "workspaces.timezone": "an IANA name",
    "workspaces.reply_to": "the practice's own address",
    "workspaces.reminder_sender_name": "the practice's own name",
    "users.email": "sign-in looks it up",
    "users.full_name": "a member of the practice, not a client",
    "credentials.role": "its user's, copied by a trigger",
    "credentials.name": "what a user calls a token",
    "workspace_keys.kek_id": "the id of a key",
    "clients.locale": "a language",
    "clients.timezone": "an IANA name",
    "appointments.service_name": "an item of the practice's price list",
    "attachments.sha256": "a hash of a file as it is stored, beside it",
    "session_conflicts.fields": "names of the four fields",
    "reminder_configurations.subject_template": "the practice's own words, the same for every client",
    "reminder_configurations.body_template": "the practice's own words, the same for every client",
    "reminder_configurations.send_window": "hours of the day",
    "reminder_logs.message_id": "the row's id at the practice's domain",
    "audit_events.action": "a word of the code",
    "audit_events.entity_type": "a word of the code",
    "audit_events.ip_prefix": "a network of 256 addresses",
}
