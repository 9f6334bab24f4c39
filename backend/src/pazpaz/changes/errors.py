"""Problems of changes."""

from pazpaz.core.base.errors import Problem


class ChangesForgotten(Problem, status=410):
    """Since then too much changed or too long has passed, or this is no cursor of ours; begin anew without `since`."""
