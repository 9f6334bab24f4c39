"""Use cases of conflicts."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from pazpaz.amendments import service as amendments
from pazpaz.appointments import service as appointments
from pazpaz.conflicts import queries
from pazpaz.conflicts.errors import ConflictResolved, ConflictWithoutSession, NothingToAttach
from pazpaz.conflicts.models import (
    CONFLICT,
    Attached,
    Conflict,
    ConflictStatus,
    ConflictSummary,
    ConflictView,
    Resolution,
    ServerText,
)
from pazpaz.conflicts.schemas import ConflictResolve
from pazpaz.core.base import clock
from pazpaz.core.base.errors import InvalidInput, StaleVersion
from pazpaz.core.db.handle import Db
from pazpaz.core.db.pagination import Page, Paging
from pazpaz.sessions import service as sessions
from pazpaz.sessions.errors import SessionAlreadyExists
from pazpaz.sessions.models import SOAP, Session, SessionStatus, same_text, says_nothing


async def keep(db: Db, values: Mapping[str, Any]) -> Conflict:
    """Keep a device's text that could not be applied."""
    actor = db.actor
    return await db.create(CONFLICT, {**values, "sent_by": actor.user_id, "sent_with": actor.credential_id})


async def attached(db: Db, client_session_ids: Iterable[UUID]) -> list[Attached]:
    """Return what texts of these devices' notes were attached to, those that were written last at the end."""
    return await db.read(queries.ATTACHED, client_session_ids=list(client_session_ids))


async def list_page(
    db: Db, status: ConflictStatus, session_id: UUID | None, paging: Paging
) -> Page[ConflictSummary]:
    """Conflicts, newest first."""
    filters = {str(status): True, "session_id": session_id}
    return await db.page(queries.WITHOUT_TEXT, filters, paging, about=session_id)


async def read(db: Db, conflict_id: UUID) -> ConflictView:
    """Return a conflict beside the note it is about, as that is now."""
    conflict = await db.get(CONFLICT, conflict_id)
    note = None if conflict.session_id is None else await sessions.read(db, conflict.session_id)
    server = None if note is None else ServerText(*(getattr(note, item.name) for item in fields(ServerText)))
    differing = [name for name in SOAP if not same_text(getattr(conflict, name), getattr(note, name, None))]
    own = {item.name: getattr(conflict, item.name) for item in fields(Conflict)}
    return ConflictView(**own, server=server, differing=differing)


async def resolve(db: Db, conflict_id: UUID, body: ConflictResolve, version: int | None) -> Conflict:
    """Carry out a decision; of two at once the later is ConflictResolved and changes nothing."""
    conflict = await db.get(CONFLICT, conflict_id, recorded=False)
    if conflict.resolved_at is not None:
        raise ConflictResolved
    applied_to = await _ACTIONS[body.action](db, conflict, body, version)
    whose: dict[str, UUID] = {}  # what is known already may have been moved meanwhile
    if conflict.client_id is None and applied_to is not None:  # only now it is known whom the text is about
        whose["client_id"] = (await sessions.peek(db, applied_to)).client_id
    changes = whose | {
        "resolved_at": clock.now(),
        "resolved_by": db.user_id,
        "resolution": body.action,
        "applied_to": applied_to,
    }
    return await db.change(
        CONFLICT,
        conflict_id,
        changes,
        where={"resolved_at": None},
        otherwise=lambda _: ConflictResolved(),
        action="resolve",
    )


async def _keep_server(db: Db, conflict: Conflict, _body: ConflictResolve, version: int | None) -> None:
    if conflict.session_id is None:
        raise ConflictWithoutSession
    await _require_version(db, conflict, version)


async def _discard(db: Db, conflict: Conflict, _body: ConflictResolve, version: int | None) -> None:
    await _require_version(db, conflict, version)


async def _require_version(db: Db, conflict: Conflict, version: int | None) -> None:
    """Refuse to set aside what was not compared with the note as it is."""
    if version is None or conflict.session_id is None:
        return
    if (await sessions.for_update(db, conflict.session_id)).version != version:
        raise StaleVersion


async def _keep_client(db: Db, conflict: Conflict, _body: ConflictResolve, version: int | None) -> UUID:
    if conflict.session_id is None:
        raise ConflictWithoutSession
    return await _write(db, conflict.session_id, conflict.kept(), version)


async def _merge(db: Db, conflict: Conflict, body: ConflictResolve, version: int | None) -> UUID:
    texts = {name: text for name, text in body.changes().items() if name in SOAP}
    if not texts:
        raise InvalidInput.of("/", "merge takes the text of at least one field")
    session_id = conflict.session_id
    if body.appointment_id is not None:
        await appointments.for_update(db, body.appointment_id)
        session_id = await sessions.of_appointment(db, body.appointment_id)
    if session_id is None:
        raise ConflictWithoutSession
    return await _write(db, session_id, texts, version)


async def _write(db: Db, session_id: UUID, texts: Mapping[str, Any], version: int | None) -> UUID:
    note = await sessions.text_for_update(db, session_id)
    return (await sessions.overwrite(db, note, texts, version=version)).id


async def _attach(db: Db, conflict: Conflict, body: ConflictResolve, version: int | None) -> UUID:
    texts = conflict.kept()
    if says_nothing(texts.values()):
        raise NothingToAttach
    appointment_id = body.appointment_id or await _own_appointment(db, conflict)
    await sessions.lock_device_ids(db)
    await appointments.for_update(db, appointment_id)
    session_id = await sessions.of_appointment(db, appointment_id)
    if session_id is None:
        return (await _begin(db, conflict, appointment_id, texts)).id
    note = await sessions.for_update(db, session_id)
    if note.status is not SessionStatus.FINALIZED:
        raise SessionAlreadyExists(session_id=str(session_id))
    if version is not None and note.version != version:
        raise StaleVersion
    if body.reason is None:
        raise InvalidInput.of("/reason", "is required to amend a finalized note")
    await amendments.add(db, session_id, body.reason, texts)
    return session_id


async def _own_appointment(db: Db, conflict: Conflict) -> UUID:
    """Return the appointment of the note in the way, else the one the device named."""
    if conflict.session_id is None:
        return conflict.appointment_id
    return (await sessions.peek(db, conflict.session_id)).appointment_id


async def _begin(db: Db, conflict: Conflict, appointment_id: UUID, texts: Mapping[str, Any]) -> Session:
    """Return a new note; it is the device's own, also at another appointment, unless another note is that."""
    known = await sessions.of_client_session(db, conflict.client_session_id)
    device_id = conflict.client_session_id if known is None else None
    appointment = await appointments.current_for_update(db, appointment_id)
    return await sessions.begin(db, appointment, device_id, texts)


_Action = Callable[[Db, Conflict, ConflictResolve, int | None], Awaitable[UUID | None]]
_ACTIONS: dict[Resolution, _Action] = {
    Resolution.KEEP_SERVER: _keep_server,
    Resolution.KEEP_CLIENT: _keep_client,
    Resolution.MERGE: _merge,
    Resolution.ATTACH: _attach,
    Resolution.DISCARD: _discard,
}
