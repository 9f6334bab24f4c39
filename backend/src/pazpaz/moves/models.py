"""The moves table and its rows; PostgreSQL carries a move out when its row is written (`app.carry_out_move`)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Uuid

from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import choice, moment, one_of, reference, scoped_table


class MoveKind(StrEnum):
    """What was moved: a note, an appointment with its notes, or all that a second record of a person held."""

    SESSION = "session"
    APPOINTMENT = "appointment"
    CLIENT = "client"


moves = scoped_table(
    "moves",
    choice("kind", MoveKind),
    Column("from_client_id", Uuid, nullable=False),
    Column("to_client_id", Uuid, nullable=False),
    Column("session_id", Uuid),
    Column("appointment_id", Uuid),  # where it was
    Column("to_appointment_id", Uuid),  # where it is since, if that is another
    moment("session_date"),  # what the note's was
    Column("reason", Sealed(), nullable=False),
    Column("moved_by", Uuid, nullable=False),
    moment("created_at", now=True),
    reference("moves", "from_client_id", "clients"),
    reference("moves", "to_client_id", "clients"),
    reference("moves", "session_id", "sessions"),
    reference("moves", "appointment_id", "appointments"),
    reference("moves", "to_appointment_id", "appointments"),
    reference("moves", "moved_by", "users"),
    one_of("kind", MoveKind),
    CheckConstraint(
        "CASE kind WHEN 'session' THEN num_nulls(session_id, appointment_id, to_appointment_id, session_date) = 0"
        " WHEN 'appointment' THEN session_id IS NULL AND appointment_id IS NOT NULL"
        " ELSE num_nonnulls(session_id, appointment_id, to_appointment_id) = 0 END",
        name="says_what",
    ),
    CheckConstraint("kind = 'session' OR from_client_id <> to_client_id", name="goes_elsewhere"),
)
_move = moves.c
Index("ix_moves_appointment_id", _move.workspace_id, _move.appointment_id)
Index("ix_moves_from_client_id", _move.workspace_id, _move.from_client_id, _move.created_at, _move.id)
Index("ix_moves_to_client_id", _move.workspace_id, _move.to_client_id, _move.created_at, _move.id)


@row
class Move:
    """What went from one client's record to another's, why, and who saw to it. It never changes."""

    id: UUID
    workspace_id: UUID
    kind: MoveKind
    from_client_id: UUID
    to_client_id: UUID
    session_id: UUID | None
    appointment_id: UUID | None
    to_appointment_id: UUID | None
    session_date: datetime | None
    reason: str
    moved_by: UUID
    created_at: datetime


@row
class Left:
    """That a note, or an appointment with its notes, was at one appointment and is at another."""

    session_id: UUID | None
    appointment_id: UUID
    to_appointment_id: UUID


MOVE = Entity("move", moves, Move)
