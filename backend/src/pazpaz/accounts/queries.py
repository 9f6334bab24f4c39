"""Named statements of sign-in, run as the system role; they see accounts of every workspace and no health data."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.types import DateTime, Uuid

from pazpaz.accounts.models import (
    AUDIT_EVENT,
    CREDENTIAL,
    USER,
    WORKSPACE,
    AuditEvent,
    Credential,
    User,
    UserStatus,
    credentials,
    users,
)
from pazpaz.core.db import audit
from pazpaz.core.db.audit import audit_events
from pazpaz.core.db.entity import Listing, Query, columns_of
from pazpaz.core.db.statements import SystemStatement

# Beside who it is: whether a second factor is due that this credential has not proved, when its holder last proved
# who they are, and whether it is locked. Where nobody asks for a factor, a token is as good as its keeper. Of
# requests at the end of the idle time each waits for the one before: whoever finds it over locks it for all.
ACTOR_OF_TOKEN = SystemStatement.of("""
    WITH found AS (
        SELECT workspace_id, user_id, id, role, kind, created_at, factor_at FROM credentials
        WHERE hash = %(hash)s::bytea AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
    ), seen AS (
        UPDATE credentials AS c SET
            idle_until = CASE WHEN c.idle_until > now() AND %(is_used)s::boolean
                THEN now() + make_interval(mins => %(idle_minutes)s::integer) ELSE c.idle_until END,
            locked_at = CASE WHEN c.idle_until > now() THEN NULL ELSE now() END
        FROM found AS f
        WHERE c.workspace_id = f.workspace_id AND c.id = f.id AND c.kind = 'sign-in' AND c.locked_at IS NULL
        RETURNING c.locked_at
    )
    SELECT f.workspace_id, f.user_id, f.id AS credential_id, f.role,
           (u.has_second_factor OR coalesce(w.requires_second_factor, %(is_required)s::boolean))
               AND f.factor_at IS NULL AS lacks_factor,
           CASE WHEN u.has_second_factor THEN f.factor_at
                WHEN f.kind = 'sign-in' OR coalesce(w.requires_second_factor, %(is_required)s::boolean)
                THEN f.created_at
                ELSE now() + interval '1 day' END AS proved_at,
           f.kind = 'sign-in' AND NOT EXISTS (SELECT FROM seen WHERE locked_at IS NULL) AS is_locked
    FROM found AS f
    JOIN users AS u ON u.workspace_id = f.workspace_id AND u.id = f.user_id
    JOIN workspaces AS w ON w.workspace_id = f.workspace_id
""")

INSERT_LINK = SystemStatement.of("""
    INSERT INTO magic_links (id, email, purpose, signup, token_hash, browser_hash, expires_at)
    VALUES (%(id)s::uuid, %(email)s::text, %(purpose)s::text, %(signup)s::jsonb,
            %(token_hash)s::bytea, %(browser_hash)s::bytea, %(expires_at)s::timestamptz)
""")

_USABLE = "token_hash = %(token_hash)s::bytea AND used_at IS NULL AND expires_at > now()"

FIND_LINK = SystemStatement.of(f"SELECT id, email, browser_hash FROM magic_links WHERE {_USABLE}")

# One event in each practice the address signs in to; its id may be the same in all of them.
RECORD_FAILED = SystemStatement.of("""
    INSERT INTO audit_events
        (workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix)
    SELECT workspace_id, %(audit_id)s::uuid, id, %(action)s::text, %(entity_type)s::text, id,
           %(request_id)s::uuid, %(ip_prefix)s::text
    FROM users WHERE email = %(email)s::text AND status = 'active'
""")

COUNT_TRY = SystemStatement.of(f"""
    UPDATE magic_links SET code_tries = code_tries + 1
    WHERE {_USABLE} AND code_tries < %(tries)s::integer RETURNING id
""")

USE_LINK = SystemStatement.of(f"""
    UPDATE magic_links SET used_at = now() WHERE {_USABLE} RETURNING id, email, purpose, signup
""")

LINK_TO_SEND = SystemStatement.of("""
    SELECT id, email, purpose, signup FROM magic_links
    WHERE id = %(id)s::uuid AND sent_at IS NULL AND used_at IS NULL AND expires_at > now()
""")

LINK_SENT = SystemStatement.of("UPDATE magic_links SET sent_at = now() WHERE id = %(id)s::uuid")

UNSENT_LINKS = SystemStatement.of("""
    SELECT id FROM magic_links
    WHERE sent_at IS NULL AND used_at IS NULL AND expires_at > now()
      AND created_at < now() - interval '10 seconds'
    ORDER BY created_at LIMIT 500
""")

DELETE_OLD_LINKS = SystemStatement.of("DELETE FROM magic_links WHERE expires_at < now() - interval '1 day'")

HOLD_EMAIL = SystemStatement.of("SELECT pg_advisory_xact_lock(hashtextextended(%(email)s::text, 0))")

# A practice's name is what a stranger typed: no mail holds it before its reader has signed in there once.
SHOWN_NAME = """
    CASE WHEN EXISTS (
        SELECT FROM known_devices AS d WHERE d.workspace_id = u.workspace_id AND d.user_id = u.id
    ) THEN w.name END
"""

USERS_OF_EMAIL = SystemStatement.of(f"""
    SELECT u.workspace_id, u.id, u.role, u.full_name, {SHOWN_NAME} AS workspace_name, w.locale
    FROM users AS u JOIN workspaces AS w ON w.workspace_id = u.workspace_id
    WHERE u.email = %(email)s::text AND u.status = 'active'
    ORDER BY u.created_at, u.id
""")

ANY_WORKSPACE = SystemStatement.of("SELECT EXISTS (SELECT FROM workspaces)")

CREATE_WORKSPACE = SystemStatement.of("""
    WITH workspace AS (
        INSERT INTO workspaces (workspace_id, id, name, timezone, locale, reply_to)
        VALUES (%(workspace)s::uuid, %(workspace)s::uuid, %(name)s::text, %(timezone)s::text, %(locale)s::text,
                %(email)s::text)
    ), data_key AS (
        INSERT INTO workspace_keys (workspace_id, id, number, wrapped, kek_id, erasure_id)
        VALUES (%(workspace)s::uuid, %(key_id)s::uuid, 1, %(wrapped)s::bytea, %(kek_id)s::text,
                %(erasure_id)s::text)
    )
    INSERT INTO users (workspace_id, id, email, full_name, role)
    VALUES (%(workspace)s::uuid, %(user)s::uuid, %(email)s::text, %(full_name)s::text, 'owner')
""")

CREATE_CREDENTIAL = SystemStatement.of("""
    INSERT INTO credentials (workspace_id, id, user_id, kind, hash, name, expires_at, idle_until, factor_at)
    VALUES (%(workspace)s::uuid, %(id)s::uuid, %(user)s::uuid, %(kind)s::text, %(hash)s::bytea,
            %(name)s::text, %(expires_at)s::timestamptz, %(idle_until)s::timestamptz, %(factor_at)s::timestamptz)
""")

REVOKE_CREDENTIAL = SystemStatement.of("""
    UPDATE credentials SET revoked_at = now()
    WHERE hash = %(hash)s::bytea AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
    RETURNING workspace_id, id AS entity_id, user_id
""")

# Whoever signs in anew in a browser leaves no earlier sign-in behind, locked or not.
END_EARLIER = SystemStatement.of("""
    UPDATE credentials SET revoked_at = now()
    WHERE hash = %(hash)s::bytea AND kind = 'sign-in' AND revoked_at IS NULL
    RETURNING workspace_id, id AS entity_id, user_id
""")

RECORD = SystemStatement.of(audit.insert("%(entity_id)s::uuid", ""))

_SIGNED_IN = ", ".join(
    f"{alias}.{name} AS {alias}_{name}"
    for alias, entity in (("u", USER), ("w", WORKSPACE))
    for name in entity.codec.fields
)
SIGNED_IN = SystemStatement.of(f"""
    SELECT {_SIGNED_IN}
    FROM users AS u JOIN workspaces AS w ON w.workspace_id = u.workspace_id
    WHERE u.workspace_id = %(workspace)s::uuid AND u.id = %(user)s::uuid
""")

# Locked sign-ins are among them: whoever holds them can end them.
_valid = credentials.c.revoked_at.is_(None) & (
    credentials.c.expires_at.is_(None) | (credentials.c.expires_at > func.now())
)
CREDENTIALS = Query(
    CREDENTIAL,
    Credential,
    select(*columns_of(Credential, credentials))
    .where(credentials.c.user_id == bindparam("owner"), credentials.c.kind == bindparam("kind"), _valid)
    .order_by(credentials.c.id.desc()),
    action="list",
)

MEMBERS = Listing(USER, User, order=(users.c.id,), always=(users.c.status != UserStatus.REMOVED.value,))

MEMBER_OF_EMAIL = Query(
    USER,
    User,
    select(*columns_of(User, users)).where(users.c.email == bindparam("email")),
    action=None,
)

# A device that this user has not been seen on; the first one of all is nobody's surprise.
MEET_DEVICE = SystemStatement.of("""
    WITH met AS (
        INSERT INTO known_devices (workspace_id, id, user_id, hash)
        VALUES (%(workspace)s::uuid, %(id)s::uuid, %(user)s::uuid, %(hash)s::bytea)
        ON CONFLICT (workspace_id, user_id, hash) DO UPDATE SET seen_at = now()
        RETURNING id
    )
    SELECT met.id = %(id)s::uuid AND EXISTS (
        SELECT FROM known_devices WHERE workspace_id = %(workspace)s::uuid AND user_id = %(user)s::uuid
    ) AS is_new FROM met
""")

ADD_NOTICE = SystemStatement.of("""
    INSERT INTO account_notices (workspace_id, id, user_id, event)
    VALUES (%(workspace)s::uuid, %(id)s::uuid, %(user)s::uuid, %(event)s::text)
""")

NOTICE_TO_SEND = SystemStatement.of(f"""
    SELECT n.id, n.event, n.created_at, u.email, {SHOWN_NAME} AS workspace_name, w.locale, w.timezone
    FROM account_notices AS n
    JOIN users AS u ON u.workspace_id = n.workspace_id AND u.id = n.user_id
    JOIN workspaces AS w ON w.workspace_id = n.workspace_id
    WHERE n.id = %(id)s::uuid AND n.sent_at IS NULL
""")

NOTICE_SENT = SystemStatement.of("UPDATE account_notices SET sent_at = now() WHERE id = %(id)s::uuid")

UNSENT_NOTICES = SystemStatement.of("""
    SELECT id FROM account_notices
    WHERE sent_at IS NULL AND created_at < now() - interval '10 seconds'
      AND created_at > now() - interval '7 days'
    ORDER BY created_at LIMIT 500
""")

RESET_FACTORS = SystemStatement.of("""
    UPDATE users SET factors_reset_at = now()
    WHERE workspace_id = %(workspace)s::uuid AND id = %(user)s::uuid RETURNING id
""")

INVITATION = SystemStatement.of(f"""
    SELECT u.id, u.email, u.invited_at, {SHOWN_NAME} AS workspace_name, w.locale
    FROM users AS u JOIN workspaces AS w ON w.workspace_id = u.workspace_id
    WHERE u.id = %(id)s::uuid AND u.status = 'active' AND u.invited_at IS NOT NULL
      AND u.invitation_sent_at IS NULL
""")

INVITATION_SENT = SystemStatement.of("UPDATE users SET invitation_sent_at = now() WHERE id = %(id)s::uuid")

UNSENT_INVITATIONS = SystemStatement.of("""
    SELECT id FROM users
    WHERE invitation_sent_at IS NULL AND invited_at < now() - interval '10 seconds'
      AND invited_at > now() - interval '1 day' AND status = 'active'
    ORDER BY invited_at LIMIT 500
""")

AUDIT_EVENTS = Listing(
    AUDIT_EVENT,
    AuditEvent,
    order=(audit_events.c.id,),
    filters={
        # Not named as the columns: the listing's own event has parameters of those names.
        "of_type": audit_events.c.entity_type == bindparam("of_type"),
        "entity_id": audit_events.c.entity_id == bindparam("entity_id", type_=Uuid()),
        "user_id": audit_events.c.user_id == bindparam("user_id", type_=Uuid()),
        "of_action": audit_events.c.action == bindparam("of_action"),
        "from": audit_events.c.at >= bindparam("from", type_=DateTime(timezone=True)),
        "to": audit_events.c.at < bindparam("to", type_=DateTime(timezone=True)),
    },
)
