"""Lists and look-ups of plans of care and milestones."""

from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, cast, func, select

from pazpaz.accounts.models import workspaces
from pazpaz.appointments.models import appointments
from pazpaz.core.db.entity import Listing, Query, columns_of, row
from pazpaz.plans.models import (
    MILESTONE,
    PLAN,
    PLAN_REVISION,
    Milestone,
    Plan,
    PlanRevision,
    PlanStatus,
    milestones,
    plan_revisions,
    plans,
)

_plan, _milestone, _revision = plans.c, milestones.c, plan_revisions.c
_zone = select(workspaces.c.timezone).where(workspaces.c.id == _plan.workspace_id).scalar_subquery()
_plan_id = bindparam("plan_id", type_=Uuid())


def _plans(*, archived: bool) -> Listing[Plan]:
    due = (_plan.status == PlanStatus.ACTIVE.value) & (
        _plan.review_date <= cast(func.timezone(_zone, func.now()), Date)
    )
    return Listing(
        PLAN,
        Plan,
        order=(_plan.id,),
        always=(_plan.archived_at.is_not(None) if archived else _plan.archived_at.is_(None),),
        filters={
            "client_id": _plan.client_id == bindparam("client_id", type_=Uuid()),
            "therapist_id": _plan.client_id.in_(
                select(appointments.c.client_id).where(
                    appointments.c.therapist_id == bindparam("therapist_id", type_=Uuid()),
                    appointments.c.archived_at.is_(None),
                )
            ),
            "status": _plan.status == bindparam("status"),
            "review_due": func.coalesce(due, False) == bindparam("review_due"),
        },
    )


def _milestones(*, archived: bool) -> Listing[Milestone]:
    return Listing(
        MILESTONE,
        Milestone,
        order=(_milestone.id,) if archived else (_milestone.order_index, _milestone.id),
        descending=False,
        always=(_milestone.archived_at.is_not(None) if archived else _milestone.archived_at.is_(None),),
        filters={"plan_id": _milestone.plan_id == _plan_id},
    )


@row
class MilestoneId:
    """A milestone in its order."""

    id: UUID


PLANS = {archived: _plans(archived=archived) for archived in (False, True)}
MILESTONES = {archived: _milestones(archived=archived) for archived in (False, True)}
REVISIONS = Listing(
    PLAN_REVISION, PlanRevision, order=(_revision.id,), filters={"plan_id": _revision.plan_id == _plan_id}
)
ORDER = Query(
    MILESTONE,
    MilestoneId,
    select(_milestone.id)
    .where(_milestone.plan_id == _plan_id, _milestone.archived_at.is_(None))
    .order_by(_milestone.order_index),
    action=None,
)
ORDERED = Query(
    MILESTONE,
    Milestone,
    select(*columns_of(Milestone, milestones))
    .where(_milestone.plan_id == _plan_id, _milestone.archived_at.is_(None))
    .order_by(_milestone.order_index),
    action=None,
)
