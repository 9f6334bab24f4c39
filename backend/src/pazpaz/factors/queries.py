"""Look-ups of second factors, and the statements that count tries, run as the system role."""

from sqlalchemy import bindparam, select
from sqlalchemy.types import LargeBinary, Uuid

from pazpaz.core.db.entity import Query, columns_of
from pazpaz.core.db.statements import SystemStatement
from pazpaz.factors.models import (
    FACTOR,
    HELD,
    RECOVERY_CODE,
    Factor,
    HeldFactor,
    RecoveryCode,
    factors,
    recovery_codes,
)

_factor, _code = factors.c, recovery_codes.c
_mine = (
    _factor.user_id == bindparam("owner", type_=Uuid()),
    _factor.removed_at.is_(None),
    _factor.confirmed_at.is_not(None),
)

MINE = Query(
    FACTOR,
    Factor,
    select(*columns_of(Factor, factors)).where(*_mine).order_by(_factor.id),
    action="list",
)
KINDS = Query(FACTOR, Factor, select(*columns_of(Factor, factors)).where(*_mine), action=None)
HELD_BY = Query(HELD, HeldFactor, select(*columns_of(HeldFactor, factors)).where(*_mine), action=None)
CODE = Query(
    RECOVERY_CODE,
    RecoveryCode,
    select(*columns_of(RecoveryCode, recovery_codes)).where(
        _code.set_id == bindparam("set_id", type_=Uuid()),
        _code.hash == bindparam("hash", type_=LargeBinary()),
    ),
    action=None,
)
UNUSED_CODES = Query(
    RECOVERY_CODE,
    RecoveryCode,
    select(*columns_of(RecoveryCode, recovery_codes)).where(
        _code.set_id == bindparam("set_id", type_=Uuid()), _code.used_at.is_(None)
    ),
    action=None,
)

# A try counts before it is looked at, and whatever becomes of its transaction; no row when there were too many.
COUNT_TRY = SystemStatement.of("""
    INSERT INTO factor_holders AS h (workspace_id, id, tries, tried_at)
    VALUES (%(workspace)s::uuid, %(user)s::uuid, 1, now())
    ON CONFLICT (workspace_id, id) DO UPDATE SET
        tries = CASE WHEN h.tried_at > now() - %(lifetime)s::interval THEN h.tries + 1 ELSE 1 END,
        tried_at = now()
    WHERE h.tries < %(tries)s::integer OR h.tried_at IS NULL OR h.tried_at <= now() - %(lifetime)s::interval
    RETURNING h.id
""")
USE_CHALLENGE = SystemStatement.of("""
    UPDATE factor_challenges SET used_at = now()
    WHERE workspace_id = %(workspace)s::uuid AND id = %(id)s::uuid AND user_id = %(user)s::uuid
      AND credential_id = %(credential)s::uuid AND purpose = %(purpose)s::text
      AND used_at IS NULL AND expires_at > now()
    RETURNING challenge
""")
FORGET_CHALLENGES = (
    SystemStatement.of("DELETE FROM factor_challenges WHERE expires_at < now() - interval '1 hour'"),
    SystemStatement.of("DELETE FROM passkey_challenges WHERE expires_at < now() - interval '1 hour'"),
)

ASK_PASSKEY = SystemStatement.of("""
    INSERT INTO passkey_challenges (id, challenge, browser_hash, expires_at)
    VALUES (%(id)s::uuid, %(challenge)s::bytea, %(browser_hash)s::bytea, %(expires_at)s::timestamptz)
""")
USE_PASSKEY_CHALLENGE = SystemStatement.of("""
    UPDATE passkey_challenges SET used_at = now()
    WHERE id = %(id)s::uuid AND browser_hash = %(browser_hash)s::bytea AND used_at IS NULL AND expires_at > now()
    RETURNING challenge
""")
# By whom the authenticator says it is of, too: somebody else may have registered a key under the same id.
PASSKEY_OF = SystemStatement.of("""
    SELECT f.workspace_id, f.user_id, f.id, f.passkey_id, f.public_key, f.sign_count
    FROM users AS u
    JOIN workspaces AS w ON w.workspace_id = u.workspace_id AND w.closed_at IS NULL
    JOIN factors AS f ON f.workspace_id = u.workspace_id AND f.user_id = u.id
    WHERE u.id = %(user)s::uuid AND u.status = 'active' AND f.kind = 'passkey'
      AND f.passkey_id = %(passkey_id)s::bytea AND f.confirmed_at IS NOT NULL AND f.removed_at IS NULL
""")
# Whoever disables the member meanwhile waits, or has been waited for.
COUNT_SIGNATURE = SystemStatement.of("""
    UPDATE factors AS f SET sign_count = %(count)s::bigint, last_used_at = now()
    FROM (
        SELECT workspace_id, id FROM users
        WHERE workspace_id = %(workspace)s::uuid AND id = %(user)s::uuid AND status = 'active' FOR SHARE
    ) AS u
    WHERE f.workspace_id = u.workspace_id AND f.user_id = u.id AND f.id = %(id)s::uuid
      AND f.sign_count = %(counted)s::bigint AND f.removed_at IS NULL
    RETURNING f.id
""")
