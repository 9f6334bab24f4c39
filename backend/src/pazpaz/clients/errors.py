"""Problems of clients."""

from pazpaz.core.base.errors import Problem


class ClientArchived(Problem, status=409):
    """The client is archived."""


class ClientErased(Problem, status=409, constraint="ck_clients_erased_takes_nothing"):
    """This record was erased, or is to be: then let it stay first."""


class ClientMerged(Problem, status=409, constraint="ck_clients_merged_takes_nothing"):
    """This record was merged into another one of the same person."""
