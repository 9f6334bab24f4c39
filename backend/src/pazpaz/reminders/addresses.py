"""Which address a mail was written to, and whom it was about."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.types import Uuid

from pazpaz.appointments.models import appointments
from pazpaz.clients.models import clients
from pazpaz.core.db.entity import Query, columns_of, row
from pazpaz.reminders.models import REMINDER, reminder_logs

_log, _client = reminder_logs.c, clients.c


@row
class WrittenTo:
    """What a mail's address is recognised by, and whom it was about."""

    address_print: UUID | None
    client_id: UUID
    first_name: str
    email: str | None


WRITTEN_TO = Query(
    REMINDER,
    WrittenTo,
    select(
        *columns_of(
            WrittenTo, reminder_logs, client_id=_client.id, first_name=_client.first_name, email=_client.email
        )
    )
    .select_from(
        reminder_logs.join(appointments, appointments.c.id == _log.appointment_id).join(
            clients, _client.id == appointments.c.client_id
        )
    )
    .where(_log.id == bindparam("log_id", type_=Uuid())),
    action="read",
)
