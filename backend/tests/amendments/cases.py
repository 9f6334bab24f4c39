"""What amendments tell the guards."""

from tests.sessions.cases import SOAP
from tests.support.case import CLINICIANS, MADE, Case, Event, Shelf, Step

CASES = (
    Case(
        "POST /sessions/{session_id}/amendments", CLINICIANS,
        (Event("amendment.create", MADE), Event("session.amend", "finalized")),  # the note counts its amendments
        "finalized, draft, archived session", body={"reason": "x", "plan": "y"},
        statements=3,  # the note is held, and counts it
    ),
    Case(
        "GET /sessions/{session_id}/amendments", CLINICIANS, "amendment.list", "finalized, draft, archived session",
        statements=2,  # the note is looked at first
    ),
)  # fmt: skip


async def _amendment(shelf: Shelf) -> dict[str, str]:
    said = shelf.of("session_amendments", "reason", *SOAP)
    made = await shelf.practice.post(f"/sessions/{shelf.ids['finalized']}/amendments", said)
    assert made.status_code == 201, made.text
    return {"amendment": made.json()["id"]}


STEPS = (Step("amendment", _amendment, "finalized"),)
