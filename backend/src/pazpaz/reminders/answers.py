"""What a client's click does: whoever holds the link of a reminder answers for its client."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pazpaz.appointments import service as appointments
from pazpaz.appointments.models import ClientResponse
from pazpaz.clients import service as clients
from pazpaz.clients.models import printed
from pazpaz.core.base import clock
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.system import System
from pazpaz.core.process.resources import ActingIn
from pazpaz.reminders import statements
from pazpaz.reminders.addresses import WRITTEN_TO
from pazpaz.reminders.errors import LinkExpired
from pazpaz.reminders.links import ENDING, Act, link_of
from pazpaz.reminders.queries import DETAILS, Details

_RESPONSES = {
    Act.CONFIRM: ClientResponse.CONFIRMED,
    Act.CANCEL: ClientResponse.DECLINED,
    Act.MOVE: ClientResponse.MOVE_REQUESTED,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link is about, as its page shows it."""

    act: Act
    log_id: UUID
    workspace_id: UUID
    appointment_id: UUID
    client_id: UUID
    scheduled_start: datetime
    practice_name: str
    language: str
    zone: str
    practice_zone: str


async def find(system: System, secret: bytes, token: str) -> Asked:
    """Return what a token asks, or LinkExpired: forged, or of an appointment that is over, off or moved.

    Unsubscribing works as long as the reminder is known (RFC 8058).
    """
    link = link_of(secret, token)
    if link is None:
        raise LinkExpired
    found = await system.run(statements.LINKED, id=link.log_id)
    if not found:
        raise LinkExpired
    row = found[0]
    answerable = row["open"] and row["scheduled_start"] > clock.now()
    if link.act not in ENDING and not answerable:
        raise LinkExpired
    return Asked(
        link.act,
        link.log_id,
        row["workspace_id"],
        row["appointment_id"],
        row["client_id"],
        row["scheduled_start"],
        row["practice_name"],
        row["language"],
        row["zone"],
        row["practice_zone"],
    )


async def details(acting_in: ActingIn, context: RequestContext, asked: Asked) -> Details:
    """Return where and with whom it is, for the page of a link that answers."""
    async with acting_in(asked.workspace_id, context) as db:
        return (await db.read(DETAILS, log_id=asked.log_id, about=asked.log_id))[0]


async def named(acting_in: ActingIn, context: RequestContext, asked: Asked) -> str | None:
    """Return whose reminders they are; None where the mail went to another address than the client has now."""
    async with acting_in(asked.workspace_id, context) as db:
        (item,) = await db.read(WRITTEN_TO, log_id=asked.log_id, about=asked.log_id)
        prints = await db.fingerprints(printed(item.email)) if item.email else []
    return item.first_name if item.address_print in prints else None


async def unsubscribe(acting_in: ActingIn, context: RequestContext, asked: Asked) -> None:
    """No more reminders for the client, or for everybody who has the address that the mail was written to."""
    async with acting_in(asked.workspace_id, context) as db:
        if asked.act is Act.UNSUBSCRIBE:
            await clients.opt_out(db, asked.client_id)
            return
        (item,) = await db.read(WRITTEN_TO, log_id=asked.log_id, about=asked.log_id)
        if item.address_print is not None:
            await clients.opt_out_printed(db, item.address_print)


async def act(
    acting_in: ActingIn, context: RequestContext, asked: Asked, seen: int | None
) -> tuple[Details, bool]:
    """Do what was asked, and return what it is about now; not if it is another than was `seen`.

    The last answer counts, and the same one twice is one.
    """
    async with acting_in(asked.workspace_id, context) as db:
        held = await appointments.for_update(db, asked.appointment_id)
        now = (await db.read(DETAILS, log_id=asked.log_id, about=asked.log_id))[0]
        if held.scheduled_start != asked.scheduled_start:
            raise LinkExpired
        if seen is not None and seen != now.changed_version:
            return now, False
        if held.client_response != _RESPONSES[asked.act]:
            await appointments.answered(db, asked.appointment_id, _RESPONSES[asked.act])
        return now, True
