"""The tables of plans of care, their revisions and milestones, their rows, and the rules of their states."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    UniqueConstraint,
    Uuid,
    func,
    literal_column,
    select,
)

from pazpaz.accounts.models import workspaces
from pazpaz.appointments.models import AppointmentStatus, appointments
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import choice, moment, one_of, reference, scoped_table, versioned
from pazpaz.plans.errors import AchievedDateContradicts, InvalidStatusTransition
from pazpaz.sessions.models import SessionStatus, sessions


class PlanStatus(StrEnum):
    """active → completed or discontinued, and back to active."""

    ACTIVE = "active"
    COMPLETED = "completed"
    DISCONTINUED = "discontinued"


class MilestoneStatus(StrEnum):
    """How far a milestone is; any may follow any."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    ACHIEVED = "achieved"
    DISCONTINUED = "discontinued"


def _content() -> tuple[Column[Any], ...]:
    """Return what a plan says: kept in a revision before it changes."""
    return (
        Column("title", Sealed(), nullable=False),
        Column("diagnosis", Sealed()),
        Column("goals", Sealed()),
        Column("frequency", Sealed()),
        Column("start_date", Date, nullable=False),
        Column("end_date", Date),
        Column("planned_sessions", Integer),
        Column("review_date", Date),
        choice("status", PlanStatus, server_default=PlanStatus.ACTIVE.value),
        moment("completed_at"),
        moment("discontinued_at"),
    )


CONTENT = tuple(column.name for column in _content())
_EDITED = frozenset(CONTENT) - {"status", "completed_at", "discontinued_at"}

plans = scoped_table(
    "plans",
    Column("client_id", Uuid, nullable=False),
    *_content(),
    moment("archived_at"),
    *versioned(),
    reference("plans", "client_id", "clients"),
    one_of("status", PlanStatus),
    CheckConstraint("end_date >= start_date", name="ends_not_before_start"),
    CheckConstraint("planned_sessions > 0", name="planned_sessions"),
    CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed_at"),
    CheckConstraint("(status = 'discontinued') = (discontinued_at IS NOT NULL)", name="discontinued_at"),
)
_plan = plans.c
_current = _plan.archived_at.is_(None)
Index(
    "ix_plans_created_at",
    _plan.workspace_id,
    _plan.client_id,
    _plan.created_at,
    _plan.id,
    postgresql_where=_current,
)
Index(
    "ix_plans_completed_at", _plan.workspace_id, _plan.client_id, _plan.completed_at, _plan.id,
    postgresql_where=_current & _plan.completed_at.is_not(None),
)  # fmt: skip
Index(
    "ix_plans_discontinued_at", _plan.workspace_id, _plan.client_id, _plan.discontinued_at, _plan.id,
    postgresql_where=_current & _plan.discontinued_at.is_not(None),
)  # fmt: skip

plan_revisions = scoped_table(
    "plan_revisions",
    Column("plan_id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    *_content(),
    Column("plan_version", Integer, nullable=False),
    Column("changed_by", Uuid, nullable=False),
    moment("created_at", now=True),
    reference("plan_revisions", "plan_id", "plans"),
    reference("plan_revisions", "client_id", "clients"),
    reference("plan_revisions", "changed_by", "users"),
    one_of("status", PlanStatus),
)
_revision = plan_revisions.c
Index("ix_plan_revisions_plan_id", _revision.workspace_id, _revision.plan_id, _revision.id)
Index(
    "ix_plan_revisions_client_id",
    _revision.workspace_id,
    _revision.client_id,
    _revision.created_at,
    _revision.id,
)

milestones = scoped_table(
    "milestones",
    Column("plan_id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("description", Sealed(), nullable=False),
    Column("target_date", Date),
    Column("achieved_date", Date),
    Column("order_index", Integer),
    choice("status", MilestoneStatus, server_default=MilestoneStatus.PENDING.value),
    Column("notes", Sealed()),
    moment("archived_at"),
    *versioned(),
    reference("milestones", "plan_id", "plans"),
    reference("milestones", "client_id", "clients"),
    # Deferrable, so that one statement may let rows change places.
    UniqueConstraint(
        "workspace_id", "plan_id", "order_index", name="uq_milestones_order_index", deferrable=True
    ),
    one_of("status", MilestoneStatus),
    CheckConstraint("order_index >= 0", name="order_index"),
    CheckConstraint("(archived_at IS NULL) = (order_index IS NOT NULL)", name="archived_has_no_place"),
    CheckConstraint("(status = 'achieved') = (achieved_date IS NOT NULL)", name="achieved_date"),
)
_milestone = milestones.c
Index(
    "ix_milestones_achieved_date",
    _milestone.workspace_id, _milestone.client_id, _milestone.achieved_date, _milestone.id,
    postgresql_where=_milestone.achieved_date.is_not(None) & _milestone.archived_at.is_(None),
)  # fmt: skip


@row
class Plan:
    """A plan of care: what client and therapist work towards."""

    id: UUID
    workspace_id: UUID
    client_id: UUID
    title: str
    diagnosis: str | None
    goals: str | None
    frequency: str | None
    start_date: date
    end_date: date | None
    planned_sessions: int | None
    sessions_done: int
    review_date: date | None
    status: PlanStatus
    milestones_total: int
    milestones_achieved: int
    completed_at: datetime | None
    discontinued_at: datetime | None
    archived_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    def move_to(self, status: PlanStatus, at: datetime) -> dict[str, Any]:
        """Return the changes that complete, discontinue or reopen it."""
        if status is self.status:
            return {}
        if PlanStatus.ACTIVE not in (status, self.status):
            raise InvalidStatusTransition
        return {
            "status": status,
            "completed_at": at if status is PlanStatus.COMPLETED else None,
            "discontinued_at": at if status is PlanStatus.DISCONTINUED else None,
        }

    def edit(self, asked: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        """Return what of the asked is a change."""
        changes = {name: value for name, value in asked.items() if value != getattr(self, name)}
        return changes | self.move_to(changes.pop("status", self.status), at)

    def is_revised_by(self, changes: Mapping[str, Any]) -> bool:
        """Whether the changes overwrite what it says, or that it was closed."""
        return bool(_EDITED & changes.keys()) or changes.get("status") is PlanStatus.ACTIVE

    def content(self) -> dict[str, Any]:
        """Return what it says now, for a revision."""
        return {name: getattr(self, name) for name in CONTENT}


@row
class HeldPlan:
    """What a change of its milestones needs to know of a plan."""

    id: UUID
    client_id: UUID
    archived_at: datetime | None
    version: int


@row
class PlanRevision:
    """What a plan said until it was changed."""

    id: UUID
    workspace_id: UUID
    plan_id: UUID
    title: str
    diagnosis: str | None
    goals: str | None
    frequency: str | None
    start_date: date
    end_date: date | None
    planned_sessions: int | None
    review_date: date | None
    status: PlanStatus
    completed_at: datetime | None
    discontinued_at: datetime | None
    plan_version: int
    changed_by: UUID
    created_at: datetime


@row
class Milestone:
    """A step of a plan."""

    id: UUID
    workspace_id: UUID
    plan_id: UUID
    description: str
    target_date: date | None
    achieved_date: date | None
    order_index: int | None
    status: MilestoneStatus
    notes: str | None
    archived_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    def edit(self, asked: Mapping[str, Any], today: date | None) -> dict[str, Any]:
        """Return what of the asked is a change; `today` serves a milestone that is achieved without a date."""
        settled = {**asked, **achievement(asked, self.status, self.achieved_date, today)}
        return {name: value for name, value in settled.items() if value != getattr(self, name)}


def achievement(
    asked: Mapping[str, Any], status: MilestoneStatus, achieved: date | None, today: date | None
) -> dict[str, Any]:
    """Return the date that goes with the asked status: given, kept, today, or none."""
    wanted = asked.get("status", status)
    if wanted is not MilestoneStatus.ACHIEVED:
        if asked.get("achieved_date") is not None:
            raise AchievedDateContradicts
        return {"achieved_date": None}
    if status is MilestoneStatus.ACHIEVED:
        if asked.get("achieved_date", achieved) is None:
            raise AchievedDateContradicts
        return {}
    return {"achieved_date": asked.get("achieved_date") or today}


def _milestones_where(*more: Any) -> Any:
    of_plan = _milestone.plan_id == literal_column("plans.id", Uuid)
    return select(func.count()).where(of_plan, _milestone.archived_at.is_(None), *more).scalar_subquery()


def _sessions_done() -> Any:
    """Count the client's finalized notes from the plan's first day to its last, else until it was closed, else now.

    A note of an appointment that was missed or cancelled is of no session done.
    """
    zone = (
        select(workspaces.c.timezone)
        .where(workspaces.c.id == literal_column("plans.workspace_id", Uuid))
        .scalar_subquery()
    )

    def midnight(day: str) -> Any:
        return func.timezone(zone, literal_column(f"({day})::timestamp", DateTime))

    closed = (literal_column(f"plans.{name}", DateTime) for name in ("completed_at", "discontinued_at"))
    return (
        select(func.count())
        .select_from(sessions.join(appointments, appointments.c.id == sessions.c.appointment_id))
        .where(
            appointments.c.status.not_in(
                [AppointmentStatus.CANCELLED.value, AppointmentStatus.NO_SHOW.value]
            ),
            sessions.c.client_id == literal_column("plans.client_id", Uuid),
            sessions.c.status == SessionStatus.FINALIZED.value,
            sessions.c.session_date >= midnight("plans.start_date"),
            sessions.c.session_date < func.coalesce(midnight("plans.end_date + 1"), *closed, func.now()),
        )
        .scalar_subquery()
    )


PLAN = Entity(
    "plan",
    plans,
    Plan,
    computed={
        "sessions_done": _sessions_done(),
        "milestones_total": _milestones_where(),
        "milestones_achieved": _milestones_where(_milestone.status == MilestoneStatus.ACHIEVED.value),
    },
)
HELD_PLAN = Entity("plan", plans, HeldPlan)
PLAN_REVISION = Entity("plan_revision", plan_revisions, PlanRevision)
MILESTONE = Entity("milestone", milestones, Milestone)
