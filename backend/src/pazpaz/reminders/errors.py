"""Problems of reminders."""

from pazpaz.core.base.errors import Problem


class HoursBeforeTaken(Problem, status=409, constraint="uq_reminder_configurations_hours_before"):
    """The practice already has a reminder so many hours before."""


class InvalidSignature(Problem, status=403):
    """The report is not signed with the shared secret, or was signed more than five minutes ago."""


class LinkExpired(Problem, status=410):
    """This link is not valid any more."""
