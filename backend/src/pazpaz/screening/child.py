"""The child's program: limits itself, cleans one file, says one word, and ends."""

import os
import sys

from pazpaz.screening import jail
from pazpaz.screening.errors import Reason, Rejected
from pazpaz.screening.kinds import Kind


def main() -> None:
    """Arguments: the kind, the parent's process id, and the descriptors of source, output and report."""
    kind = Kind[sys.argv[1]]
    parent, source, output, report = map(int, sys.argv[2:6])
    jail.limit(parent)
    word = _word(kind, source, output)
    os.write(report, word.encode())
    # Without tidying up: what was parsed is not trusted to be taken apart in order.
    os._exit(0)


def _word(kind: Kind, source: int, output: int) -> str:
    try:
        # Each loads its library, which nothing of the file has touched yet; afterwards the door is shut.
        if kind is Kind.PDF:
            from pazpaz.screening.pdf import clean
        else:
            from pazpaz.screening.images import clean
        jail.lock()
        with os.fdopen(source, "rb") as file:
            content = file.read()
        with os.fdopen(output, "wb") as file:
            clean(kind, content, file)
    except Rejected as refusal:
        return refusal.reason
    except MemoryError:
        return Reason.TOO_COSTLY
    except RecursionError:
        return Reason.TOO_COMPLEX
    except Exception:  # noqa: BLE001 (a parser may raise anything; whatever it is, the file is refused)
        return Reason.DOES_NOT_DECODE
    return "done"
