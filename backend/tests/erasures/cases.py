"""What erasures tell the guards."""

from tests.support.case import OWNER, Case

CASES = (
    Case(
        "PUT /clients/{client_id}/erasure", OWNER, "client.schedule-erasure", "archived client",
        statements=3,  # it is held, and when they were treated last
    ),
    Case(
        "DELETE /clients/{client_id}/erasure", OWNER, "client.read", "client, archived client",
        statements=2,  # it is held
    ),
)  # fmt: skip
