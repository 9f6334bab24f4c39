"""What the application takes of accounts."""

from pazpaz.accounts import closing, endpoints, jobs, notices, pages
from pazpaz.accounts.models import USER, WORKSPACE
from pazpaz.accounts.settings import AccountSettings
from pazpaz.core.http.feature import Exported, Feature

FEATURE = Feature(
    name="accounts",
    settings=AccountSettings,
    routers=(endpoints.public, endpoints.router),
    pages=(pages.router,),
    handlers=(*jobs.HANDLERS, *notices.HANDLERS, *closing.HANDLERS),
    sweeps=(*jobs.SWEEPS, *notices.SWEEPS, *closing.SWEEPS),
    exported=(
        Exported("members", USER, ("invited_at", "invitation_sent_at")),
        Exported("workspace", WORKSPACE),
    ),
)
