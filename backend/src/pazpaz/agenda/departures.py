"""Who leaves is expected no more: a client who is archived, a member who is removed."""

from collections.abc import Sequence
from uuid import UUID

from pazpaz.accounts import members
from pazpaz.agenda.errors import HasAppointments
from pazpaz.appointments import service as appointments
from pazpaz.clients import service as clients
from pazpaz.core.db.handle import Db

MOST_NAMED = 100


async def archive_client(db: Db, client_id: UUID, version: int | None, *, cancels: bool) -> None:
    """Archive a client, and cancel what is to come if asked; HasAppointments if not."""
    await clients.hold(db, client_id)
    await _settle(db, await appointments.coming_of_client(db, client_id), cancels=cancels)
    await clients.archive(db, client_id, version)


async def remove_member(db: Db, member_id: UUID, version: int | None, *, cancels: bool) -> None:
    """Remove a member, and cancel what is to come with them if asked; HasAppointments if not."""
    await appointments.hold_calendar(db, member_id)
    await _settle(db, await appointments.coming_of_therapist(db, member_id), cancels=cancels)
    await members.remove(db, member_id, version)


async def _settle(db: Db, coming: Sequence[UUID], *, cancels: bool) -> None:
    if coming and not cancels:
        named = [str(appointment_id) for appointment_id in coming[:MOST_NAMED]]
        raise HasAppointments(appointment_ids=named, total=len(coming))
    if coming:
        await appointments.cancel_all(db, coming)
