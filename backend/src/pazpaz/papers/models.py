"""What is read for a print."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pazpaz.accounts.models import Workspace
from pazpaz.amendments.models import Amendment
from pazpaz.appointments.models import AppointmentStatus, LocationType
from pazpaz.clients.models import Client, ClientCard
from pazpaz.core.db.entity import row
from pazpaz.plans.models import Milestone, Plan
from pazpaz.sessions.models import SOAP, SessionStatus

_LINE = 50  # characters that cost as much to set as a line does by itself


def weight_of(text: str | None) -> int:
    """How much a text is to set, in characters."""
    return len(text) + _LINE * text.count("\n") if text else 0


@row
class PrintedNote:
    """A note, and the service that its appointment was."""

    id: UUID
    client_id: UUID
    session_date: datetime
    status: SessionStatus
    subjective: str | None
    objective: str | None
    assessment: str | None
    plan: str | None
    finalized_at: datetime | None
    finalized_by: UUID | None
    saved_by: UUID | None
    updated_at: datetime
    service_name: str | None


@row
class PrintedFile:
    """A file of a note: named, not shown."""

    id: UUID
    session_id: UUID
    filename: str
    file_size: int
    created_at: datetime


@row
class PrintedAppointment:
    """An appointment in the record's table."""

    id: UUID
    therapist_id: UUID
    scheduled_start: datetime
    scheduled_end: datetime
    status: AppointmentStatus
    location_type: LocationType
    service_name: str | None
    notes: str | None


@row
class Person:
    """Somebody of the practice, also one who has left."""

    id: UUID
    full_name: str


@row
class Counted:
    """How many notes there are."""

    shown: int
    archived: int


@dataclass(frozen=True)
class Entry:
    """A note with all that belongs to it."""

    note: PrintedNote
    amendments: list[Amendment]
    files: list[PrintedFile]

    @property
    def weight(self) -> int:
        """How much text it is."""
        texts = [getattr(item, name) for item in (self.note, *self.amendments) for name in SOAP]
        return sum(map(weight_of, texts))


@dataclass(frozen=True)
class Frame:
    """What every print says: whose it is, and who printed it when."""

    workspace: Workspace
    people: Mapping[UUID, str]
    printed_at: datetime
    printed_by: UUID


@dataclass(frozen=True)
class NotePrint:
    """One note."""

    frame: Frame
    client: ClientCard
    entry: Entry


@dataclass(frozen=True)
class RecordPrint:
    """A client's record, of a period or all of it."""

    frame: Frame
    client: Client
    since: datetime | None
    until: datetime | None
    archived_notes: int
    plans: list[tuple[Plan, list[Milestone]]] = field(default_factory=list)
    appointments: list[PrintedAppointment] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
