"""What the application takes of replies."""

from pazpaz.core.http.feature import Exported, Feature
from pazpaz.replies import jobs
from pazpaz.replies.models import REPLY_MAIL

_MAIL = (
    "due_at", "deadline", "reason", "attempts", "next_attempt_at", "handed_over_at", "handovers", "settled_at",
    "message_id", "created_at",
)  # fmt: skip
FEATURE = Feature(
    name="replies",
    handlers=jobs.HANDLERS,
    sweeps=jobs.SWEEPS,
    exported=(Exported("reply-mails", REPLY_MAIL, _MAIL),),
)
