"""What a timeline is made of."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pazpaz.core.db.entity import row


class EventType(StrEnum):
    """What happened."""

    APPOINTMENT_SCHEDULED = "appointment_scheduled"
    APPOINTMENT_COMPLETED = "appointment_completed"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_NO_SHOW = "appointment_no_show"
    SESSION = "session"
    SESSION_FINALIZED = "session_finalized"
    SESSION_AMENDED = "session_amended"
    PLAN_CREATED = "plan_created"
    PLAN_UPDATED = "plan_updated"
    PLAN_COMPLETED = "plan_completed"
    PLAN_DISCONTINUED = "plan_discontinued"
    MILESTONE_ACHIEVED = "milestone_achieved"
    MOVED_HERE = "moved_here"
    MOVED_AWAY = "moved_away"
    MERGED_HERE = "merged_here"
    MERGED_AWAY = "merged_away"


@row
class Found:
    """A row of the timeline's statement; only `total` is set when there are no events."""

    id: UUID
    rank: int
    event_type: str
    event_date: datetime
    service_name: str | None
    title: str | None
    description: str | None
    appointment_id: UUID | None
    session_id: UUID | None
    plan_id: UUID | None
    milestone_id: UUID | None
    total: int


@row
class PlanThen:
    """A plan of care, and from when on it was one."""

    id: UUID
    title: str
    start_date: date


@row
class TimelineEvent:
    """Something that happened to a client, and the rows that tell more about it.

    `title` is what it is: a service, a plan's title, a milestone's own words, `SOAP Note - ` and the service, or
    without one the plan that was followed; `subject` is the same of a note without its first words.
    """

    event_type: EventType
    event_date: datetime
    title: str | None
    description: str | None
    appointment_id: UUID | None
    session_id: UUID | None
    plan_id: UUID | None
    milestone_id: UUID | None
    subject: str | None = None


@row
class Timeline:
    """A part of a client's history, newest first."""

    client_id: UUID
    events: list[TimelineEvent]
    total_events: int
    next_before: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """Which events are asked for: of these types, at or after `since`, before `until`."""

    types: frozenset[EventType]
    since: datetime | None
    until: datetime | None
