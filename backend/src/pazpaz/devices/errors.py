"""Problems of devices."""

from pazpaz.core.base.errors import Problem


class TooManyDevices(Problem, status=409):
    """Nobody needs more than twenty devices; remove one first."""


class DeviceRemoved(Problem, status=410):
    """This device of yours was removed, and its secret destroyed: what it keeps opens no more."""
