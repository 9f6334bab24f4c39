"""What each database role may do, and which columns hold plain text, each with its reason."""

from pazpaz import features
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.tenancy import METADATA

assert features.FEATURES  # registers every table

UNSCOPED = {
    "audit_checkpoints": "a checkpoint covers the events of all workspaces; for the system role only",
    "alembic_version": "the revision of the schema; no role but the owner reads it",
    "magic_links": "a sign-in link precedes the knowledge of a workspace; for the system role only",
    "passkey_challenges": "a browser is asked before anybody is known; for the system role only",
    "reminder_scheduler": "when the scheduler last passed over all workspaces; for the system role only",
}
APP_MAY_NOT = {
    "session_sync_receipts": {"UPDATE"},  # what became of an item does not change
    "workspace_keys": {"INSERT", "UPDATE"},  # keys are made by the system role and the operator
    "workspaces": {"INSERT"},  # a practice is opened by a sign-up
}
_GIVEN = "workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix"
# What is sealed in these never changes but to the same text under a newer key, which a trigger sees to (decision 16).
RESEALED_ONLY = {
    name: tuple(column.name for column in METADATA.tables[name].columns if isinstance(column.type, Sealed))
    for name in ("attachments", "moves", "plan_revisions", "session_amendments", "session_revisions")
}
_MOVED = (
    "workspace_id, id, kind, from_client_id, to_client_id, session_id, appointment_id, to_appointment_id,"
    " moved_by, session_date, reason"
)
APP_MAY_ONLY = {
    "audit_events": {"SELECT", f"INSERT ({_GIVEN})"},  # append-only; moment and position are PostgreSQL's
    **{name: {"SELECT", "INSERT", f"UPDATE ({', '.join(sealed)})"} for name, sealed in RESEALED_ONLY.items()},
    # they follow what they belong to when it is moved to another client
    **{
        name: {"SELECT", "INSERT", f"UPDATE (client_id, {', '.join(RESEALED_ONLY[name])})"}
        for name in ("plan_revisions", "session_amendments")
    },
    "moves": {"SELECT", f"INSERT ({_MOVED})", "UPDATE (reason)"},  # when it was is PostgreSQL's to say
    "attachments": {
        "SELECT",
        "INSERT",
        "UPDATE (filename, deleted_at)",
    },  # a file is what it was when it came
    # the scheduler makes them and the delivery settles them; the one sealed column is the application's
    "reminder_logs": {"SELECT", "UPDATE (recipient, address_print)"},
    "digests": {"SELECT"},  # the same, and none of it is sealed
    "reply_mails": {"SELECT"},  # likewise
    # what proves somebody is what it was when it was made; a secret is sealed anew under a newer key
    "factors": {
        "SELECT",
        "INSERT",
        "UPDATE (secret, last_step, sign_count, confirmed_at, last_used_at, removed_at)",
    },
    "factor_holders": {"SELECT", "INSERT", "UPDATE (tries, recovery_set_id)"},
    "recovery_codes": {"SELECT", "INSERT", "UPDATE (used_at)"},
    "factor_challenges": {"SELECT", "INSERT"},
    "account_notices": {"SELECT", "INSERT"},
    "known_devices": {"SELECT"},
    # whose it is and what it is called stays; a secret is sealed anew under a newer key, or destroyed
    "devices": {"SELECT", "INSERT", "UPDATE (secret, last_used_at, removed_at)"},
    "device_sign_ins": {"SELECT", "INSERT", "UPDATE (opened_at)"},
    "packs": {"SELECT", "INSERT"},  # what was taken along was taken along
    "pack_clients": {"SELECT", "INSERT"},  # likewise
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
    "factors.name": "what a user calls a factor",
    "devices.name": "what a user calls a device",
    "workspace_keys.kek_id": "the id of a key",
    "workspace_keys.erasure_id": "the id of a key",
    "clients.locale": "a language",
    "clients.timezone": "an IANA name",
    "appointments.service_name": "an item of the practice's price list",
    "attachments.sha256": "a hash of a file as it is stored, beside it",
    "attachments.preview_sha256": "likewise, of its preview",
    "attachments.removed": "fixed words, by its check",
    "session_conflicts.fields": "names of the four fields",
    "reminder_configurations.subject_template": "the practice's own words, the same for every client",
    "reminder_configurations.body_template": "the practice's own words, the same for every client",
    "reminder_configurations.send_window": "hours of the day",
    "reminder_logs.message_id": "the row's id at the practice's domain",
    "digest_preferences.send_time": "a time of day",
    "packs.client_ids": "ids",
    "quiet_days.weekdays": "numbers of days of the week",
    "quiet_days.dates": "days on which a practice sends nothing",
    "digests.message_id": "the row's id at the practice's domain",
    "reply_mails.message_id": "likewise",
    "audit_events.action": "a word of the code",
    "audit_events.entity_type": "a word of the code",
    "audit_events.ip_prefix": "a network of 256 addresses",
}
# What keeps words out of merged and erased records, and in those that are to be erased.
OF_RECORDS = {
    "refuse_merged": {"appointments", "plans"},
    "refuse_erased": {"appointments", "sessions", "session_amendments", "plans", "milestones"},
    "refuse_leaving_erased": {"moves"},
}
