"""Use cases of digests: whether a member gets one, and when."""

from uuid import UUID

from pazpaz.core.base import clock
from pazpaz.core.base.errors import StaleVersion
from pazpaz.core.db.handle import Db
from pazpaz.digests import queries
from pazpaz.digests.models import EVENING, PREFERENCE, DigestPreference
from pazpaz.digests.schemas import DigestPreferenceUpdate


async def read(db: Db) -> DigestPreference:
    """Return the caller's own."""
    user_id = db.user_id
    found = await db.read(queries.PREFERENCE_READ, user_id=user_id, about=user_id)
    return found[0] if found else _unset(db, user_id)


def _unset(db: Db, user_id: UUID) -> DigestPreference:
    return DigestPreference(
        user_id, db.actor.workspace_id, is_active=False, send_time=EVENING, answers_at_once=True, version=0
    )


async def change(db: Db, body: DigestPreferenceUpdate, version: int | None) -> DigestPreference:
    """Change the caller's own. Switched on, or at another time, it holds for what falls due from now on."""
    user_id = db.user_id
    await db.advisory_lock(
        user_id, wait=True
    )  # two first wishes at once: one makes the row, the other changes it
    found = await db.read(queries.PREFERENCE_OF, user_id=user_id)
    now = found[0] if found else _unset(db, user_id)
    if version is not None and version != now.version:
        raise StaleVersion
    changes = body.changes()
    if changes.get("send_time", now.send_time) != now.send_time or (
        changes.get("is_active") and not now.is_active
    ):
        changes["active_since"] = clock.now()
    if found:
        return await db.change(PREFERENCE, user_id, changes, version=version)
    return await db.create(PREFERENCE, changes, user_id)


async def switch_off(db: Db, user_id: UUID, column: str) -> None:
    """Note that the member wants no more of these mails; said again it changes nothing."""
    await db.advisory_lock(user_id, wait=True)
    found = await db.read(queries.PREFERENCE_OF, user_id=user_id)
    now = found[0] if found else _unset(db, user_id)
    if not getattr(now, column):
        return
    if found:
        await db.change(PREFERENCE, user_id, {column: False}, action="switch-off")
    else:
        await db.create(PREFERENCE, {column: False}, user_id)
