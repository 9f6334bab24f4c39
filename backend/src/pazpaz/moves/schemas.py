"""What moves take in."""

from uuid import UUID

from pydantic import Field

from pazpaz.amendments.schemas import Reason
from pazpaz.core.http.schemas import Body

_WHY = "Why, in one line. It is read in both records, so it names nobody."


class SessionMove(Body):
    """Where a note belongs."""

    appointment_id: UUID = Field(description="An appointment without a note, of any client.")
    reason: Reason = Field(description=_WHY)


class AppointmentMove(Body):
    """Whose an appointment is."""

    client_id: UUID
    reason: Reason = Field(description=_WHY)


class ClientMerge(Body):
    """A second record of the same person."""

    duplicate_id: UUID = Field(description="Whose history moves here; it is archived, and stays as it was.")
    reason: Reason = Field(description=_WHY)
