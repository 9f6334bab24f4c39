"""What SOAP notes take in."""

from uuid import UUID

from pydantic import Field

from pazpaz.core.http.schemas import Body, Text


class SessionUpdate(Body):
    """The text of a note; a field left out stays, a null clears."""

    subjective: Text | None = None
    objective: Text | None = None
    assessment: Text | None = None
    plan: Text | None = None


class SessionCreate(SessionUpdate):
    """A new note for an appointment."""

    appointment_id: UUID
    client_session_id: UUID | None = Field(
        default=None, description="The id a device gave the note before the server knew it."
    )
