"""What papers tell the guards."""

from tests.clients.cases import CLIENT
from tests.sessions.cases import NOTE
from tests.support.case import CLINICIANS, Case

_READ = (
    10  # whose, how many notes, practice, people, plans, milestones, appointments, notes, amendments, files
)

CASES = (
    Case(
        "GET /sessions/{session_id}.pdf", CLINICIANS, "session.export", NOTE, hands_out=True,
        statements=6,  # the note, whose, amendments, files, practice, people
    ),
    Case(
        "GET /clients/{client_id}/record.pdf", CLINICIANS, "record.export", CLIENT, hands_out=True,
        statements=_READ,
    ),
    Case(
        "GET /clients/{client_id}/record", CLINICIANS, "record.export", CLIENT, hands_out=True,
        statements=_READ, volatile=("seconds",),
    ),
)  # fmt: skip
