"""How a print can fail."""

from pazpaz.core.base.errors import Problem


class RecordTooLong(Problem, status=422):
    """This is more text than one document holds; print it in parts, by `from` and `to`."""
