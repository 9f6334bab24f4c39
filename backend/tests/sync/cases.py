"""What sync tells the guards."""

from collections.abc import Iterator

from pazpaz.core.base import clock
from tests.support.case import CLINICIANS, LIST, Call, Case, Event, Ids, Try


def synced(device_id: str, appointment: str, **values: object) -> dict[str, object]:
    """An item of a batch."""
    moment = clock.now().isoformat()
    ids = {"client_session_id": device_id, "appointment_id": appointment}
    return {**ids, "created_at_client": moment, "updated_at_client": moment, **values}


def _sync(ids: Ids) -> Iterator[Try]:
    """A foreign appointment and a foreign device's id are as unknown ones: the text is kept as a conflict."""
    for device_id, appointment in (("own device", "appointment"), ("client session", "own appointment")):
        body = {"sessions": [synced(ids[device_id], ids[appointment], plan="mine", base_version=1)]}
        call = Call("POST", "/sessions/sync", body)
        yield Try(call, 200, control=False, volatile=("results",), echoed=("client session",))


CASES = (
    Case(
        "POST /sessions/sync", CLINICIANS,
        # one for the batch, which looks at notes, and one for each note it writes
        (Event("session.sync", LIST), Event("session.update", "draft")),
        body=lambda i: {
            "sessions": [synced(i["client session"], i["appointment"], plan="x", base_version=2)]
        },
        stranger=_sync,
        # The workspace is held, receipts, what was attached, what moved, appointments, notes and receipts again,
        # who was erased; revision, note, receipt.
        statements=11,
    ),
)  # fmt: skip
