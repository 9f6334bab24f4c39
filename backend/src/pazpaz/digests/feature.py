"""What the application takes of digests."""

from pazpaz.core.http.feature import Exported, Feature
from pazpaz.digests import endpoints, jobs, pages
from pazpaz.digests.models import DIGEST, PREFERENCE

_DIGEST = (
    "digest_date", "due_at", "deadline", "reason", "attempts", "next_attempt_at", "handed_over_at", "handovers",
    "covers_until", "settled_at", "message_id", "created_at",
)  # fmt: skip
FEATURE = Feature(
    name="digests",
    routers=(endpoints.router,),
    pages=(pages.router,),
    handlers=jobs.HANDLERS,
    sweeps=jobs.SWEEPS,
    exported=(
        Exported("digests", DIGEST, _DIGEST),
        Exported("digest-preferences", PREFERENCE, ("active_since", "created_at", "updated_at")),
    ),
)
