"""What a digest is about: its member, their day tomorrow, mails that did not arrive, and notes to write."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.types import DateTime, Uuid

from pazpaz.accounts.models import CLINICIANS, Locale, Role, UserStatus, users, workspaces
from pazpaz.appointments.models import (
    APPOINTMENT,
    AppointmentStatus,
    ClientResponse,
    LocationType,
    appointments,
)
from pazpaz.appointments.queries import NEEDS_NOTE
from pazpaz.clients.models import clients
from pazpaz.core.db.entity import Query, columns_of, row
from pazpaz.core.work.outbox import MailStatus
from pazpaz.digests.evenings import at_local
from pazpaz.digests.models import (
    DIGEST,
    FIRST_LOOK_BACK,
    LONGEST_LOOK_BACK,
    PREFERENCE,
    DigestPreference,
    SkipReason,
    digest_preferences,
    digests,
)
from pazpaz.reminders.models import REMINDER, ReminderKind, reminder_logs

_OVERLAP = timedelta(
    seconds=10
)  # rather told twice than not: a failure may be committed after a look at its time
_moment = DateTime(timezone=True)
_digest, _preference, _user, _workspace = digests.c, digest_preferences.c, users.c, workspaces.c
_appointment, _client, _log = appointments.c, clients.c, reminder_logs.c
_user_id = bindparam("user_id", type_=Uuid())


@row
class ToSay:
    """Whom a digest is for, and what decides whether it is sent."""

    id: UUID
    user_id: UUID
    digest_date: date
    email: str
    role: Role
    status: UserStatus
    user_version: int
    is_active: bool
    send_time: str
    preference_version: int
    practice_name: str
    zone: str
    language: Locale
    practice_version: int
    looked_at: datetime
    covered_until: datetime | None

    def objection(self) -> SkipReason | None:
        """Why it is not sent, whatever it would say."""
        if self.status is not UserStatus.ACTIVE or self.role not in CLINICIANS:
            return SkipReason.NO_CLINICIAN
        return None if self.is_active else SkipReason.SWITCHED_OFF

    @property
    def is_over(self) -> bool:
        """Whether its day is another one than the practice's, by now or by a move to another zone."""
        return self.looked_at.astimezone(ZoneInfo(self.zone)).date() != self.digest_date

    @property
    def due(self) -> datetime:
        """When it is to be sent, as the member and the practice have it now."""
        return at_local(self.digest_date, time.fromisoformat(self.send_time), ZoneInfo(self.zone))

    @property
    def tomorrow(self) -> tuple[datetime, datetime]:
        """Where the day that it tells of begins and ends."""
        days = (self.digest_date + timedelta(days=n) for n in (1, 2))
        first, second = (at_local(day, time(), ZoneInfo(self.zone)) for day in days)
        return first, second

    @property
    def since(self) -> datetime:
        """From when on what went wrong has not been told."""
        if self.covered_until is None:
            return self.looked_at - FIRST_LOOK_BACK
        return max(self.covered_until - _OVERLAP, self.looked_at - LONGEST_LOOK_BACK)


_covered = digests.alias("earlier")
_covered_until = (
    select(func.max(_covered.c.covers_until))
    .where(_covered.c.user_id == _digest.user_id, _covered.c.status == MailStatus.SENT.value)
    .scalar_subquery()
)
TO_SAY = Query(
    DIGEST,
    ToSay,
    select(
        *columns_of(
            ToSay, digests, email=_user.email, role=_user.role, status=_user.status, user_version=_user.version,
            is_active=_preference.is_active, send_time=_preference.send_time, preference_version=_preference.version,
            practice_name=_workspace.name, zone=_workspace.timezone, language=_workspace.locale,
            practice_version=_workspace.version, looked_at=func.now(), covered_until=_covered_until,
        )
    )
    .select_from(
        digests.join(users, _user.id == _digest.user_id)
        .join(digest_preferences, _preference.id == _digest.user_id)
        .join(workspaces, _workspace.workspace_id == _digest.workspace_id)
    )
    .where(_digest.id == bindparam("digest_id", type_=Uuid())),
    action="read",
)  # fmt: skip


@row
class Coming:
    """An appointment of tomorrow; `total` of how many."""

    scheduled_start: datetime
    scheduled_end: datetime
    location_type: LocationType
    service_name: str | None
    client_response: ClientResponse | None
    client_id: UUID
    first_name: str
    last_name: str
    total: int


@row
class Missed:
    """A mail to a client that failed or came back."""

    kind: ReminderKind
    reason: str
    scheduled_start: datetime
    client_id: UUID
    first_name: str
    total: int


@row
class Unwritten:
    """An appointment that wants its note."""

    scheduled_start: datetime
    client_id: UUID
    first_name: str
    last_name: str
    total: int


@dataclass(frozen=True, slots=True)
class Contents:
    """All that one evening's digest says."""

    coming: list[Coming]
    missed: list[Missed]
    unwritten: list[Unwritten]

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.coming or self.missed or self.unwritten)


_total = func.count().over()
_of_client = {"client_id": _client.id, "first_name": _client.first_name}
_named = {**_of_client, "last_name": _client.last_name}
_with_client = appointments.join(clients, _client.id == _appointment.client_id)
_theirs = (_appointment.therapist_id == _user_id) & _appointment.archived_at.is_(None)

COMING = Query(
    APPOINTMENT,
    Coming,
    select(*columns_of(Coming, appointments, total=_total, **_named))
    .select_from(_with_client)
    .where(
        _theirs,
        _appointment.status == AppointmentStatus.SCHEDULED.value,
        _appointment.scheduled_start >= bindparam("start", type_=_moment),
        _appointment.scheduled_start < bindparam("end", type_=_moment),
    )
    .order_by(_appointment.scheduled_start, _appointment.id)
    .limit(60),
    action=None,
)  # fmt: skip

MISSED = Query(
    REMINDER,
    Missed,
    select(*columns_of(Missed, reminder_logs, total=_total, **_of_client))
    .select_from(
        reminder_logs.join(appointments, _appointment.id == _log.appointment_id)
        .join(clients, _client.id == _appointment.client_id)
    )
    .where(
        _appointment.therapist_id == _user_id,
        _log.status.in_((MailStatus.FAILED.value, MailStatus.BOUNCED.value)),
        _log.settled_at > bindparam("since", type_=_moment),
    )
    .order_by(_log.settled_at.desc(), _log.id.desc())
    .limit(20),
    action=None,
)  # fmt: skip

UNWRITTEN = Query(
    APPOINTMENT,
    Unwritten,
    select(*columns_of(Unwritten, appointments, total=_total, **_named))
    .select_from(_with_client)
    .where(_theirs, NEEDS_NOTE)
    .order_by(_appointment.scheduled_start.desc(), _appointment.id.desc())
    .limit(10),
    action=None,
)  # fmt: skip

PREFERENCE_OF = Query(
    PREFERENCE,
    DigestPreference,
    select(*columns_of(DigestPreference, digest_preferences)).where(_preference.id == _user_id),
    action=None,
)
PREFERENCE_READ = Query(PREFERENCE, DigestPreference, PREFERENCE_OF.select, action="read")
