"""Offline sync: the items of a batch, one after the other, in one transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from pazpaz.appointments import service as appointments
from pazpaz.appointments.models import HeldAppointment
from pazpaz.conflicts import service as conflicts
from pazpaz.conflicts.models import Attached, Reason
from pazpaz.core.base import clock
from pazpaz.core.db.handle import Db
from pazpaz.erasures import service as erasures
from pazpaz.moves.trail import Trail
from pazpaz.sessions import service as sessions
from pazpaz.sessions.models import HeldSession, SessionStatus, same_text
from pazpaz.sync import queries
from pazpaz.sync.merging import Texts, has_all, merge, says_the_same
from pazpaz.sync.models import (
    RECEIPT,
    Receipt,
    SyncAnswer,
    SyncResult,
    SyncStatus,
    SyncText,
)
from pazpaz.sync.rejected import refused, rejected
from pazpaz.sync.schemas import SyncItem

_KEPT = [item.name for item in fields(Receipt) if item.name != "id"]
_COUNTED_APART = (SyncStatus.CONFLICT, SyncStatus.REJECTED)


async def sync(db: Db, batch: Sequence[SyncItem | Any], *, days: int) -> SyncAnswer:
    """Carry out each item that has not been carried out before; text older than `days` is a conflict.

    Batches of a workspace come one after the other, so that the same batch from two devices at once is
    the same batch twice.
    """
    items = [item for item in batch if isinstance(item, SyncItem)]
    await sessions.lock_device_ids(db)
    state = await State.of(db, items, timedelta(days=days))
    results = [
        await state.carry_out(item) if isinstance(item, SyncItem) else rejected(index, item)
        for index, item in enumerate(batch)
    ]
    counts = {status: sum(result.status is status for result in results) for status in _COUNTED_APART}
    conflict_count, rejected_count = counts.values()
    synced_count = len(results) - conflict_count - rejected_count
    return SyncAnswer(synced_count, conflict_count, rejected_count, results)


@dataclass
class State:
    """What the items are judged by: held by this transaction, and kept up as they are carried out."""

    db: Db
    age: timedelta
    prints: dict[bytes, list[UUID]]
    receipts: dict[UUID, Receipt]
    appointments: dict[UUID, HeldAppointment]
    notes: dict[UUID, HeldSession]
    current: dict[UUID, Receipt]  # by the device's id: the item whose text the note has now
    attached: list[Attached]  # texts of these devices' notes, attached elsewhere, the latest at the end
    trail: Trail
    erased: set[UUID]  # appointments of records that were erased: nothing is taken in about them
    by_device_id: dict[UUID, UUID] = field(default_factory=dict)
    by_appointment: dict[UUID, UUID] = field(default_factory=dict)
    had_another: set[UUID] = field(default_factory=set)  # appointments of which a note was archived

    @classmethod
    async def of(cls, db: Db, items: Sequence[SyncItem], age: timedelta) -> "State":
        """Hold the appointments, then the notes, of all items: as everywhere, in this order."""
        prints: dict[bytes, list[UUID]] = {}
        for item in items:
            raw = item.canonical()
            prints[raw] = await db.fingerprints(raw)
            await asyncio.sleep(0)  # all items' texts together are 10 MB: others are served between them
        device_ids = {item.client_session_id for item in items}
        attached = await conflicts.attached(db, device_ids)
        named = {item.appointment_id for item in items} | {a.note_appointment_id for a in attached}
        trail = await Trail.of(db, named)
        every_print = [one for several in prints.values() for one in several]
        receipts = await db.read(queries.BY_IDS, ids=every_print)
        held = await appointments.all_for_update(db, trail.appointment_ids)
        notes = await sessions.all_for_update(db, device_ids, trail.appointment_ids)
        current = await db.read(queries.CURRENT, client_session_ids=list(device_ids))
        state = cls(
            db,
            age,
            prints,
            {receipt.id: receipt for receipt in receipts},
            held,
            {},
            {receipt.client_session_id: receipt for receipt in current},
            attached,
            trail,
            await erasures.appointments_of(db, trail.appointment_ids),
        )
        state.had_another |= trail.left
        for note in notes:
            state.know(note)
        return state

    def know(self, note: HeldSession) -> None:
        self.notes[note.id] = note
        if note.client_session_id is not None:
            self.by_device_id[note.client_session_id] = note.id
        if note.status is SessionStatus.ARCHIVED:
            self.had_another.add(note.appointment_id)
        else:
            self.by_appointment[note.appointment_id] = note.id

    async def carry_out(self, item: SyncItem) -> SyncResult:
        """Apply an item or keep it as a conflict; once."""
        ids = self.prints[item.canonical()]
        for receipt_id in ids:
            if (known := self.receipts.get(receipt_id)) is not None:
                return _again(known)
        if self.trail.place(item.appointment_id) in self.erased:
            return refused(item.client_session_id, "client-erased", [])
        result, exact = await self._apply(item)
        receipt = Receipt(
            id=ids[0],
            client_session_id=item.client_session_id,
            session_id=result.server_session_id,
            conflict_id=result.conflict_id,
            version=result.version if exact else None,
            sent_with=self.db.credential_id,
            updated_at_client=item.updated_at_client,
        )
        await self._remember(receipt)
        return result

    async def _remember(self, receipt: Receipt) -> None:
        values = {name: getattr(receipt, name) for name in _KEPT}
        await self.db.create(RECEIPT, values, receipt.id, recorded=False)
        self.receipts[receipt.id] = receipt
        if receipt.version is not None:
            self.current[receipt.client_session_id] = receipt

    async def _apply(self, item: SyncItem) -> tuple[SyncResult, bool]:
        """Return the result, and whether the note has exactly the item's text."""
        attached = self._attached(item)
        note = self.notes[attached.note_id] if attached else self._note_of(item)
        sent = item.texts()
        if note is not None and has_all(note.texts(), sent):
            return _result(item, note, SyncStatus.UNCHANGED), says_the_same(sent, note.texts())
        if note is not None and self._is_amendment(item, note):
            return _result(item, note, SyncStatus.UNCHANGED), False
        reason = self._why_not(item, note, attached)
        if reason is not None:
            return await self._keep(item, note, reason, _differing(sent, note)), False
        if note is None:
            return await self._begin(item), True
        return await self._merge(item, note, attached)

    def _attached(self, item: SyncItem) -> Attached | None:
        """Return the text whose note the device goes on with: somebody attached it to another appointment's.

        Not where the device's id is that of another draft, which it may be about.
        """
        own = self.notes.get(self.by_device_id.get(item.client_session_id, item.client_session_id))
        for one in reversed(self.attached):
            if one.client_session_id != item.client_session_id or one.note_id not in self.notes:
                continue
            is_free = own is None or own.id == one.note_id or own.status is not SessionStatus.DRAFT
            if is_free and item.appointment_id in {one.appointment_id, one.note_appointment_id}:
                return one
        return None

    def _is_amendment(self, item: SyncItem, note: HeldSession) -> bool:
        """Whether all that was sent is there already, what the finalized note does not say as its amendment."""
        return note.status is SessionStatus.FINALIZED and any(
            one.note_id == note.id
            and one.client_session_id == item.client_session_id
            and one.has_all(item.texts(), note.texts())
            for one in self.attached
        )

    def _note_of(self, item: SyncItem) -> HeldSession | None:
        """Return the note with the device's id, else the appointment's, else one it has read there before it left."""
        place = self.trail.place(item.appointment_id)
        known = self.by_device_id.get(item.client_session_id) or self.by_appointment.get(place)
        left = [
            one for one in self.trail.notes_of(place) if item.base_version is not None and one in self.notes
        ]
        known = known or (left[-1] if left else None)
        return None if known is None else self.notes[known]

    def _is_there(self, item: SyncItem, note: HeldSession) -> bool:
        """Whether the note is at the item's appointment, or was moved from there: then it is the same note."""
        place = self.trail.place(item.appointment_id)
        return note.appointment_id == place or note.id in self.trail.notes_of(place)

    def _why_not(self, item: SyncItem, note: HeldSession | None, attached: Attached | None) -> Reason | None:
        """Why the item cannot be applied at all."""
        is_there = note is not None and (attached is not None or self._is_there(item, note))
        place = note.appointment_id if note and is_there else self.trail.place(item.appointment_id)
        appointment = self.appointments.get(place)
        if appointment is None or not appointment.takes_place:
            return Reason.APPOINTMENT_MISSING
        if note is not None:
            if not is_there or not (attached or self._is_the_device_s(item, note)):
                return Reason.SESSION_EXISTS
            if note.status is not SessionStatus.DRAFT:
                is_final = note.status is SessionStatus.FINALIZED
                return Reason.SESSION_FINALIZED if is_final else Reason.EDITED_ELSEWHERE
        if item.updated_at_client < clock.now() - self.age:
            return Reason.TOO_OLD
        return None

    def _is_the_device_s(self, item: SyncItem, note: HeldSession) -> bool:
        """Whether it is the device's own, or the one it has read online: the only one, at a version it names."""
        if note.client_session_id is None:
            return item.base_version is not None and note.appointment_id not in self.had_another
        return note.client_session_id == item.client_session_id

    async def _begin(self, item: SyncItem) -> SyncResult:
        appointment = self.appointments[self.trail.place(item.appointment_id)]
        note = await sessions.begin(self.db, appointment, item.client_session_id, item.texts())
        held = HeldSession.of(note, self.db.user_id)
        self.know(held)
        return _result(item, held, SyncStatus.CREATED)

    async def _merge(
        self, item: SyncItem, note: HeldSession, attached: Attached | None
    ) -> tuple[SyncResult, bool]:
        sent = item.texts()
        merged = merge(sent, note.texts(), await self._base(item, note, attached))
        if merged.changes:
            own = {} if attached else {"client_session_id": item.client_session_id}
            changes = {**merged.changes, **own}
            written = await sessions.overwrite(self.db, note, changes)
            note = HeldSession.of(written, self.db.user_id)
            self.know(note)
        if merged.contested:
            return await self._keep(item, note, Reason.EDITED_ELSEWHERE, merged.contested), False
        status = SyncStatus.UPDATED if merged.changes else SyncStatus.UNCHANGED
        return _result(item, note, status), says_the_same(sent, note.texts())

    async def _base(self, item: SyncItem, note: HeldSession, attached: Attached | None) -> Texts | None:
        """Return the text that the device's grew from, if it is known. Of its clock only its own order counts."""
        # Where a note was archived, or the device names another appointment, a version may be another note's.
        is_here = self._is_there(item, note) and note.appointment_id not in self.had_another
        version = item.base_version if is_here else None
        if version == note.version:
            return note.texts()
        before = self.current.get(item.client_session_id)
        if before is not None and (before.session_id, before.version) == (note.id, note.version):
            is_own = before.sent_with == self.db.credential_id
            if is_own and item.updated_at_client > before.updated_at_client:
                return note.texts()
            if is_own:
                return None
        if version is None and attached is not None and self._follows(item, attached):
            return attached.texts()
        if version is None or version > note.version:
            return None
        return await sessions.text_at(self.db, note.id, version)

    def _follows(self, item: SyncItem, attached: Attached) -> bool:
        """Whether it is later text of the device that sent the attached one.

        The id of a note is on each device that has opened it; then only the same sign-in is the same device. One that
        no note has was known to nobody else before it was attached, and later text is the same person's.
        """
        is_later = item.updated_at_client > attached.updated_at_client
        if item.client_session_id not in self.by_device_id:
            return is_later and attached.sent_by == self.db.user_id
        return is_later and attached.sent_with == self.db.credential_id

    async def _keep(
        self, item: SyncItem, note: HeldSession | None, reason: Reason, names: list[str]
    ) -> SyncResult:
        appointment = self.appointments.get(self.trail.place(item.appointment_id))
        whose = note or appointment
        values = item.texts() | {
            "session_id": note and note.id,
            "appointment_id": item.appointment_id,
            "client_id": whose and whose.client_id,
            "client_session_id": item.client_session_id,
            "reason": reason,
            "fields": names,
            "base_version": item.base_version,
            "server_version": note and note.version,
            "created_at_client": item.created_at_client,
            "updated_at_client": item.updated_at_client,
        }
        conflict = await conflicts.keep(self.db, values)
        return SyncResult(
            client_session_id=item.client_session_id,
            server_session_id=note.id if note else None,
            status=SyncStatus.CONFLICT,
            version=None,
            conflict_id=conflict.id,
            text=None,
            error=None,
        )


def _differing(sent: Texts, note: HeldSession | None) -> list[str]:
    server = note.texts() if note else {}
    return [name for name, text in sent.items() if not same_text(text, server.get(name))]


def _result(item: SyncItem, note: HeldSession, status: SyncStatus) -> SyncResult:
    texts = note.texts()
    return SyncResult(
        client_session_id=item.client_session_id,
        server_session_id=note.id,
        status=status,
        version=note.version,
        conflict_id=None,
        text=None if says_the_same(item.texts(), texts) else SyncText(**texts),
        error=None,
    )


def _again(receipt: Receipt) -> SyncResult:
    """Return the answer to an item that was carried out before."""
    return SyncResult(
        client_session_id=receipt.client_session_id,
        server_session_id=receipt.session_id,
        status=SyncStatus.CONFLICT if receipt.conflict_id else SyncStatus.UNCHANGED,
        version=receipt.version,
        conflict_id=receipt.conflict_id,
        text=None,
        error=None,
    )
