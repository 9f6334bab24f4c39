"""Problems of erasures."""

from pazpaz.core.base.errors import Problem


class RecordRetained(Problem, status=409, until=str | None):
    """The law keeps this record until the day that is named."""


class ClientNotArchived(Problem, status=409):
    """Archive the client first."""
