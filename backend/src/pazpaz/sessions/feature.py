"""What the application takes of sessions."""

from pazpaz.core.http.feature import Exported, Feature
from pazpaz.sessions import endpoints, jobs
from pazpaz.sessions.models import REVISION, SESSION
from pazpaz.sessions.settings import SessionSettings

FEATURE = Feature(
    name="sessions",
    settings=SessionSettings,
    routers=(endpoints.router,),
    sweeps=jobs.SWEEPS,
    exported=(
        Exported("session-revisions", REVISION),
        Exported("sessions", SESSION, ("saved_since",)),
    ),
)
