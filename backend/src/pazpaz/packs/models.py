"""The tables that remember which clients a pack was about, and what a pack holds."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import CheckConstraint, Column, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from pazpaz.agenda.models import ClientName, NoteState
from pazpaz.appointments.models import Appointment
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import moment, reference, scoped_table
from pazpaz.sessions.models import Session

# The read event of a pack names it; by this row the event is one of each of its clients.
packs = scoped_table(
    "packs",
    Column("user_id", Uuid, nullable=False),
    moment("starts_at", nullable=False),
    moment("ends_at", nullable=False),
    Column("client_ids", ARRAY(Uuid), nullable=False),
    moment("created_at", now=True),
    reference("packs", "user_id", "users"),
    CheckConstraint("ends_at > starts_at", name="ends_after_start"),
)

# The same clients, one a row, by which a client's packs are found; a trigger of `packs` writes it.
pack_clients = scoped_table(
    "pack_clients",
    Column("pack_id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    reference("pack_clients", "pack_id", "packs"),
    reference("pack_clients", "client_id", "clients"),
    Index("ix_pack_clients_client_id", "workspace_id", "client_id", "pack_id"),
)


@row
class Pack:
    """Which clients a copy was about that somebody's device took, and which days of theirs."""

    id: UUID
    workspace_id: UUID
    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    client_ids: list[UUID]
    created_at: datetime


@row
class PackedAppointment(Appointment):
    """An appointment with whose it is, and where its note stands."""

    client: ClientName | None = None
    note: NoteState | None = None


@row
class PlanLine:
    """What an active plan of care is about, and how far it is."""

    id: UUID
    client_id: UUID
    title: str
    milestones_total: int
    milestones_achieved: int


class PackAnswer(BaseModel):
    """What a device takes along, as it was at one moment."""

    as_of: datetime
    from_: Annotated[datetime, Field(alias="from")]
    to: datetime
    appointments: list[PackedAppointment]
    clients: list[ClientName]
    notes: list[Session]
    plans: list[PlanLine]


PACK = Entity("pack", packs, Pack)
