"""Tables and rows of reminders: when they are due, and what became of each."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.schema import UniqueConstraint

from pazpaz.appointments.models import LocationType
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import (
    METADATA,
    Forgotten,
    choice,
    moment,
    one_of,
    reference,
    scoped_table,
    versioned,
)
from pazpaz.core.queue.jobs import Job
from pazpaz.core.work.outbox import MailStatus, mail_columns

DELIVER = Job("deliver_reminders")
LATEST = timedelta(minutes=15)  # before the appointment: later than this nobody is reminded
QUIET = timedelta(minutes=2)  # after a change, before the client is told: who drags it about drags on
FEWEST_HOURS, MOST_HOURS = 1, 336
ReminderStatus = MailStatus


class ReminderKind(StrEnum):
    """What the mail says."""

    REMINDER = "reminder"
    CANCELLATION = "cancellation"
    RESCHEDULING = "rescheduling"


class Festivals(StrEnum):
    """Whose Jewish festivals are without sending: those kept in Israel, or abroad."""

    ISRAEL = "israel"
    ABROAD = "abroad"


class Reason(StrEnum):
    """Why a reminder is not sent, or not yet."""

    # It is not sent because of what the appointment, client or configuration say.
    BOOKED_LATE = "booked-late"
    CONFIGURED_LATE = "configured-late"
    SUPERSEDED = "superseded"
    TOO_LATE = "too-late"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no-show"
    ARCHIVED = "archived"
    DECLINED = "declined"
    OPTED_OUT = "opted-out"
    NO_ADDRESS = "no-address"
    ADDRESS_BOUNCED = "address-bounced"
    CLIENT_ARCHIVED = "client-archived"
    CONFIGURATION_OFF = "configuration-off"
    OUTSIDE_WINDOW = "outside-window"
    # The mail server, or the way to it.
    SERVER_UNAVAILABLE = "server-unavailable"
    REFUSED_FOR_NOW = "refused-for-now"
    REFUSED = "refused"
    ADDRESS_REFUSED = "address-refused"
    MAILBOX_FULL = "mailbox-full"
    UNDELIVERABLE = "undeliverable"
    CAME_BACK = "came-back"
    UNKNOWN = "unknown"
    UNWRITABLE = "unwritable"


reminder_configurations = scoped_table(
    "reminder_configurations",
    Column("hours_before", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    Column("subject_template", Text),
    Column("body_template", Text),
    Column("send_window", Text),
    moment("active_since", now=True),
    moment("archived_at"),
    *versioned(),
    CheckConstraint(f"hours_before BETWEEN {FEWEST_HOURS} AND {MOST_HOURS}", name="hours_before"),
    CheckConstraint(
        "send_window ~ '^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$'"
        " AND split_part(send_window, '-', 1) < split_part(send_window, '-', 2)",
        name="send_window",
    ),
    forgotten=Forgotten({"is_active": "false", "subject_template": "NULL", "body_template": "NULL"}),
)
Index(
    "uq_reminder_configurations_hours_before",
    reminder_configurations.c.workspace_id,
    reminder_configurations.c.hours_before,
    unique=True,
    postgresql_where=text("archived_at IS NULL"),
)

reminder_logs = scoped_table(
    "reminder_logs",
    choice("kind", ReminderKind, server_default=ReminderKind.REMINDER.value),
    Column("appointment_id", Uuid, nullable=False),
    Column("configuration_id", Uuid),
    Column("hours_before", Integer),
    moment("scheduled_start", nullable=False),
    moment("booked_at"),
    Column("recipient", Sealed()),
    # What it said of the appointment, from the mark on: as of which version, until when, where and with whom. The
    # location is a fingerprint. Of two copies that may be out and differ, the older version and nothing else.
    Column("said_version", Integer),
    moment("said_end"),
    choice("said_place", LocationType, nullable=True),
    Column("said_location", Uuid),
    Column("said_therapist_id", Uuid),
    Column("address_print", Uuid),
    *mail_columns(ReminderStatus),
    reference("reminder_logs", "appointment_id", "appointments"),
    reference("reminder_logs", "configuration_id", "reminder_configurations"),
    one_of("kind", ReminderKind),
    one_of("reason", Reason),
    one_of("said_place", LocationType),
    CheckConstraint("(kind = 'reminder') = (configuration_id IS NOT NULL)", name="configured"),
    CheckConstraint("kind <> 'reminder' OR booked_at IS NULL", name="booked_at"),
    UniqueConstraint(
        "workspace_id",
        "appointment_id",
        "kind",
        "configuration_id",
        "scheduled_start",
        "booked_at",  # since when it is as a cancellation or rescheduling has it: one change, one mail
        name="uq_reminder_logs_once",
        postgresql_nulls_not_distinct=True,
    ),
    forgotten=Forgotten(
        {
            "status": "'skipped'",
            "reason": "'configuration-off'",
            "claim_id": "NULL",
            "claimed_until": "NULL",
        },
        where="status = 'pending'",
    ),
)
Index(
    "ix_reminder_logs_next_attempt_at",
    reminder_logs.c.next_attempt_at,
    postgresql_where=text("status = 'pending'"),
)
Index("ix_reminder_logs_due_at", reminder_logs.c.workspace_id, reminder_logs.c.due_at, reminder_logs.c.id)
Index(
    "ix_reminder_logs_told",
    reminder_logs.c.scheduled_start,
    postgresql_where=text("handed_over_at IS NOT NULL AND kind <> 'cancellation'"),
)
Index(
    "ix_reminder_logs_failed",
    reminder_logs.c.workspace_id,
    reminder_logs.c.settled_at,
    postgresql_where=text("status IN ('failed', 'bounced')"),
)
Index("ix_reminder_logs_handed_over_at", reminder_logs.c.handed_over_at)
Index("ix_reminder_logs_id", reminder_logs.c.id)

reminder_scheduler = Table(
    "reminder_scheduler",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    moment("passed_at", nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)


# Its id is the workspace's: a practice that has never decided has none.
quiet_days = scoped_table(
    "quiet_days",
    Column("weekdays", ARRAY(SmallInteger), nullable=False, server_default="{}"),
    Column("dates", ARRAY(Date), nullable=False, server_default="{}"),
    choice("festivals", Festivals, nullable=True),
    Column("from_sunset", Boolean, nullable=False, server_default="false"),
    *versioned(),
    one_of("festivals", Festivals),
    CheckConstraint("id = workspace_id", name="one_a_practice"),
    CheckConstraint(
        "weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[] AND cardinality(weekdays) < 7", name="weekdays"
    ),
)


@row
class QuietDays:
    """Days on which a practice sends no reminders; version 0 until they are first set."""

    id: UUID
    workspace_id: UUID
    weekdays: list[int]
    dates: list[date]
    festivals: Festivals | None
    from_sunset: bool
    version: int


@row
class ReminderConfiguration:
    """A rule: so many hours before an appointment, this is sent."""

    id: UUID
    workspace_id: UUID
    hours_before: int
    is_active: bool
    subject_template: str | None
    body_template: str | None
    send_window: str | None
    version: int
    created_at: datetime
    updated_at: datetime


@row
class ReminderLog:
    """A reminder, and what became of it; the recipient is masked."""

    id: UUID
    workspace_id: UUID
    kind: ReminderKind
    appointment_id: UUID
    configuration_id: UUID | None
    hours_before: int | None
    scheduled_start: datetime
    due_at: datetime
    status: ReminderStatus
    reason: Reason | None
    recipient: str | None
    attempts: int
    sent_at: datetime | None
    message_id: str | None
    created_at: datetime


CONFIGURATION = Entity("reminder_configuration", reminder_configurations, ReminderConfiguration)
REMINDER = Entity("reminder", reminder_logs, ReminderLog)
QUIET_DAYS = Entity("quiet_days", quiet_days, QuietDays)
