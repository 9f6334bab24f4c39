"""Problems of plans of care and milestones."""

from pazpaz.core.base.errors import Problem


class PlanArchived(Problem, status=409):
    """The plan is archived."""


class MilestoneArchived(Problem, status=409):
    """The milestone is archived."""


class InvalidStatusTransition(Problem, status=409):
    """A plan goes from active to completed or discontinued, and from there back to active."""


class PlanEndsBeforeStart(Problem, status=422, constraint="ck_plans_ends_not_before_start"):
    """end_date must not be before start_date."""


class AchievedDateContradicts(Problem, status=422):
    """A milestone has an achieved_date exactly when its status is achieved."""


class MilestoneOrderIncomplete(Problem, status=422):
    """ids must name all milestones of the plan, once each."""
