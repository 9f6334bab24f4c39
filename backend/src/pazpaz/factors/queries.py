"""Look-ups of second factors, and the statements that count tries, run as the system role."""

from sqlalchemy import bindparam, select
from sqlalchemy.types import LargeBinary, Uuid

from pazpaz.core.entity import Query, columns_of
from pazpaz.core.statements import Statement
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

_f, _c = factors.c, recovery_codes.c
_mine = (
    _f.user_id == bindparam("owner", type_=Uuid()),
    _f.removed_at.is_(None),
    _f.confirmed_at.is_not(None),
)

MINE = Query(
    FACTOR,
    Factor,
    select(*columns_of(Factor, factors)).where(*_mine).order_by(_f.id),
    action="list",
)
HELD_BY = Query(HELD, HeldFactor, select(*columns_of(HeldFactor, factors)).where(*_mine), action=None)
CODE = Query(
    RECOVERY_CODE,
    RecoveryCode,
    select(*columns_of(RecoveryCode, recovery_codes)).where(
        _c.set_id == bindparam("set_id", type_=Uuid()), _c.hash == bindparam("hash", type_=LargeBinary())
    ),
    action=None,
)
UNUSED_CODES = Query(
    RECOVERY_CODE,
    RecoveryCode,
    select(*columns_of(RecoveryCode, recovery_codes)).where(
        _c.set_id == bindparam("set_id", type_=Uuid()), _c.used_at.is_(None)
    ),
    action=None,
)

# A try counts before it is looked at, and whatever becomes of its transaction; no row when there were too many.
COUNT_TRY = Statement.of("""
    INSERT INTO factor_holders AS h (workspace_id, id, tries, tried_at)
    VALUES (%(workspace)s::uuid, %(user)s::uuid, 1, now())
    ON CONFLICT (workspace_id, id) DO UPDATE SET
        tries = CASE WHEN h.tried_at > now() - %(lifetime)s::interval THEN h.tries + 1 ELSE 1 END,
        tried_at = now()
    WHERE h.tries < %(tries)s::integer OR h.tried_at IS NULL OR h.tried_at <= now() - %(lifetime)s::interval
    RETURNING h.id
""")
USE_CHALLENGE = Statement.of("""
    UPDATE factor_challenges SET used_at = now()
    WHERE workspace_id = %(workspace)s::uuid AND id = %(id)s::uuid AND user_id = %(user)s::uuid
      AND credential_id = %(credential)s::uuid AND purpose = %(purpose)s::text
      AND used_at IS NULL AND expires_at > now()
    RETURNING challenge
""")
FORGET_CHALLENGES = Statement.of("DELETE FROM factor_challenges WHERE expires_at < now() - interval '1 hour'")
