"""What the application takes of reminders."""

from pazpaz.core.http.feature import Exported, Feature
from pazpaz.reminders import endpoints, jobs, pages, webhooks
from pazpaz.reminders.models import CONFIGURATION, QUIET_DAYS, REMINDER
from pazpaz.reminders.settings import ReminderSettings

_REMINDER = (
    "booked_at", "deadline", "next_attempt_at", "handed_over_at", "handovers", "settled_at", "said_version", "said_end",
    "said_place", "said_location", "said_therapist_id",
)  # fmt: skip
FEATURE = Feature(
    name="reminders",
    settings=ReminderSettings,
    routers=(endpoints.router,),
    pages=(pages.router, webhooks.router),
    handlers=jobs.HANDLERS,
    sweeps=jobs.SWEEPS,
    exported=(
        Exported("reminders", REMINDER, _REMINDER),
        Exported("reminder-configurations", CONFIGURATION, ("active_since", "archived_at")),
        Exported("quiet-days", QUIET_DAYS, ("created_at", "updated_at")),
    ),
)
