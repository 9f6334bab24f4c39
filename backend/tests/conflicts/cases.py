"""What conflicts tell the guards."""

from collections.abc import Iterator

from pazpaz.core.base.ids import new_id
from tests.sessions.cases import SOAP
from tests.support.case import CLINICIANS, Call, Case, Event, Ids, Shelf, Step, Try
from tests.sync.cases import synced

CONFLICT = "conflict, resolved conflict"


def _attach(ids: Ids) -> Iterator[Try]:
    """One's own conflict to another's appointment."""
    attach = {"action": "attach", "appointment_id": ids["free appointment"]}
    also = {"action": "attach", "appointment_id": ids["appointment"], "reason": "mine"}
    for body in (attach, also):
        yield Try(Call("POST", f"/sessions/conflicts/{ids['own conflict']}/resolve", body))


CASES = (
    Case(
        "GET /sessions/conflicts", CLINICIANS, "conflict.list", params={"limit": "100"},
        filters="session_id=draft",
    ),
    Case(
        "GET /sessions/conflicts/{conflict_id}", CLINICIANS,
        (Event("conflict.read", "conflict"), Event("session.read", "draft")),  # the note stands beside it
        CONFLICT, statements=2,
    ),
    Case(
        "POST /sessions/conflicts/{conflict_id}/resolve", CLINICIANS,
        (Event("conflict.resolve", "conflict"), Event("session.update", "draft")),  # which takes the device's text
        CONFLICT, body={"action": "keep_client"}, further=_attach,
        statements=5,  # it, the note held, revision, note, it again
    ),
)  # fmt: skip


async def _conflicts(shelf: Shelf) -> dict[str, str]:
    """Two conflicts about the appointment's note; the second was resolved."""
    own, text = str(new_id()), shelf.of("session_conflicts", *SOAP)
    items = [
        synced(own, shelf.ids["appointment"], **{**text, "plan": f"{text['plan']} {n}"}) for n in range(2)
    ]
    answer = await shelf.practice.post("/sessions/sync", {"sessions": items})
    ids = [result["conflict_id"] for result in answer.json()["results"]]
    assert all(ids), answer.text
    await shelf.practice.post(f"/sessions/conflicts/{ids[1]}/resolve", {"action": "discard"})
    return {"client session": own, "conflict": ids[0], "resolved conflict": ids[1]}


STEPS = (Step("client session, conflict, resolved conflict", _conflicts, "appointment, draft"),)
