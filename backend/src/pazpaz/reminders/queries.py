"""Lists and look-ups of reminders within a workspace."""

from dataclasses import fields
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, true
from sqlalchemy.types import DateTime, Uuid

from pazpaz.accounts.models import users, workspaces
from pazpaz.appointments.models import AppointmentStatus, ClientResponse, LocationType, appointments
from pazpaz.clients.models import clients
from pazpaz.core.db.entity import Listing, Query, columns_of, row
from pazpaz.reminders.models import (
    CONFIGURATION,
    REMINDER,
    Reason,
    ReminderConfiguration,
    ReminderKind,
    ReminderLog,
    ReminderStatus,
    reminder_configurations,
    reminder_logs,
)
from pazpaz.reminders.moments import Moment, Pairing
from pazpaz.reminders.quiet import Calendar

_moment = DateTime(timezone=True)
_log, _rule, _appointment = reminder_logs.c, reminder_configurations.c, appointments.c
_client, _workspace = clients.c, workspaces.c

CONFIGURATIONS = Listing(
    CONFIGURATION,
    ReminderConfiguration,
    order=(_rule.hours_before, _rule.id),
    always=(_rule.archived_at.is_(None),),
)

LOGS = Listing(
    REMINDER,
    ReminderLog,
    order=(_log.due_at, _log.id),
    filters={
        "status": _log.status == bindparam("status"),
        "appointment_id": _log.appointment_id == bindparam("appointment_id", type_=Uuid()),
        "from": _log.due_at >= bindparam("from", type_=_moment),
        "to": _log.due_at < bindparam("to", type_=_moment),
    },
)

_BEFORE = {
    AppointmentStatus.CANCELLED: Reason.CANCELLED,
    AppointmentStatus.COMPLETED: Reason.COMPLETED,
    AppointmentStatus.NO_SHOW: Reason.NO_SHOW,
}


@row
class ToSend:
    """Everything a reminder is judged and written by."""

    id: UUID
    kind: ReminderKind
    reminded_of: datetime
    reminded_hours: int | None
    reminded_booking: datetime | None
    appointment_id: UUID
    appointment_version: int
    status: AppointmentStatus
    scheduled_start: datetime
    scheduled_end: datetime
    location_type: LocationType
    location: str | None
    client_response: ClientResponse | None
    changed_at: datetime
    appointment_archived_at: datetime | None
    client_id: UUID
    client_version: int
    first_name: str
    email: str | None
    client_locale: str | None
    client_zone: str | None
    reminders_opt_out: bool
    email_bounced_at: datetime | None
    client_archived_at: datetime | None
    configuration_version: int | None
    hours_before: int | None
    is_active: bool | None
    subject_template: str | None
    body_template: str | None
    configuration_archived_at: datetime | None
    practice_name: str
    practice_zone: str
    practice_locale: str
    reply_to: str | None
    sender_name: str | None
    therapist_id: UUID
    therapist_name: str
    told_kind: ReminderKind | None
    told_start: datetime | None
    told_end: datetime | None
    told_place: LocationType | None
    told_location: UUID | None
    told_therapist_id: UUID | None

    @property
    def starts_at(self) -> datetime:
        """The time the mail is about: what is cancelled is the one that the client knows."""
        return (self.kind is ReminderKind.CANCELLATION and self.reminded_of) or self.scheduled_start

    @property
    def ends_at(self) -> datetime:
        if self.kind is ReminderKind.CANCELLATION and self.told_end and self.told_start == self.starts_at:
            return self.told_end
        return self.starts_at + (self.scheduled_end - self.scheduled_start)

    @property
    def known_start(self) -> datetime | None:
        """When the client thinks that it is; None for who was told last that it is off, or nothing."""
        return None if self.told_kind == ReminderKind.CANCELLATION else self.told_start

    @property
    def is_off(self) -> bool:
        """Whether it stands in the calendar no more."""
        return self.status is not AppointmentStatus.SCHEDULED or self.appointment_archived_at is not None

    def objection(self, *, is_news: bool = False) -> Reason | None:
        """Why it must not be sent, as things are now; `is_news`: it is another than the client was told."""
        if self.kind is ReminderKind.CANCELLATION:  # told all the same to who was archived with it
            return self._about_cancelled() or about_address(self, is_news=True)
        if self.kind is ReminderKind.RESCHEDULING:
            return self._about_changed(is_news=is_news) or about_client(self, is_news=True)
        return self._about_coming() or about_client(self)

    def _about_cancelled(self) -> Reason | None:
        """Who was told last that it is off knows; who was told nothing is told if it was asked for (departures)."""
        return None if self.is_off and self.told_kind != ReminderKind.CANCELLATION else Reason.SUPERSEDED

    def _about_changed(self, *, is_news: bool) -> Reason | None:
        if self.reminded_booking != self.changed_at:
            return self._over() or Reason.RESCHEDULED
        is_on_again = self.told_kind == ReminderKind.CANCELLATION
        return self._over() or (None if is_news or is_on_again else Reason.SUPERSEDED)

    def _about_coming(self) -> Reason | None:
        if self.scheduled_start != self.reminded_of:
            return self._over() or Reason.RESCHEDULED
        off = not self.is_active or self.configuration_archived_at or self.hours_before != self.reminded_hours
        return self._over() or (Reason.CONFIGURATION_OFF if off else None)

    def _over(self) -> Reason | None:
        """Why nobody is expected then."""
        return about_calendar(self) or about_answer(self)


def about_calendar(item: "ToSend | Armed") -> Reason | None:
    """Why it does not take place, or is over."""
    if item.appointment_archived_at is not None:
        return Reason.ARCHIVED
    return _BEFORE.get(item.status)


def about_answer(item: "ToSend | Armed") -> Reason | None:
    """Why the client will not come."""
    return Reason.DECLINED if item.client_response == ClientResponse.DECLINED else None


def about_client(item: "ToSend | Armed", *, is_news: bool = False) -> Reason | None:
    """Why the client is not written to."""
    return (
        Reason.CLIENT_ARCHIVED
        if item.client_archived_at is not None
        else about_address(item, is_news=is_news)
    )


def about_address(item: "ToSend | Armed", *, is_news: bool = False) -> Reason | None:
    """Why no mail would reach them. Who wants no reminders is still told that what they were told is not so."""
    if item.reminders_opt_out and not is_news:
        return Reason.OPTED_OUT
    if item.email is None:
        return Reason.NO_ADDRESS
    return Reason.ADDRESS_BOUNCED if item.email_bounced_at else None


# What the client was told last, or may have been, by another mail than this one (statements.py).
_earlier = reminder_logs.alias("earlier")
_told = (
    select(
        _earlier.c.kind,
        _earlier.c.scheduled_start,
        _earlier.c.said_end,
        _earlier.c.said_place,
        _earlier.c.said_location,
        _earlier.c.said_therapist_id,
    )
    .where(
        _earlier.c.appointment_id == _log.appointment_id,
        _earlier.c.id != _log.id,
        _earlier.c.handed_over_at.is_not(None),
        _earlier.c.status != ReminderStatus.BOUNCED.value,
    )
    .order_by(_earlier.c.handed_over_at.desc())
    .limit(1)
    .lateral("told")
)
_together = (
    reminder_logs.join(appointments, _appointment.id == _log.appointment_id)
    .join(clients, _client.id == _appointment.client_id)
    .join(workspaces, _workspace.workspace_id == _log.workspace_id)
    .join(users, users.c.id == _appointment.therapist_id)
    .outerjoin(reminder_configurations, _rule.id == _log.configuration_id)
    .outerjoin(_told, true())
)

_of_client = {
    "email": _client.email, "client_locale": _client.locale, "client_zone": _client.timezone,
    "reminders_opt_out": _client.reminders_opt_out, "email_bounced_at": _client.email_bounced_at,
    "client_archived_at": _client.archived_at,
}  # fmt: skip
_practice = {"practice_zone": _workspace.timezone, "practice_locale": _workspace.locale}

TO_SEND = Query(
    REMINDER,
    ToSend,
    select(
        *columns_of(
            ToSend, appointments, appointment_archived_at=_appointment.archived_at, **_of_client, **_practice,
            id=_log.id, kind=_log.kind, reminded_of=_log.scheduled_start, reminded_hours=_log.hours_before,
            reminded_booking=_log.booked_at, appointment_id=_appointment.id, appointment_version=_appointment.version,
            client_id=_client.id, client_version=_client.version, first_name=_client.first_name,
            configuration_version=_rule.version, hours_before=_rule.hours_before, is_active=_rule.is_active,
            subject_template=_rule.subject_template, body_template=_rule.body_template,
            configuration_archived_at=_rule.archived_at, practice_name=_workspace.name, reply_to=_workspace.reply_to,
            sender_name=_workspace.reminder_sender_name, therapist_name=users.c.full_name, told_kind=_told.c.kind,
            told_start=_told.c.scheduled_start, told_end=_told.c.said_end, told_place=_told.c.said_place,
            told_location=_told.c.said_location, told_therapist_id=_told.c.said_therapist_id,
        )
    )
    .select_from(_together)
    .where(_log.id == bindparam("log_id", type_=Uuid())),
    action="read",
)  # fmt: skip


@row
class Details:
    """Where and with whom an appointment is, and since which of its versions."""

    appointment_id: UUID
    changed_version: int
    location_type: LocationType
    location: str | None
    therapist_name: str


DETAILS = Query(
    REMINDER,
    Details,
    select(*columns_of(Details, appointments, appointment_id=_appointment.id, therapist_name=users.c.full_name))
    .select_from(
        reminder_logs.join(appointments, _appointment.id == _log.appointment_id)
        .join(users, users.c.id == _appointment.therapist_id)
    )
    .where(_log.id == bindparam("log_id", type_=Uuid())),
    action="read",
)  # fmt: skip


def invented(start: datetime, **said: object) -> ToSend:
    """Return an appointment that nobody has, for a preview."""
    nothing: dict[str, object] = {field.name: None for field in fields(ToSend)}
    end = start + timedelta(minutes=50)
    given = {
        "kind": ReminderKind.REMINDER,
        "scheduled_start": start,
        "scheduled_end": end,
        "location_type": LocationType.CLINIC,
        "therapist_name": "",
    }
    return ToSend(**{**nothing, **given, **said})  # type: ignore[arg-type]


@row
class Armed:
    """A rule beside an appointment that it may yet remind of."""

    configuration_id: UUID
    hours_before: int
    is_active: bool
    scheduled_start: datetime
    status: AppointmentStatus
    client_response: ClientResponse | None
    booked_at: datetime
    appointment_archived_at: datetime | None
    id: UUID
    email: str | None
    client_zone: str | None
    client_locale: str | None
    reminders_opt_out: bool
    email_bounced_at: datetime | None
    client_archived_at: datetime | None
    active_since: datetime
    send_window: str | None
    practice_zone: str
    practice_locale: str

    @property
    def zone(self) -> str:
        return self.client_zone or self.practice_zone

    @property
    def language(self) -> str:
        return self.client_locale or self.practice_locale

    def moment(self, now: datetime, quiet: Calendar | None) -> Moment:
        """When it will be sent, or why not, as things are now: the scheduler's reasons, then those of the delivery."""
        found = Pairing(
            self.scheduled_start,
            self.booked_at,
            self.hours_before,
            self.active_since,
            self.send_window,
            self.zone,
            quiet,
        ).moment(now)
        off = about_calendar(self) if self.is_active else Reason.CONFIGURATION_OFF
        return Moment(found.due_at, off or found.reason or about_answer(self) or about_client(self))


LOGS_OF = Query(
    REMINDER,
    ReminderLog,
    select(*columns_of(ReminderLog, reminder_logs))
    .where(_log.appointment_id == bindparam("appointment_id", type_=Uuid()))
    .order_by(_log.due_at.desc(), _log.id.desc())
    .limit(500),
    action="list",
)


ARMED = Query(
    REMINDER,
    Armed,
    select(
        *columns_of(
            Armed, appointments, appointment_archived_at=_appointment.archived_at, **_of_client, **_practice,
            configuration_id=_rule.id, hours_before=_rule.hours_before, is_active=_rule.is_active,
            active_since=_rule.active_since, id=_client.id, send_window=_rule.send_window,
        )
    )
    .select_from(
        appointments.join(clients, _client.id == _appointment.client_id)
        .join(workspaces, _workspace.workspace_id == _appointment.workspace_id)
        .join(reminder_configurations, _rule.archived_at.is_(None))
    )
    .where(_appointment.id == bindparam("appointment_id", type_=Uuid())),
    action=None,
)  # fmt: skip
