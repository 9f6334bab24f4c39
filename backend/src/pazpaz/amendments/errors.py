"""Problems of amendments."""

from pazpaz.core.base.errors import Problem


class SessionNotFinalized(Problem, status=409):
    """Only a finalized note takes an amendment: a draft is changed, an archived note stays as it is."""


class AmendmentEmpty(Problem, status=422, constraint="ck_session_amendments_says_something"):
    """An amendment says something in at least one of its four fields."""
