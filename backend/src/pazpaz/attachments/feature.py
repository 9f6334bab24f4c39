"""What the application takes of attachments."""

from pazpaz.attachments import endpoints, jobs
from pazpaz.attachments.models import ATTACHMENT
from pazpaz.attachments.settings import AttachmentSettings
from pazpaz.core.http.feature import Exported, Feature

FEATURE = Feature(
    name="attachments",
    settings=AttachmentSettings,
    routers=(endpoints.router,),
    handlers=jobs.HANDLERS,
    sweeps=jobs.SWEEPS,
    exported=(Exported("attachments", ATTACHMENT, ("deleted_at",)),),
)
