"""The appointments table and its row."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from pazpaz.appointments.errors import NO_OVERLAP
from pazpaz.core.base import clock
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import Forgotten, choice, moment, one_of, reference, scoped_table, versioned


class AppointmentStatus(StrEnum):
    """What became of an appointment."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class ClientResponse(StrEnum):
    """What the client answered to a reminder."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    MOVE_REQUESTED = "move-requested"


class AnswerAsked(StrEnum):
    """What the client answered, or that they have not."""

    CONFIRMED = ClientResponse.CONFIRMED.value
    DECLINED = ClientResponse.DECLINED.value
    MOVE_REQUESTED = ClientResponse.MOVE_REQUESTED.value
    NONE = "none"


class DoubleBooking(StrEnum):
    """What is in two appointments at one time."""

    CLIENT = "client"
    PLACE = "place"


class LocationType(StrEnum):
    """Where people meet."""

    CLINIC = "clinic"
    HOME = "home"
    ONLINE = "online"


appointments = scoped_table(
    "appointments",
    Column("client_id", Uuid, nullable=False),
    Column("therapist_id", Uuid, nullable=False),
    moment("scheduled_start", nullable=False),
    moment("scheduled_end", nullable=False),
    choice("status", AppointmentStatus, server_default=AppointmentStatus.SCHEDULED.value),
    choice("location_type", LocationType, server_default=LocationType.CLINIC.value),
    Column("location", Sealed()),
    Column("service_name", Text),
    Column("logistics", Sealed()),
    Column("notes", Sealed()),
    Column("has_finalized_note", Boolean, nullable=False, server_default="false"),
    moment("booked_at", now=True),
    # When and with which version its time, place or therapist became what it is; 0: since it was booked.
    moment("changed_at", now=True),
    Column("changed_version", Integer, nullable=False, server_default="0"),
    # Its client is told that it is cancelled, also if nothing told them yet that it was to be.
    Column("is_cancellation_told", Boolean, nullable=False, server_default="false"),
    Column("client_response", Text),
    moment("client_responded_at"),
    moment("archived_at"),
    *versioned(),
    reference("appointments", "client_id", "clients"),
    reference("appointments", "therapist_id", "users"),
    one_of("status", AppointmentStatus),
    one_of("location_type", LocationType),
    one_of("client_response", ClientResponse),
    CheckConstraint("(client_response IS NULL) = (client_responded_at IS NULL)", name="client_responded_at"),
    CheckConstraint("scheduled_end > scheduled_start", name="ends_after_start"),
    CheckConstraint("scheduled_end - scheduled_start <= interval '24 hours'", name="at_most_a_day"),
    ExcludeConstraint(
        ("workspace_id", "="),
        ("therapist_id", "="),
        (text("tstzrange(scheduled_start, scheduled_end)"), "&&"),
        where=text("status = 'scheduled' AND archived_at IS NULL"),
        using="gist",
        name=NO_OVERLAP,
    ),
    forgotten=Forgotten({"service_name": "NULL"}),
)
Index(
    "ix_appointments_scheduled_start",
    appointments.c.workspace_id,
    appointments.c.scheduled_start,
    appointments.c.id,
)
Index(
    "ix_appointments_therapist_id",
    appointments.c.workspace_id,
    appointments.c.therapist_id,
    appointments.c.scheduled_start,
    appointments.c.id,
)
# The longest is found in it: none that began earlier than that before a window reaches into it.
Index(
    "ix_appointments_length",
    appointments.c.workspace_id,
    appointments.c.scheduled_end - appointments.c.scheduled_start,
)
Index(
    "ix_appointments_client_id",
    appointments.c.workspace_id,
    appointments.c.client_id,
    appointments.c.scheduled_start,
    appointments.c.id,
    postgresql_include=["status", "archived_at"],  # the timeline counts in it
)
Index(
    "ix_appointments_upcoming",
    appointments.c.scheduled_start,
    postgresql_where=text("status = 'scheduled' AND archived_at IS NULL"),
)
Index(
    "ix_appointments_client_responded_at",  # whose therapist is told
    appointments.c.client_responded_at,
    postgresql_where=text("client_response IN ('declined', 'move-requested')"),
)
Index(
    "ix_appointments_changed_at",
    appointments.c.changed_at,
    postgresql_where=text("status = 'scheduled' AND archived_at IS NULL"),
)
Index(
    "ix_appointments_cancellation_told",
    appointments.c.scheduled_start,
    postgresql_where=text("is_cancellation_told AND status = 'cancelled'"),
)
Index(
    "ix_appointments_booked_at",
    appointments.c.booked_at,
    postgresql_where=text("status = 'scheduled' AND archived_at IS NULL"),
)


@row
class AppointmentCard:
    """What an assistant sees of an appointment: nothing clinical."""

    id: UUID
    workspace_id: UUID
    client_id: UUID
    therapist_id: UUID
    scheduled_start: datetime
    scheduled_end: datetime
    status: AppointmentStatus
    location_type: LocationType
    location: str | None
    service_name: str | None
    logistics: str | None
    has_finalized_note: bool
    client_response: ClientResponse | None
    client_responded_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@row
class Appointment(AppointmentCard):
    """A meeting of a client and a therapist; an assistant's answer leaves out the notes."""

    notes: str | None = None

    @property
    def is_to_come(self) -> bool:
        """Whether it is on the calendar and has not begun."""
        return self.status is AppointmentStatus.SCHEDULED and self.scheduled_start > clock.now()


@row
class BookingWarning:
    """What another appointment at that time has too; it is allowed, and may be a slip."""

    kind: DoubleBooking
    appointment_id: UUID


@row
class BookedCard(AppointmentCard):
    """An appointment as it was just written, as an assistant sees it, with what may be a slip."""

    warnings: list[BookingWarning] = field(default_factory=list)


@row
class Booked(Appointment):
    """An appointment as it was just written; `warnings` is left out where there are none."""

    warnings: list[BookingWarning] = field(default_factory=list)


@row
class Beside:
    """Another appointment at the same time: with whom and where."""

    id: UUID
    client_id: UUID
    location_type: LocationType
    location: str | None


@row
class Slot:
    """Which appointment holds a time."""

    id: UUID


@row
class HeldAppointment:
    """What a note, or a restoring, needs to know of an appointment."""

    id: UUID
    client_id: UUID
    therapist_id: UUID
    scheduled_start: datetime
    scheduled_end: datetime
    status: AppointmentStatus
    archived_at: datetime | None
    version: int

    @property
    def takes_place(self) -> bool:
        """Whether it is on the calendar, and not cancelled."""
        return self.archived_at is None and self.status is not AppointmentStatus.CANCELLED


APPOINTMENT = Entity("appointment", appointments, Appointment)
CARD = Entity("appointment", appointments, AppointmentCard)
HELD = Entity("appointment", appointments, HeldAppointment)
CLINICAL = frozenset({"notes"})
