"""What access tells the guards."""

from tests.clients.cases import CLIENT
from tests.support.case import OWNER, Case

CASES = (
    Case(
        "GET /clients/{client_id}/access-history", OWNER, "audit_event.list", CLIENT,
        statements=2,  # the client is looked at first
    ),
    Case(
        "GET /clients/{client_id}/access-history/fhir", OWNER, "audit_event.list", CLIENT, statements=2,
        hands_out=True,
    ),
)  # fmt: skip
