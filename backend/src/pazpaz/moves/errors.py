"""Problems of moves."""

from pazpaz.core.base.errors import Problem


class NotYoursToMove(Problem, status=403):
    """Only who wrote it, or treats there, or an owner of the practice moves it."""


class NothingToMove(Problem, status=409):
    """It is there already."""
