"""Problems of exports."""

from pazpaz.core.base.errors import Problem


class ExportInProgress(Problem, status=409):
    """This practice is being exported already. Wait until that is done."""
