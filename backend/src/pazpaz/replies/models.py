"""The table of mails about answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, Uuid, text
from sqlalchemy.schema import UniqueConstraint

from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import Forgotten, moment, one_of, reference, scoped_table
from pazpaz.core.queue.jobs import Job
from pazpaz.core.work.outbox import FailureReason, MailStatus, mail_columns

DELIVER = Job("deliver_replies")


class SkipReason(StrEnum):
    """Why a therapist is not told, beside the reasons of the delivery."""

    SWITCHED_OFF = "switched-off"
    NO_CLINICIAN = "no-clinician"


reply_mails = scoped_table(
    "reply_mails",
    Column("appointment_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    moment("answered_at", nullable=False),
    *mail_columns(),
    reference("reply_mails", "appointment_id", "appointments"),
    reference("reply_mails", "user_id", "users"),
    one_of("reason", (*FailureReason, *SkipReason)),
    UniqueConstraint("workspace_id", "appointment_id", "answered_at", name="uq_reply_mails_once"),
    forgotten=Forgotten(
        {"status": "'skipped'", "reason": "'superseded'", "claim_id": "NULL", "claimed_until": "NULL"},
        where="status = 'pending'",
    ),
)
Index(
    "ix_reply_mails_next_attempt_at",
    reply_mails.c.next_attempt_at,
    postgresql_where=text("status = 'pending'"),
)
Index("ix_reply_mails_handed_over_at", reply_mails.c.handed_over_at)
Index("ix_reply_mails_id", reply_mails.c.id)


@row
class ReplyMail:
    """A mail to a therapist about a client's answer, and what became of it."""

    id: UUID
    workspace_id: UUID
    appointment_id: UUID
    user_id: UUID
    answered_at: datetime
    status: MailStatus
    sent_at: datetime | None


REPLY_MAIL = Entity("reply_mail", reply_mails, ReplyMail)
