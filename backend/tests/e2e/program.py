"""Somebody else's program: the client that openapi-python-client makes of the description drives the main job.

`tests/e2e/test_generated.py` type-checks it beside the generated package, and runs it.
"""

import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pazpaz_client import AuthenticatedClient
from pazpaz_client.api.appointments import appointments_create
from pazpaz_client.api.clients import clients_create
from pazpaz_client.api.sessions import sessions_create, sessions_finalize, sessions_list, sessions_save
from pazpaz_client.models import (
    AppointmentCreate,
    Booked,
    ClientCreate,
    ClientRecord,
    ListedSessionPage,
    Session,
    SessionAlreadyExistsProblem,
    SessionCreate,
    SessionStatus,
    SessionUpdate,
)

WORDS = "לנוח"


def booked(api: AuthenticatedClient) -> UUID:
    """An appointment that is over, of a new client."""
    client = clients_create.sync(client=api, body=ClientCreate(first_name="רות", last_name="לוי"))
    assert isinstance(client, ClientRecord), client
    now = datetime.now(UTC)
    times = (now - timedelta(minutes=60), now - timedelta(minutes=10))
    body = AppointmentCreate(client_id=client.id, scheduled_start=times[0], scheduled_end=times[1])
    appointment = appointments_create.sync(client=api, body=body)
    assert isinstance(appointment, Booked), appointment
    appointment_id: UUID = appointment.id
    return appointment_id


def written(api: AuthenticatedClient, appointment_id: UUID) -> Session:
    """The appointment's note, finalized."""
    answer = sessions_create.sync_detailed(client=api, body=SessionCreate(appointment_id=appointment_id))
    draft, version = answer.parsed, answer.headers["ETag"]
    assert isinstance(draft, Session), draft
    body = SessionUpdate(plan=WORDS)
    saved = sessions_save.sync(draft.id, client=api, body=body, if_match=version)
    assert isinstance(saved, Session), saved
    finalized = sessions_finalize.sync(draft.id, client=api, if_match=f'"{saved.version}"')
    assert isinstance(finalized, Session), finalized
    return finalized


def main(address: str, token: str) -> None:
    """Sign in by a token; client, appointment, note; list it; be refused a second note."""
    with AuthenticatedClient(base_url=address, token=token) as api:
        appointment_id = booked(api)
        note = written(api, appointment_id)
        assert note.status is SessionStatus.FINALIZED
        page = sessions_list.sync(client=api, appointment_id=appointment_id, include="text")
        assert isinstance(page, ListedSessionPage), page
        assert [(item.id, item.plan) for item in page.items] == [(note.id, WORDS)]
        refused = sessions_create.sync(client=api, body=SessionCreate(appointment_id=appointment_id))
        assert isinstance(refused, SessionAlreadyExistsProblem), refused
        assert refused.session_id == note.id


if __name__ == "__main__":
    main(*sys.argv[1:])
