"""How long a random history is: short in every run, long with `./dev test --slow`."""

import os

SLOW = "PAZPAZ_TEST_SLOW"  # handed to the run's workers


def length(quick: int, *, slow: int) -> int:
    """So many steps, kills or examples."""
    return slow if SLOW in os.environ else quick
