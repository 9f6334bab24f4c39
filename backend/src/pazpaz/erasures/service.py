"""Use cases of erasures."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from pazpaz.clients.errors import ClientErased, ClientMerged
from pazpaz.clients.models import CLIENT, Client
from pazpaz.core.base import clock
from pazpaz.core.base.errors import StaleVersion
from pazpaz.core.db.handle import Db
from pazpaz.erasures import queries
from pazpaz.erasures.errors import ClientNotArchived, RecordRetained
from pazpaz.erasures.models import retained_until
from pazpaz.erasures.settings import ErasureSettings


async def schedule(db: Db, client_id: UUID, settings: ErasureSettings, version: int | None) -> Client:
    """Set the day on which the record is erased, unless the law keeps it; one that has a day keeps it."""
    client = await _held(db, client_id, version)
    if client.erasure_due_at is not None:
        return await db.get(CLIENT, client_id)
    if client.archived_at is None:
        raise ClientNotArchived
    last = (await db.read(queries.TREATED, client_id=client_id))[0].last
    years, age = settings.record_retention_years, settings.minors_retention_age
    until = retained_until(last and last.date(), client.date_of_birth, years, age)
    if until is not None and until > clock.now().date():
        raise RecordRetained(until=until.isoformat())
    due = clock.now() + timedelta(days=settings.client_erasure_days)
    return await db.change(CLIENT, client_id, {"erasure_due_at": due}, action="schedule-erasure")


async def take_back(db: Db, client_id: UUID, version: int | None) -> Client:
    """Let the record stay."""
    client = await _held(db, client_id, version)
    if client.erasure_due_at is None:
        return await db.get(CLIENT, client_id)
    return await db.change(CLIENT, client_id, {"erasure_due_at": None}, action="keep")


async def _held(db: Db, client_id: UUID, version: int | None) -> Client:
    client = await db.get(CLIENT, client_id, recorded=False, lock=True)
    if version not in (None, client.version):
        raise StaleVersion
    if client.erased_at is not None:
        raise ClientErased
    if client.merged_into is not None:
        raise ClientMerged
    return client


async def close(db: Db, client_id: UUID, due: datetime) -> bool:
    """Let nothing more be written about the client; False when it was taken back meanwhile."""
    where = {"erasure_due_at": due, "erased_at": None}
    return (
        await db.change_if(CLIENT, client_id, {"erased_at": clock.now()}, where=where, action="erase")
        is not None
    )


async def notes_of(db: Db, client_id: UUID) -> list[UUID]:
    return [one.id for one in await db.read(queries.NOTES, client_id=client_id)]


async def appointments_of(db: Db, appointment_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these are of a record that was erased."""
    return {one.id for one in await db.read(queries.ERASED, ids=list(appointment_ids))}
