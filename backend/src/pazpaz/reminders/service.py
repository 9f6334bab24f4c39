"""Use cases of reminders: rules, what became of each reminder, and why nothing was sent."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pazpaz.accounts.models import WORKSPACE, Locale
from pazpaz.appointments import service as appointments
from pazpaz.core.base import clock
from pazpaz.core.base.dates import day_words, time_words
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.reminders import messages, queries, quietdays, words
from pazpaz.reminders.links import Act
from pazpaz.reminders.models import (
    CONFIGURATION,
    ReminderConfiguration,
    ReminderKind,
    ReminderLog,
    ReminderStatus,
)
from pazpaz.reminders.queries import Armed
from pazpaz.reminders.quiet import Calendar
from pazpaz.reminders.schemas import (
    PlannedList,
    PlannedReminder,
    Preview,
    PreviewAsk,
    ReminderConfigurationCreate,
    ReminderConfigurationUpdate,
)

CURRENT: Mapping[str, object] = MappingProxyType({"archived_at": None})


async def create(db: Db, body: ReminderConfigurationCreate) -> ReminderConfiguration:
    """Return a new rule; it holds for what falls due from now on."""
    return await db.create(CONFIGURATION, body.model_dump())


async def list_page(db: Db, paging: Paging) -> Page[ReminderConfiguration]:
    """Return the practice's rules, the earliest reminder first."""
    return await db.page(queries.CONFIGURATIONS, {}, paging)


async def change(
    db: Db, configuration_id: UUID, body: ReminderConfigurationUpdate, version: int | None
) -> ReminderConfiguration:
    """Change a rule. Switched on again, or at other hours, it holds for what falls due from now on."""
    changes = body.changes()
    if changes.get("is_active") or "hours_before" in changes:
        now = await db.get(CONFIGURATION, configuration_id, where=CURRENT, recorded=False, lock=True)
        hours = changes.get("hours_before", now.hours_before)
        if hours != now.hours_before or (changes.get("is_active") and not now.is_active):
            changes["active_since"] = clock.now()
    return await db.change(CONFIGURATION, configuration_id, changes, version=version, where=CURRENT)


async def archive(db: Db, configuration_id: UUID, version: int | None) -> None:
    """Remove a rule; what it sent stays in the log."""
    changes = {"archived_at": clock.now()}
    await db.change(
        CONFIGURATION, configuration_id, changes, version=version, where=CURRENT, action="archive"
    )


async def preview(db: Db, configuration_id: UUID, ask: PreviewAsk) -> Preview:
    """Return the rule's reminder to an invented client, tomorrow at ten; nothing is sent."""
    rule = await db.get(CONFIGURATION, configuration_id, where=CURRENT)
    practice = await db.get(WORKSPACE, db.actor.workspace_id, recorded=False)
    language = str(ask.locale or practice.locale)
    asked = ask.changes()
    start = clock.now().replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=1)
    item = queries.invented(
        start,
        first_name=words.INVENTED[language],
        therapist_name=words.INVENTED_THERAPIST[language],
        practice_name=practice.name,
        practice_zone=practice.timezone,
        practice_locale=language,
        sender_name=practice.reminder_sender_name,
        subject_template=asked.get("subject_template", rule.subject_template),
        body_template=asked.get("body_template", rule.body_template),
    )
    said = messages.wording(item, dict.fromkeys(Act, "#"))
    return Preview(said.subject, said.text(), said.html(), Locale(language))


async def list_logs(db: Db, filters: Mapping[str, Any], paging: Paging) -> Page[ReminderLog]:
    """Return what became of reminders, the latest due first."""
    about = filters.get("appointment_id")
    return await db.page(queries.LOGS, filters, paging, about=about)


async def of_appointment(db: Db, appointment_id: UUID) -> PlannedList:
    """Return what was sent about an appointment, what will be, and for everything else why not."""
    await appointments.require_known(db, appointment_id)
    logs = await db.read(queries.LOGS_OF, appointment_id=appointment_id, about=appointment_id)
    armed = await db.read(queries.ARMED, appointment_id=appointment_id)
    quiet = await quietdays.calendar(db, armed[0].practice_zone) if armed else None
    made = {(item.configuration_id, item.scheduled_start) for item in logs}
    zones = (armed[0].zone, armed[0].practice_zone, armed[0].language) if armed else ("UTC", "UTC", "en")
    items = [_made(item, *zones) for item in logs]
    items += [
        _to_come(item, quiet) for item in armed if (item.configuration_id, item.scheduled_start) not in made
    ]
    items.sort(key=lambda item: (item.due_at, item.hours_before or 0), reverse=True)
    return PlannedList(items, len(items))


def _local(moment: Any, zone: str, practice_zone: str, language: str) -> str:
    return f"{day_words(moment, zone, language)} {time_words(moment, zone, practice_zone)}"


def _made(item: ReminderLog, zone: str, practice_zone: str, language: str) -> PlannedReminder:
    return PlannedReminder(
        item.id,
        item.kind,
        item.configuration_id,
        item.hours_before,
        item.scheduled_start,
        item.due_at,
        _local(item.due_at, zone, practice_zone, language),
        item.status,
        item.reason,
        item.sent_at,
    )


def _to_come(item: Armed, quiet: Calendar | None) -> PlannedReminder:
    moment = item.moment(clock.now(), quiet)
    return PlannedReminder(
        None,
        ReminderKind.REMINDER,
        item.configuration_id,
        item.hours_before,
        item.scheduled_start,
        moment.due_at,
        _local(moment.due_at, item.zone, item.practice_zone, item.language),
        "planned" if moment.reason is None else ReminderStatus.SKIPPED,
        moment.reason,
        None,
    )
