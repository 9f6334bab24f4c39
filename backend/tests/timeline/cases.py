"""What the timeline tells the guards."""

from tests.clients.cases import CLIENT
from tests.support.case import CLINICIANS, Case

CASES = (
    Case(
        "GET /clients/{client_id}/timeline", CLINICIANS, "timeline.read", CLIENT,
        statements=2,  # the plans, for notes without a service
    ),
    Case(
        "GET /clients/{client_id}/timeline.pdf", CLINICIANS, "timeline.export", CLIENT, hands_out=True,
        statements=4,  # the plans; whose, in which zone and language
    ),
)  # fmt: skip
