"""What a mail about an answer is judged and written by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.types import Uuid

from pazpaz.accounts.models import CLINICIANS, Locale, Role, UserStatus, users, workspaces
from pazpaz.appointments.models import AppointmentStatus, ClientResponse, appointments
from pazpaz.core.db.entity import Query, columns_of, row
from pazpaz.core.work.outbox import FailureReason
from pazpaz.digests.models import digest_preferences
from pazpaz.replies.models import REPLY_MAIL, SkipReason, reply_mails

TOLD = frozenset({ClientResponse.DECLINED, ClientResponse.MOVE_REQUESTED})
_mail, _appointment, _user, _preference = reply_mails.c, appointments.c, users.c, digest_preferences.c


@row
class ToTell:
    """An answer, whose appointment it is about, and its therapist; nothing of the client."""

    id: UUID
    user_id: UUID
    answered_at: datetime
    appointment_id: UUID
    appointment_version: int
    therapist_id: UUID
    scheduled_start: datetime
    scheduled_end: datetime
    appointment_status: AppointmentStatus
    appointment_archived_at: datetime | None
    client_response: ClientResponse | None
    client_responded_at: datetime | None
    email: str
    role: Role
    user_status: UserStatus
    user_version: int
    answers_at_once: bool | None
    practice_name: str
    zone: str
    language: Locale

    def objection(self) -> FailureReason | SkipReason | None:
        """Why it is not sent, as things are now."""
        off = (
            self.appointment_status != AppointmentStatus.SCHEDULED or self.appointment_archived_at is not None
        )
        other = self.client_responded_at != self.answered_at or self.therapist_id != self.user_id
        if off or other or self.client_response not in TOLD:
            return FailureReason.SUPERSEDED
        if self.user_status != UserStatus.ACTIVE or self.role not in CLINICIANS:
            return SkipReason.NO_CLINICIAN
        return SkipReason.SWITCHED_OFF if self.answers_at_once is False else None


TO_TELL = Query(
    REPLY_MAIL,
    ToTell,
    select(
        *columns_of(
            ToTell, appointments, id=_mail.id, user_id=_mail.user_id, answered_at=_mail.answered_at,
            appointment_id=_appointment.id, appointment_version=_appointment.version,
            appointment_status=_appointment.status, appointment_archived_at=_appointment.archived_at, email=_user.email,
            role=_user.role, user_status=_user.status, user_version=_user.version,
            answers_at_once=_preference.answers_at_once, practice_name=workspaces.c.name,
            zone=workspaces.c.timezone, language=workspaces.c.locale,
        )
    )
    .select_from(
        reply_mails.join(appointments, _appointment.id == _mail.appointment_id)
        .join(users, _user.id == _mail.user_id)
        .join(workspaces, workspaces.c.workspace_id == _mail.workspace_id)
        .outerjoin(digest_preferences, _preference.id == _mail.user_id)
    )
    .where(_mail.id == bindparam("mail_id", type_=Uuid())),
    action="read",
)  # fmt: skip
