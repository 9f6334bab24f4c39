"""What exports tell the guards."""

from tests.support.case import OWNER, Case

CASES = (
    Case("GET /workspace/export", OWNER, "workspace.export", hands_out=True, statements=None, tells=True),
)
