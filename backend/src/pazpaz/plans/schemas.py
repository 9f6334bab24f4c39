"""What plans of care and milestones take in."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from pazpaz.core.http.schemas import Body, CalendarDate, Line, Name, Text, in_range, unset
from pazpaz.plans.models import MilestoneStatus, PlanStatus

Day = Annotated[CalendarDate, AfterValidator(in_range)]
Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Position = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class _PlanDetails(Body):
    diagnosis: Text | None = None
    goals: Text | None = None
    frequency: Line | None = Field(default=None, description="Such as `twice a week`.")
    end_date: Day | None = None
    planned_sessions: Count | None = None
    review_date: Day | None = Field(default=None, description="When the plan is to be looked at again.")


class PlanCreate(_PlanDetails):
    """A new plan of care."""

    client_id: UUID
    title: Name
    start_date: Day | None = Field(default=None, description="Today in the practice's zone if left out.")


class PlanUpdate(_PlanDetails):
    """Changes of a plan; a field left out stays, a null clears."""

    title: Name = unset()
    start_date: Day = unset()
    status: PlanStatus = unset()


class _MilestoneDetails(Body):
    target_date: Day | None = None
    achieved_date: Day | None = Field(
        default=None, description="Of an achieved milestone only; today in the practice's zone if left out."
    )
    notes: Text | None = None


class MilestoneCreate(_MilestoneDetails):
    """A new milestone of a plan."""

    description: Text = Field(min_length=1)
    status: MilestoneStatus = MilestoneStatus.PENDING
    order_index: Position | None = Field(
        default=None, description="Its place, from 0; those behind it move on. The last if left out."
    )


class MilestoneUpdate(_MilestoneDetails):
    """Changes of a milestone; a field left out stays, a null clears."""

    description: Text = Field(default=None, min_length=1)  # type: ignore[assignment]
    status: MilestoneStatus = unset()


class MilestoneOrder(Body):
    """A plan's milestones in their new order."""

    ids: list[UUID] = Field(max_length=1_000, description="All milestones of the plan, once each.")
