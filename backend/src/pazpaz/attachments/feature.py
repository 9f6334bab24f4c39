"""What the application takes of attachments."""

from pazpaz.attachments import endpoints, jobs
from pazpaz.attachments.models import ATTACHMENT
from pazpaz.core.http.feature import Exported, Feature

FEATURE = Feature(
    name="attachments",
    routers=(endpoints.router,),
    handlers=jobs.HANDLERS,
    sweeps=jobs.SWEEPS,
    exported=(Exported("attachments", ATTACHMENT, ("deleted_at",)),),
)
