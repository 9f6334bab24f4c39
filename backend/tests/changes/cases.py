"""What changes tell the guards."""

from tests.support.case import EVERYONE, Case

CASES = (
    Case("GET /changes", EVERYONE, (), volatile=("next",)),  # ids only: no look at anybody
)
