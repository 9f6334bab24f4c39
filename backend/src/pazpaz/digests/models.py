"""Tables and rows of digests: who wants one and when, and one row for each evening."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Text,
    Uuid,
    text,
)
from sqlalchemy.schema import UniqueConstraint

from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.tenancy import Forgotten, moment, one_of, reference, scoped_table, versioned
from pazpaz.core.queue.jobs import Job
from pazpaz.core.work.outbox import FailureReason, MailStatus, mail_columns

DELIVER = Job("deliver_digests")
EVENING = "18:00"
FIRST_LOOK_BACK = timedelta(days=1)  # of who has had no digest yet
LONGEST_LOOK_BACK = timedelta(days=7)


class SkipReason(StrEnum):
    """Why there is no digest on an evening, beside the reasons of the delivery."""

    NOTHING_TO_SAY = "nothing-to-say"
    SWITCHED_OFF = "switched-off"
    NO_CLINICIAN = "no-clinician"


# Its id is the member's: who has never decided has none.
digest_preferences = scoped_table(
    "digest_preferences",
    Column("is_active", Boolean, nullable=False, server_default="false"),
    Column("send_time", Text, nullable=False, server_default=EVENING),
    Column("answers_at_once", Boolean, nullable=False, server_default="true"),
    moment("active_since", now=True),
    *versioned(),
    reference("digest_preferences", "id", "users"),
    CheckConstraint("send_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'", name="send_time"),
    forgotten=Forgotten({"is_active": "false"}),
)

digests = scoped_table(
    "digests",
    Column("user_id", Uuid, nullable=False),
    Column("digest_date", Date, nullable=False),
    moment("covers_until"),
    *mail_columns(),
    reference("digests", "user_id", "users"),
    one_of("reason", (*FailureReason, *SkipReason)),
    UniqueConstraint("workspace_id", "user_id", "digest_date", name="uq_digests_once"),
)
Index(
    "ix_digests_next_attempt_at",
    digests.c.next_attempt_at,
    postgresql_where=text("status = 'pending'"),
)
Index("ix_digests_handed_over_at", digests.c.handed_over_at)
Index("ix_digests_id", digests.c.id)


@row
class DigestPreference:
    """Whether a member gets a digest, when, and answers at once; version 0 until it is first set."""

    id: UUID
    workspace_id: UUID
    is_active: bool
    send_time: str
    answers_at_once: bool
    version: int


@row
class Digest:
    """One evening's mail to one member, and what became of it."""

    id: UUID
    workspace_id: UUID
    user_id: UUID
    status: MailStatus
    sent_at: datetime | None


PREFERENCE = Entity("digest_preference", digest_preferences, DigestPreference)
DIGEST = Entity("digest", digests, Digest)
