"""What the application takes of plans."""

from pazpaz.core.http.feature import Exported, Feature
from pazpaz.plans import endpoints
from pazpaz.plans.models import MILESTONE, PLAN, PLAN_REVISION

FEATURE = Feature(
    name="plans",
    routers=(endpoints.router,),
    exported=(
        Exported("milestones", MILESTONE, ("client_id",)),
        Exported("plan-revisions", PLAN_REVISION, ("client_id",)),
        Exported("plans", PLAN),
    ),
)
