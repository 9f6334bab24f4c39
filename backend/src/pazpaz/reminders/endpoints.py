"""HTTP of reminders."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from pazpaz.accounts.models import STAFF
from pazpaz.core.db.pagination import Page
from pazpaz.core.http.deps import CurrentDb, CurrentPaging, IfMatch
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.http.schemas import Instant
from pazpaz.reminders import quietdays, service
from pazpaz.reminders.errors import HoursBeforeTaken
from pazpaz.reminders.models import QuietDays, ReminderConfiguration, ReminderLog, ReminderStatus
from pazpaz.reminders.schemas import (
    PlannedList,
    Preview,
    PreviewAsk,
    QuietDaysUpdate,
    ReminderConfigurationCreate,
    ReminderConfigurationUpdate,
)

router = feature_router("reminders")
RULES = "/reminders/configurations"


@router.post(RULES, status_code=201)
@policy(
    roles=STAFF, audit=("reminder_configuration.create",), one_statement=True, problems=(HoursBeforeTaken,)
)
async def create_configuration(body: ReminderConfigurationCreate, db: CurrentDb) -> ReminderConfiguration:
    """Remind clients so many hours before their appointments. It holds for what falls due from now on."""
    return await service.create(db, body)


@router.get(RULES)
@policy(roles=STAFF, audit=("reminder_configuration.list",))
async def list_configurations(db: CurrentDb, paging: CurrentPaging) -> Page[ReminderConfiguration]:
    """The practice's reminders, the earliest before the appointment first."""
    return await service.list_page(db, paging)


@router.put(RULES + "/{configuration_id}")
@policy(roles=STAFF, audit=("reminder_configuration.update",), problems=(HoursBeforeTaken,))
async def change_configuration(
    configuration_id: UUID, body: ReminderConfigurationUpdate, db: CurrentDb, version: IfMatch
) -> ReminderConfiguration:
    """Change a reminder; a field left out stays, a null clears. No appointment is reminded of twice."""
    return await service.change(db, configuration_id, body, version)


@router.delete(RULES + "/{configuration_id}", status_code=204)
@policy(roles=STAFF, audit=("reminder_configuration.archive",), one_statement=True)
async def archive_configuration(configuration_id: UUID, db: CurrentDb, version: IfMatch) -> None:
    """Send this reminder no more; the log of what it sent stays."""
    await service.archive(db, configuration_id, version)


@router.post(RULES + "/{configuration_id}/preview")
@policy(roles=STAFF, audit=("reminder_configuration.read",))
async def preview_configuration(configuration_id: UUID, body: PreviewAsk, db: CurrentDb) -> Preview:
    """The mail to an invented client, as it is or with other wording; nothing is sent or saved."""
    return await service.preview(db, configuration_id, body)


@router.get("/reminders/quiet-days")
@policy(roles=STAFF, audit=("quiet_days.read",))
async def read_quiet_days(db: CurrentDb) -> QuietDays:
    """Days on which no reminder is sent, in the practice's zone."""
    return await quietdays.read(db)


@router.put("/reminders/quiet-days")
@policy(roles=STAFF, audit=("quiet_days.update", "quiet_days.create"))
async def change_quiet_days(body: QuietDaysUpdate, db: CurrentDb, version: IfMatch) -> QuietDays:
    """Choose weekdays, dates of the practice's own, and Jewish festivals; a field left out stays.

    What falls due on such days goes an hour before they begin, or, of what was booked after that, once they are
    over. They last from midnight to midnight; `from_sunset` has Saturday and festivals begin at the sunset before,
    at the place that the practice's zone is named after. News of a change or a cancellation goes at once.
    """
    return await quietdays.change(db, body, version)


@router.get("/reminders/logs")
@policy(roles=STAFF, audit=("reminder.list",))
async def list_logs(
    db: CurrentDb,
    paging: CurrentPaging,
    status: ReminderStatus | None = None,
    appointment_id: UUID | None = None,
    since: Annotated[Instant | None, Query(alias="from", description="Due at this moment or later.")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Due before this moment.")] = None,
) -> Page[ReminderLog]:
    """What became of reminders, the latest due first; recipients are masked."""
    filters = {"status": status, "appointment_id": appointment_id, "from": since, "to": until}
    return await service.list_logs(db, filters, paging)


@router.get("/appointments/{appointment_id}/reminders")
@policy(roles=STAFF, audit=("reminder.list",))
async def list_reminders_of_appointment(appointment_id: UUID, db: CurrentDb) -> PlannedList:
    """What was sent about an appointment, what is planned, and for each that is not sent, why."""
    return await service.of_appointment(db, appointment_id)
