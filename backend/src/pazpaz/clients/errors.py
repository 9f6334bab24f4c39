"""Problems of clients."""

from pazpaz.core.base.errors import Problem


class ClientArchived(Problem, status=409):
    """The client is archived."""
