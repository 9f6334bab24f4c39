"""Problems of conflicts."""

from pazpaz.core.base.errors import Problem


class ConflictResolved(Problem, status=409):
    """This conflict has been resolved."""


class ConflictWithoutSession(Problem, status=409):
    """There is no note that this conflict is about; attach its text to an appointment, or discard it."""


class NothingToAttach(Problem, status=422):
    """The text that was kept says nothing; discard it."""
