"""What the calendar shows beside an appointment."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pazpaz.appointments.models import Appointment
from pazpaz.core.db.entity import row
from pazpaz.reminders.models import Reason, ReminderKind, ReminderStatus
from pazpaz.sessions.models import SessionStatus


class Part(StrEnum):
    """What can be asked for beside each appointment."""

    CLIENT = "client"
    NOTE = "note"
    REMINDER = "reminder"


@row
class ClientName:
    """Whose appointment it is."""

    id: UUID
    first_name: str
    last_name: str
    phone: str | None


@row
class NoteState:
    """Where the appointment's note stands."""

    session_id: UUID
    status: SessionStatus
    version: int


@row
class ReminderState:
    """What became of the latest mail about the appointment."""

    kind: ReminderKind
    status: ReminderStatus
    reason: Reason | None
    sent_at: datetime | None


@row
class NoteOf(NoteState):
    """A note's state, and which appointment's it is."""

    appointment_id: UUID


@row
class ReminderOf(ReminderState):
    """A reminder's state, and which appointment's it is."""

    appointment_id: UUID


@row
class AgendaItem(Appointment):
    """An appointment, with what was asked for by `include`."""

    client: ClientName | None = None
    note: NoteState | None = None
    reminder: ReminderState | None = None
