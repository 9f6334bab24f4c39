"""What appointments take in."""

from uuid import UUID

from pydantic import Field

from pazpaz.appointments.models import AppointmentStatus, LocationType
from pazpaz.core.http.schemas import Body, Instant, Line, Text, unset


class _Details(Body):
    location: Line | None = None
    service_name: Line | None = None
    logistics: Text | None = Field(
        default=None, description="What all of the practice may know: parking, a key, who pays."
    )
    notes: Text | None = Field(default=None, description="Clinical; assistants neither see nor write it.")


class AppointmentCreate(_Details):
    """A new appointment."""

    client_id: UUID
    therapist_id: UUID | None = Field(default=None, description="Who treats; the caller if left out.")
    scheduled_start: Instant
    scheduled_end: Instant
    status: AppointmentStatus = AppointmentStatus.SCHEDULED
    location_type: LocationType = LocationType.CLINIC


class AppointmentUpdate(_Details):
    """Changes of an appointment; a field left out stays, a null clears."""

    therapist_id: UUID = unset()
    scheduled_start: Instant = unset()
    scheduled_end: Instant = unset()
    status: AppointmentStatus = unset()
    location_type: LocationType = unset()
