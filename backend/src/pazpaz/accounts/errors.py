"""Problems of sign-in and accounts."""

from pazpaz.core.errors import Problem


class LinkNotValid(Problem, status=401):
    """This link has been used, is over ten minutes old, or is not one of ours; ask for a new one."""


class CodeRequired(Problem, status=403):
    """You asked for the link in another browser; type the six digits that are shown there."""


class CodeWrong(Problem, status=403):
    """These are not the six digits; after five tries only the asking browser can use the link."""


class RoleNotAllowed(Problem, status=403):
    """Your role in this practice does not allow it."""
