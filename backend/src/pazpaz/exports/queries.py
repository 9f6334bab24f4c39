"""What an export holds: for each noun the fields of the API, and what else people may want to keep."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, make_dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.types import Uuid

from pazpaz.accounts.models import AUDIT_EVENT, USER, WORKSPACE
from pazpaz.amendments.models import AMENDMENT
from pazpaz.appointments.models import APPOINTMENT
from pazpaz.attachments.models import ATTACHMENT
from pazpaz.clients.models import CLIENT
from pazpaz.conflicts.models import CONFLICT
from pazpaz.core.db import Db
from pazpaz.core.entity import Entity, Query
from pazpaz.digests.models import DIGEST, PREFERENCE
from pazpaz.plans.models import MILESTONE, PLAN, PLAN_REVISION
from pazpaz.reminders.models import CONFIGURATION, REMINDER
from pazpaz.sessions.models import REVISION, SESSION

PAGE_ROWS = 100
TEXT_ROWS = 20  # of those with sealed texts: the longest notes of a page are 3 MB
_FIRST = UUID(int=0)


@dataclass(frozen=True, eq=False)
class Noun:
    """One pair of files of an export: the entity's own fields, then `more` columns of its table."""

    name: str
    entity: Entity[Any]
    more: tuple[str, ...] = ()

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Their names in order."""
        return (*(item.name for item in fields(self.entity.row)), *self.more)

    @cached_property
    def _query(self) -> Query[Any]:
        table = self.entity.table
        columns = (*self.entity.columns(self.entity.row), *(table.c[name] for name in self.more))
        page = (
            select(*columns)
            .where(table.c.id > bindparam("after", type_=Uuid()))
            .order_by(table.c.id)
            .limit(bindparam("limit", type_=Integer))
        )
        return Query(self.entity, make_dataclass("Row", self.fields, slots=True), page, action=None)

    async def pages(self, db: Db) -> AsyncIterator[list[Any]]:
        """All rows by id, a page at a time; each page is a statement by itself."""
        after, limit = _FIRST, TEXT_ROWS if self.entity.has_sealed else PAGE_ROWS
        while rows := await db.read(self._query, after=after, limit=limit):
            yield rows
            if len(rows) < limit:
                return
            after = rows[-1].id


_DIGEST = (
    "digest_date", "due_at", "deadline", "reason", "attempts", "next_attempt_at", "handed_over_at", "handovers",
    "covers_until", "settled_at", "message_id", "created_at",
)  # fmt: skip

# What refers comes before what it refers to: no row is ever deleted, so that every id in an export is found in
# it, also of what was written while it was made.
NOUNS = (
    Noun("audit-events", AUDIT_EVENT),
    Noun("digests", DIGEST, _DIGEST),
    Noun("digest-preferences", PREFERENCE, ("active_since", "created_at", "updated_at")),
    Noun(
        "reminders",
        REMINDER,
        ("booked_at", "deadline", "next_attempt_at", "handed_over_at", "handovers", "settled_at"),
    ),
    Noun("reminder-configurations", CONFIGURATION, ("active_since", "archived_at")),
    Noun("milestones", MILESTONE, ("client_id",)),
    Noun("plan-revisions", PLAN_REVISION, ("client_id",)),
    Noun("plans", PLAN),
    Noun("attachments", ATTACHMENT, ("deleted_at",)),
    Noun("conflicts", CONFLICT),
    Noun("amendments", AMENDMENT),
    Noun("session-revisions", REVISION),
    Noun("sessions", SESSION, ("saved_by", "saved_since")),
    Noun("appointments", APPOINTMENT, ("archived_at", "booked_at")),
    Noun("clients", CLIENT),
    Noun("members", USER, ("invited_at", "invitation_sent_at")),
    Noun("workspace", WORKSPACE),
)
