"""One file of a corpus."""

from collections.abc import Callable
from dataclasses import dataclass

from pazpaz.sanitizing.errors import Reason

# In every part of a file that has to be gone afterwards.
MARK = b"SECRET-PAYLOAD"

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"


@dataclass(frozen=True, slots=True)
class Case:
    """What it is, how it is made, and what becomes of it: reasons to choose from, or None for `comes out clean`."""

    name: str
    claimed_type: str
    make: Callable[[], bytes]
    reasons: frozenset[Reason] | None = None
    # It costs much, but not everywhere too much: it may also come out clean.
    may_pass: bool = False


def costly(name: str, claimed_type: str, make: Callable[[], bytes], *reasons: Reason) -> Case:
    """A file within every limit but perhaps the seconds, which depend on the machine."""
    return Case(name, claimed_type, make, frozenset({Reason.TOO_COSTLY, *reasons}), may_pass=True)


def hostile(name: str, claimed_type: str, make: Callable[[], bytes], *reasons: Reason) -> Case:
    """A file that is refused for one of these reasons, or comes out clean when none is given."""
    return Case(name, claimed_type, make, frozenset(reasons) or None)
