"""What appointments take in."""

from uuid import UUID

from pydantic import Field

from pazpaz.appointments.models import AppointmentStatus, LocationType
from pazpaz.core.schemas import Body, Instant, Line, Text


class _Details(Body):
    location: Line | None = None
    service_name: Line | None = None
    notes: Text | None = None


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

    therapist_id: UUID = Field(default=None)
    scheduled_start: Instant = Field(default=None)
    scheduled_end: Instant = Field(default=None)
    status: AppointmentStatus = Field(default=None)
    location_type: LocationType = Field(default=None)
