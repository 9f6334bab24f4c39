"""HTTP of plans of care and milestones."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from pazpaz.accounts.models import CLINICIANS
from pazpaz.clients.errors import ClientArchived, ClientErased
from pazpaz.core.base.errors import NotFound
from pazpaz.core.db.pagination import Page
from pazpaz.core.http.deps import CurrentDb, CurrentPaging, IfMatch
from pazpaz.core.http.policy import TEXTS, policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.plans import milestones, service
from pazpaz.plans.errors import (
    AchievedDateContradicts,
    InvalidStatusTransition,
    MilestoneArchived,
    MilestoneOrderIncomplete,
    PlanArchived,
    PlanEndsBeforeStart,
)
from pazpaz.plans.models import Milestone, Plan, PlanRevision, PlanStatus
from pazpaz.plans.schemas import MilestoneCreate, MilestoneOrder, MilestoneUpdate, PlanCreate, PlanUpdate

router = feature_router("plans")


CHANGES = ("plan.update", "plan.complete", "plan.discontinue", "plan.reopen", "plan.read")


@router.post("/plans", status_code=201)
@policy(
    roles=CLINICIANS,
    audit=("plan.create",),
    body_bytes=TEXTS,
    problems=(NotFound, ClientArchived, PlanEndsBeforeStart),
)
async def create_plan(body: PlanCreate, db: CurrentDb) -> Plan:
    """Start a plan of care; a client may have several active ones."""
    return await service.create(db, body)


@router.get("/plans")
@policy(roles=CLINICIANS, audit=("plan.list",), texts=2)
async def list_plans(
    db: CurrentDb,
    paging: CurrentPaging,
    client_id: UUID | None = None,
    therapist_id: Annotated[
        UUID | None, Query(description="Of clients who have an appointment with this therapist.")
    ] = None,
    status: PlanStatus | None = None,
    review_due: Annotated[
        bool | None,
        Query(description="Active, and its review_date is today or past in the practice's zone."),
    ] = None,
    archived: bool = False,
) -> Page[Plan]:
    """Plans, newest first; archived ones only if asked for."""
    filters = {
        "client_id": client_id,
        "therapist_id": therapist_id,
        "status": status,
        "review_due": review_due,
    }
    return await service.list_page(db, filters, paging, archived=archived)


@router.get("/plans/{plan_id}")
@policy(roles=CLINICIANS, audit=("plan.read",))
async def read_plan(plan_id: UUID, db: CurrentDb) -> Plan:
    """One plan, also an archived one.

    `sessions_done` counts the client's finalized notes from start_date to end_date, or until the plan was
    closed, or until now; not those of appointments that were missed or cancelled.
    """
    return await service.read(db, plan_id)


@router.put("/plans/{plan_id}")
@policy(
    roles=CLINICIANS,
    audit=CHANGES,
    body_bytes=TEXTS,
    problems=(PlanArchived, InvalidStatusTransition, PlanEndsBeforeStart, ClientErased),
)
async def change_plan(plan_id: UUID, body: PlanUpdate, db: CurrentDb, version: IfMatch) -> Plan:
    """Change, complete, discontinue or reopen a plan; a field left out stays, a null clears.

    What it said before is kept as a revision. A request that changes nothing leaves the version as it is.
    """
    return await service.change(db, plan_id, body, version)


@router.delete("/plans/{plan_id}", status_code=204)
@policy(roles=CLINICIANS, audit=("plan.archive",), one_statement=True, problems=(PlanArchived,))
async def archive_plan(plan_id: UUID, db: CurrentDb, version: IfMatch) -> None:
    """Archive a plan with its milestones; nothing is deleted."""
    await service.archive(db, plan_id, version)


@router.post("/plans/{plan_id}/restore")
@policy(roles=CLINICIANS, audit=("plan.restore", "plan.read"), one_statement=True, problems=(ClientErased,))
async def restore_plan(plan_id: UUID, db: CurrentDb, version: IfMatch) -> Plan:
    """Take a plan with its milestones out of the archive; one that is not archived is answered as it is."""
    return await service.restore(db, plan_id, version)


@router.get("/plans/{plan_id}/revisions")
@policy(roles=CLINICIANS, audit=("plan_revision.list",), texts=2)
async def list_revisions(plan_id: UUID, db: CurrentDb, paging: CurrentPaging) -> Page[PlanRevision]:
    """What a plan said before each change, and that it was closed before it was reopened; the latest first."""
    return await service.revisions(db, plan_id, paging)


@router.post("/plans/{plan_id}/milestones", status_code=201)
@policy(
    roles=CLINICIANS,
    audit=("milestone.create",),
    body_bytes=TEXTS,
    problems=(PlanArchived, AchievedDateContradicts, ClientErased),
)
async def create_milestone(plan_id: UUID, body: MilestoneCreate, db: CurrentDb) -> Milestone:
    """Add a milestone, at its place or at the end."""
    return await milestones.create(db, plan_id, body)


@router.get("/plans/{plan_id}/milestones")
@policy(roles=CLINICIANS, audit=("milestone.list",), texts=2)
async def list_milestones(
    plan_id: UUID,
    db: CurrentDb,
    paging: CurrentPaging,
    archived: bool = False,
) -> Page[Milestone]:
    """A plan's milestones in their order; archived ones only if asked for."""
    return await milestones.list_page(db, plan_id, paging, archived=archived)


@router.put("/plans/{plan_id}/milestones/order")
@policy(
    roles=CLINICIANS, audit=("plan.reorder",), problems=(PlanArchived, MilestoneOrderIncomplete, ClientErased)
)
async def reorder_milestones(plan_id: UUID, body: MilestoneOrder, db: CurrentDb) -> Page[Milestone]:
    """Put a plan's milestones into a new order; answers all of them."""
    return await milestones.reorder(db, plan_id, body)


@router.get("/plans/{plan_id}/milestones/{milestone_id}")
@policy(roles=CLINICIANS, audit=("milestone.read",))
async def read_milestone(plan_id: UUID, milestone_id: UUID, db: CurrentDb) -> Milestone:
    """One milestone, also an archived one, which has no place any more."""
    return await milestones.read(db, plan_id, milestone_id)


@router.put("/plans/{plan_id}/milestones/{milestone_id}")
@policy(
    roles=CLINICIANS,
    audit=("milestone.update", "milestone.read"),
    body_bytes=TEXTS,
    problems=(PlanArchived, MilestoneArchived, AchievedDateContradicts, ClientErased),
)
async def change_milestone(
    plan_id: UUID, milestone_id: UUID, body: MilestoneUpdate, db: CurrentDb, version: IfMatch
) -> Milestone:
    """Change a milestone; a field left out stays, a null clears.

    `achieved` sets achieved_date, today unless one is given; any other status clears it.
    """
    return await milestones.change(db, plan_id, milestone_id, body, version)


@router.delete("/plans/{plan_id}/milestones/{milestone_id}", status_code=204)
@policy(roles=CLINICIANS, audit=("milestone.archive",), problems=(PlanArchived, MilestoneArchived))
async def archive_milestone(plan_id: UUID, milestone_id: UUID, db: CurrentDb, version: IfMatch) -> None:
    """Archive a milestone; those behind it close up."""
    await milestones.archive(db, plan_id, milestone_id, version)


@router.post("/plans/{plan_id}/milestones/{milestone_id}/restore")
@policy(
    roles=CLINICIANS, audit=("milestone.restore", "milestone.read"), problems=(PlanArchived, ClientErased)
)
async def restore_milestone(plan_id: UUID, milestone_id: UUID, db: CurrentDb, version: IfMatch) -> Milestone:
    """Take a milestone out of the archive, to the end of its plan; one that is not archived is answered as it is."""
    return await milestones.restore(db, plan_id, milestone_id, version)
