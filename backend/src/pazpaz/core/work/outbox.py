"""Mails that are rows of a table: how they are claimed, marked, settled and found again, whatever they say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from uuid import UUID

from prometheus_client import Counter, Histogram
from sqlalchemy import CheckConstraint, Column, Integer, Text, Uuid
from sqlalchemy.schema import SchemaItem

from pazpaz.core.base.config import Settings
from pazpaz.core.db.statements import SystemStatement
from pazpaz.core.db.tenancy import choice, moment, one_of
from pazpaz.core.process.resources import Resources

COPIES = 2  # hand-overs whose outcome is unknown; after these it is left so


class MailStatus(StrEnum):
    """What became of a mail."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SKIPPED = "skipped"


class FailureReason(StrEnum):
    """Why a mail is not out: the delivery's own reasons, beside those of what it says."""

    TOO_LATE = "too-late"
    SUPERSEDED = "superseded"
    SERVER_UNAVAILABLE = "server-unavailable"
    REFUSED_FOR_NOW = "refused-for-now"
    REFUSED = "refused"
    ADDRESS_REFUSED = "address-refused"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"
    UNWRITABLE = "unwritable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a mail that is not sent now; one that is put off has a moment."""

    status: MailStatus
    reason: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is this worker's until the lease ends."""

    claim_id: UUID
    workspace_id: UUID
    id: UUID
    attempts: int
    handovers: int
    handed_over_at: datetime | None
    deadline: datetime
    due_at: datetime
    reason: str | None
    claimed_at: datetime
    superseded: bool

    @property
    def was_tried(self) -> bool:
        """Whether it has come as far as the server before."""
        return self.attempts > 0 or self.handovers > 0

    def ending(self) -> Outcome | None:
        """Return what it ends as without being looked at; None if it is to be sent."""
        unknown = self.handed_over_at is not None
        late = self.deadline < self.claimed_at
        if unknown and (late or self.handovers >= COPIES):
            return Outcome(MailStatus.FAILED, FailureReason.UNKNOWN)
        if late and self.was_tried:
            return Outcome(MailStatus.FAILED, self.reason or FailureReason.SERVER_UNAVAILABLE)
        if late:
            return Outcome(MailStatus.SKIPPED, FailureReason.TOO_LATE)
        if self.superseded:
            return Outcome(MailStatus.SKIPPED, FailureReason.SUPERSEDED)
        return None


@dataclass(frozen=True, slots=True)
class Written:
    """A mail ready to go: `seen` is what the mark insists on, by the parameter's name."""

    mail: EmailMessage
    sender: str
    recipient: str
    seen: Mapping[str, object]
    address_refused: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast mails go: after the lease a killed worker's are another's; retries wait twice as long each time."""

    lease_seconds: float
    retry_seconds: float
    per_minute: int


Write = Callable[[Resources, Claimed], Awaitable[Written | Outcome]]


@dataclass(frozen=True, eq=False)
class Outbox:
    """A table of mails. `write` looks at what one is about, as it is now, and writes it or says why not.

    `unchanged` is the SQL condition, on the row `l`, under which the mark may still be made; `covering` sets
    further columns with it. `superseded` says of a row that it is not to be sent any more.
    """

    noun: str
    table: str
    write: Write
    pace: Callable[[Settings], Pace]
    unchanged: str
    outcomes: Counter
    lateness: Histogram
    covering: str = ""
    superseded: str = "false"
    claim: SystemStatement = field(init=False)
    renew: SystemStatement = field(init=False)
    hand_over: SystemStatement = field(init=False)
    settle: SystemStatement = field(init=False)
    any_due: SystemStatement = field(init=False)
    coming: SystemStatement = field(init=False)
    depth: SystemStatement = field(init=False)

    def __post_init__(self) -> None:
        """Build the statements, run as the system role over all workspaces."""
        built = {
            "claim": _CLAIM.format(
                table=self.table,
                waiting=_waiting("l."),
                superseded=self.superseded,
            ),
            "renew": _RENEW.format(table=self.table),
            "hand_over": _HAND_OVER.format(
                table=self.table, unchanged=self.unchanged, covering=self.covering
            ),
            "settle": _SETTLE.format(table=self.table, noun=self.noun),
            "any_due": f"SELECT id FROM {self.table} WHERE {_waiting()} LIMIT 1",
            "coming": _COMING.format(table=self.table),
            "depth": _DEPTH.format(table=self.table),
        }
        for name, sql in built.items():
            object.__setattr__(self, name, SystemStatement.of(sql))


def mail_columns(statuses: type[StrEnum] = MailStatus) -> tuple[SchemaItem, ...]:
    """Return what every table of an outbox has, and what holds of it."""
    return (
        moment("due_at", nullable=False),
        moment("deadline", nullable=False),
        choice("status", statuses, server_default=MailStatus.PENDING.value),
        Column("reason", Text),
        Column("attempts", Integer, nullable=False, server_default="0"),
        moment("next_attempt_at", nullable=False),
        Column("claim_id", Uuid),
        moment("claimed_until"),
        moment("handed_over_at"),
        Column("handovers", Integer, nullable=False, server_default="0"),
        moment("sent_at"),
        moment("settled_at"),
        Column("message_id", Text),
        moment("created_at", now=True),
        one_of("status", statuses),
        CheckConstraint("(status = 'sent') <= (sent_at IS NOT NULL)", name="sent_at"),
    )


def _waiting(of: str = "") -> str:
    """Due, and nobody's."""
    return (
        f"{of}status = 'pending' AND {of}next_attempt_at <= now()"
        f" AND ({of}claimed_until IS NULL OR {of}claimed_until < now())"
    )


# The next mails that are due: those first whose workspace was served least within the last minute.
# What another worker holds is skipped; whatever was claimed and not settled is free when its lease ends.
_CLAIM = """
    WITH recent AS (
        SELECT workspace_id, count(*) AS served FROM (
            SELECT workspace_id FROM {table} WHERE handed_over_at > now() - interval '1 minute'
            UNION ALL
            SELECT workspace_id FROM {table}
            WHERE status = 'pending' AND claimed_until > now() AND handed_over_at IS NULL
        ) AS either GROUP BY workspace_id
    ), waiting AS (
        SELECT l.workspace_id, l.id, l.next_attempt_at,
               coalesce(recent.served, 0) + row_number() OVER (
                   PARTITION BY l.workspace_id ORDER BY l.next_attempt_at, l.id) AS turn
        FROM {table} AS l LEFT JOIN recent ON recent.workspace_id = l.workspace_id
        WHERE {waiting}
    ), chosen AS (
        SELECT l.workspace_id, l.id FROM waiting
        JOIN {table} AS l ON l.workspace_id = waiting.workspace_id AND l.id = waiting.id
        WHERE waiting.turn <= %(per_minute)s::integer AND {waiting}
        ORDER BY waiting.turn, waiting.next_attempt_at LIMIT %(most)s::integer
        FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE {table} AS l
    SET claim_id = %(claim)s::uuid, claimed_until = now() + make_interval(secs => %(lease)s::float)
    FROM chosen WHERE l.workspace_id = chosen.workspace_id AND l.id = chosen.id
    RETURNING l.workspace_id, l.id, l.attempts, l.handovers, l.handed_over_at, l.deadline, l.due_at, l.reason,
              now() AS claimed_at, {superseded} AS superseded
"""

_RENEW = """
    UPDATE {table} SET claimed_until = now() + make_interval(secs => %(lease)s::float)
    WHERE id = ANY(%(ids)s::uuid[]) AND claim_id = %(claim)s::uuid AND status = 'pending'
"""

# The mark: from here on nobody can say that the message is not out. It is made only if the mail is still
# this worker's, and what it is about is as it was when it was written.
_HAND_OVER = """
    UPDATE {table} AS l SET handed_over_at = now(), handovers = handovers + 1{covering}
    WHERE l.workspace_id = %(workspace)s::uuid AND l.id = %(id)s::uuid AND l.claim_id = %(claim)s::uuid
      AND l.claimed_until > now() AND l.status = 'pending'
      AND {unchanged}
    RETURNING l.id
"""

# What became of it. A message that the server has taken is sent, whoever holds the mail by now.
_SETTLE = """
    WITH hit AS (
        UPDATE {table} SET
            status = %(status)s::text, reason = %(reason)s::text, attempts = attempts + %(tried)s::integer,
            next_attempt_at = %(next_attempt_at)s::timestamptz,
            sent_at = CASE WHEN %(status)s::text = 'sent' THEN now() END, message_id = %(message_id)s::text,
            settled_at = CASE WHEN %(status)s::text <> 'pending' THEN now() END,
            handed_over_at = CASE WHEN %(refused)s::boolean
                                  THEN %(handed_over_at)s::timestamptz ELSE handed_over_at END,
            handovers = CASE WHEN %(refused)s::boolean THEN %(handovers)s::integer ELSE handovers END,
            claim_id = NULL, claimed_until = NULL
        WHERE workspace_id = %(workspace)s::uuid AND id = %(id)s::uuid AND status = 'pending'
          AND (claim_id = %(claim)s::uuid OR %(status)s::text = 'sent')
        RETURNING workspace_id, id, due_at, status
    ), event AS (
        INSERT INTO audit_events (workspace_id, id, action, entity_type, entity_id, request_id)
        SELECT workspace_id, app.new_id(), %(action)s::text, '{noun}', id, %(request_id)s::uuid
        FROM hit WHERE status <> 'pending'
    )
    SELECT due_at FROM hit
"""

_COMING = """
    SELECT id, next_attempt_at FROM {table}
    WHERE status = 'pending' AND next_attempt_at BETWEEN now() AND now() + interval '2 minutes'
    ORDER BY next_attempt_at LIMIT 2000
"""

_DEPTH = """
    SELECT count(*) AS depth, coalesce(extract(epoch FROM now() - min(due_at)), 0)::float AS oldest
    FROM {table} WHERE status = 'pending' AND next_attempt_at <= now()
"""
