"""Problems of sign-in and accounts."""

from pazpaz.core.base.errors import Problem


class LinkNotValid(Problem, status=401):
    """This link has been used, is over ten minutes old, or is not one of ours; ask for a new one."""


class CodeRequired(Problem, status=403):
    """You asked for the link in another browser; type the six digits that are shown there."""


class CodeWrong(Problem, status=403):
    """These are not the six digits; after five tries only the asking browser can use the link."""


class MemberExists(Problem, status=409, constraint="uq_users_email"):
    """Somebody with this e-mail address is a member already."""


class LastOwner(Problem, status=409, constraint="users_keep_an_owner"):
    """A practice keeps at least one owner; make somebody else an owner first."""
