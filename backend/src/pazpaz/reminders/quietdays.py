"""Use cases of days without sending: a practice has one list of them."""

from sqlalchemy import bindparam, select
from sqlalchemy.types import Uuid

from pazpaz.core.base.errors import StaleVersion
from pazpaz.core.db.entity import Query, columns_of
from pazpaz.core.db.handle import Db
from pazpaz.reminders.models import QUIET_DAYS, QuietDays, quiet_days
from pazpaz.reminders.quiet import Calendar
from pazpaz.reminders.schemas import QuietDaysUpdate

_OF = Query(
    QUIET_DAYS,
    QuietDays,
    select(*columns_of(QuietDays, quiet_days)).where(quiet_days.c.id == bindparam("practice", type_=Uuid())),
    action=None,
)
_READ = Query(QUIET_DAYS, QuietDays, _OF.select, action="read")


async def read(db: Db) -> QuietDays:
    """Return the practice's; none until some are set."""
    practice = db.actor.workspace_id
    return _one(db, await db.read(_READ, practice=practice, about=practice))


def _one(db: Db, found: list[QuietDays]) -> QuietDays:
    practice = db.actor.workspace_id
    return found[0] if found else QuietDays(practice, practice, [], [], None, from_sunset=False, version=0)


async def change(db: Db, body: QuietDaysUpdate, version: int | None) -> QuietDays:
    """Change the practice's; of two first ones at once one makes the row, the other changes it."""
    practice = db.actor.workspace_id
    await db.advisory_lock(practice, wait=True)
    found = await db.read(_OF, practice=practice)
    if version is not None and version != _one(db, found).version:
        raise StaleVersion
    if found:
        return await db.change(QUIET_DAYS, practice, body.changes(), version=version)
    return await db.create(QUIET_DAYS, body.changes(), practice)


async def calendar(db: Db, zone: str) -> Calendar | None:
    """Return them for deciding by; None if there are none."""
    found = await db.read(_OF, practice=db.actor.workspace_id)
    if not found:
        return None
    days = found[0]
    return Calendar(frozenset(days.weekdays), frozenset(days.dates), days.festivals, days.from_sunset, zone)
