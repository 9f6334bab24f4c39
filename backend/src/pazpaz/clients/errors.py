"""Problems of clients."""

from pazpaz.core.errors import Problem


class ClientArchived(Problem, status=409):
    """The client is archived."""
