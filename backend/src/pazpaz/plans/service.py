"""Use cases of plans of care."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pazpaz.accounts import service as accounts
from pazpaz.clients import service as clients
from pazpaz.core.base import clock
from pazpaz.core.base.errors import StaleVersion
from pazpaz.core.db import restoring
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.plans import queries
from pazpaz.plans.errors import PlanArchived
from pazpaz.plans.models import HELD_PLAN, PLAN, PLAN_REVISION, HeldPlan, Plan, PlanRevision, PlanStatus
from pazpaz.plans.schemas import PlanCreate, PlanUpdate

_ACTIONS = {
    PlanStatus.COMPLETED: "complete",
    PlanStatus.DISCONTINUED: "discontinue",
    PlanStatus.ACTIVE: "reopen",
}


async def create(db: Db, body: PlanCreate) -> Plan:
    """Return a new plan of a client who is not archived; it is active, and starts today unless it says otherwise."""
    await clients.require_current(db, body.client_id)
    start = body.start_date or await accounts.today(db)
    return await db.create(PLAN, body.changes() | {"start_date": start})


async def read(db: Db, plan_id: UUID) -> Plan:
    """One plan, also an archived one."""
    return await db.get(PLAN, plan_id)


async def list_page(db: Db, filters: Mapping[str, Any], paging: Paging, *, archived: bool) -> Page[Plan]:
    """Plans, newest first."""
    about = filters.get("client_id")
    return await db.page(queries.PLANS[archived], filters, paging, about=about)


async def for_update(db: Db, plan_id: UUID) -> HeldPlan:
    """Return a plan that is not archived, kept from others who change its milestones until the commit."""
    plan = await db.get(HELD_PLAN, plan_id, recorded=False, lock=True)
    if plan.archived_at is not None:
        raise PlanArchived
    return plan


async def change(db: Db, plan_id: UUID, body: PlanUpdate, version: int | None) -> Plan:
    """Change a plan; what it said before stays as a revision. Nothing to change is a read."""
    plan = await db.get(PLAN, plan_id, recorded=False, lock=True)
    if plan.archived_at is not None:
        raise PlanArchived
    if version is not None and version != plan.version:
        raise StaleVersion
    changes = plan.edit(body.changes(), clock.now())
    if not changes:
        return await db.get(PLAN, plan_id)
    if plan.is_revised_by(changes):
        await _keep(db, plan)
    action = _ACTIONS[changes["status"]] if "status" in changes else "update"
    return await db.change(PLAN, plan_id, changes, action=action)


async def _keep(db: Db, plan: Plan) -> None:
    values = plan.content() | {
        "plan_id": plan.id,
        "client_id": plan.client_id,
        "plan_version": plan.version,
        "changed_by": db.user_id,
    }
    await db.create(PLAN_REVISION, values, recorded=False)


async def archive(db: Db, plan_id: UUID, version: int | None) -> None:
    """Take a plan with its milestones off the lists and the timeline; nothing is deleted."""
    await db.change(
        HELD_PLAN,
        plan_id,
        {"archived_at": clock.now()},
        version=version,
        where={"archived_at": None},
        otherwise=lambda _: PlanArchived(),
        action="archive",
    )


async def restore(db: Db, plan_id: UUID, version: int | None) -> Plan:
    """Take a plan and its milestones out of the archive; one that is not in it is read."""
    return await restoring.restore(db, PLAN, plan_id, version)


async def revisions(db: Db, plan_id: UUID, paging: Paging) -> Page[PlanRevision]:
    """Return what a plan said before each of its changes, the latest first."""
    await db.get(HELD_PLAN, plan_id, recorded=False)
    filters = {"plan_id": plan_id}
    return await db.page(queries.REVISIONS, filters, paging, about=plan_id)
