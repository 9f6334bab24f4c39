"""Problems of devices."""

from pazpaz.core.base.errors import Problem


class TooManyDevices(Problem, status=409):
    """Nobody needs more than twenty devices; remove one first."""
