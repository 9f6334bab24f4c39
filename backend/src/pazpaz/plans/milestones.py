"""Use cases of a plan's milestones. Whoever changes one holds the plan, so that their order stays dense."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pazpaz.accounts import service as accounts
from pazpaz.core.base import clock
from pazpaz.core.base.errors import StaleVersion
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.plans import queries
from pazpaz.plans import service as plans
from pazpaz.plans.errors import MilestoneArchived, MilestoneOrderIncomplete
from pazpaz.plans.models import (
    HELD_PLAN,
    MILESTONE,
    PLAN,
    Milestone,
    MilestoneStatus,
    achievement,
)
from pazpaz.plans.schemas import MilestoneCreate, MilestoneOrder, MilestoneUpdate


async def create(db: Db, plan_id: UUID, body: MilestoneCreate) -> Milestone:
    """Return a new milestone, at its place or at the end."""
    plan = await plans.for_update(db, plan_id)
    values = body.model_dump(exclude={"order_index"})
    today = await _today_if_needed(db, values)
    values |= achievement(values, MilestoneStatus.PENDING, None, today)
    ids, milestone_id = await _order(db, plan_id), new_id()
    place = len(ids) if body.order_index is None else min(body.order_index, len(ids))
    if place < len(ids):
        await _arrange(db, plan_id, [*ids[:place], milestone_id, *ids[place:]])
    values |= {"plan_id": plan_id, "client_id": plan.client_id, "order_index": place}
    return await db.create(MILESTONE, values, milestone_id)


async def read(db: Db, plan_id: UUID, milestone_id: UUID) -> Milestone:
    """One milestone, also an archived one."""
    return await db.get(MILESTONE, milestone_id, where={"plan_id": plan_id})


async def list_page(db: Db, plan_id: UUID, paging: Paging, *, archived: bool) -> Page[Milestone]:
    """Return a plan's milestones in their order."""
    await db.get(HELD_PLAN, plan_id, recorded=False)
    listing, filters = queries.MILESTONES[archived], {"plan_id": plan_id}
    return await db.page(listing, filters, paging, about=plan_id)


async def change(
    db: Db, plan_id: UUID, milestone_id: UUID, body: MilestoneUpdate, version: int | None
) -> Milestone:
    """Change a milestone. Nothing to change is a read."""
    await plans.for_update(db, plan_id)
    milestone, asked = await _current(db, plan_id, milestone_id, version), body.changes()
    changes = milestone.edit(asked, await _today_if_needed(db, asked))
    if not changes:
        return await db.get(MILESTONE, milestone_id)
    return await db.change(MILESTONE, milestone_id, changes)


async def archive(db: Db, plan_id: UUID, milestone_id: UUID, version: int | None) -> None:
    """Take a milestone out of its plan; those behind it close up, and nothing is deleted."""
    await plans.for_update(db, plan_id)
    await _current(db, plan_id, milestone_id, version)
    changes = {"archived_at": clock.now(), "order_index": None}
    await db.change(MILESTONE, milestone_id, changes, action="archive")
    await _arrange(db, plan_id, await _order(db, plan_id))


async def restore(db: Db, plan_id: UUID, milestone_id: UUID, version: int | None) -> Milestone:
    """Take a milestone out of the archive, to the end of its plan; one that is not in it is read."""
    await plans.for_update(db, plan_id)
    milestone = await db.get(MILESTONE, milestone_id, where={"plan_id": plan_id}, recorded=False)
    if version not in (None, milestone.version):
        raise StaleVersion
    if milestone.archived_at is None:
        return await read(db, plan_id, milestone_id)
    changes = {"archived_at": None, "order_index": len(await _order(db, plan_id))}
    return await db.change(MILESTONE, milestone_id, changes, action="restore")


async def reorder(db: Db, plan_id: UUID, body: MilestoneOrder) -> Page[Milestone]:
    """Put all milestones of a plan into this order."""
    await plans.for_update(db, plan_id)
    ids = await _order(db, plan_id)
    if len(body.ids) != len(ids) or set(body.ids) != set(ids):
        raise MilestoneOrderIncomplete
    await _arrange(db, plan_id, body.ids, recorded=True)
    items = await db.read(queries.ORDERED, plan_id=plan_id)
    return Page(items, len(items), None)


async def _order(db: Db, plan_id: UUID) -> list[UUID]:
    """Return the ids in their order; asked after the plan is held, because an earlier look may be out of date."""
    return [item.id for item in await db.read(queries.ORDER, plan_id=plan_id)]


async def _arrange(db: Db, plan_id: UUID, ids: Sequence[UUID], *, recorded: bool = False) -> None:
    where = {"plan_id": plan_id, "archived_at": None}
    noun, about = (PLAN, plan_id) if recorded else (None, None)
    await db.reorder(MILESTONE, ids, column="order_index", where=where, noun=noun, about=about)


async def _current(db: Db, plan_id: UUID, milestone_id: UUID, version: int | None) -> Milestone:
    milestone = await db.get(MILESTONE, milestone_id, where={"plan_id": plan_id}, recorded=False)
    if milestone.archived_at is not None:
        raise MilestoneArchived
    if version is not None and version != milestone.version:
        raise StaleVersion
    return milestone


async def _today_if_needed(db: Db, asked: dict[str, Any]) -> date | None:
    """Today in the practice's zone, for a milestone that is achieved without a date."""
    if asked.get("status") is MilestoneStatus.ACHIEVED and asked.get("achieved_date") is None:
        return await accounts.today(db)
    return None
