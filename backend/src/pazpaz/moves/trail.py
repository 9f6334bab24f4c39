"""Where things are that a device still knows at the appointment they were at."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from pazpaz.core.db.handle import Db
from pazpaz.moves import queries


@dataclass
class Trail:
    """What left these appointments, followed to where it is now."""

    appointment_ids: set[UUID]
    _booked_as: dict[UUID, UUID] = field(default_factory=dict)
    _notes: dict[UUID, list[UUID]] = field(default_factory=dict)  # by the appointment they left

    @classmethod
    async def of(cls, db: Db, appointment_ids: Iterable[UUID]) -> "Trail":
        """Follow them; whoever moves a note holds the same lock as the caller (`sessions.lock_device_ids`)."""
        trail = cls(set(appointment_ids))
        ahead = set(trail.appointment_ids)
        while ahead:
            left = await db.read(queries.LEFT, appointment_ids=list(ahead))
            for one in left:
                if one.session_id is None:
                    trail._booked_as[one.appointment_id] = one.to_appointment_id
                else:
                    trail._notes.setdefault(one.appointment_id, []).append(one.session_id)
            ahead = {one.to_appointment_id for one in left} - trail.appointment_ids
            trail.appointment_ids |= ahead
        return trail

    @property
    def left(self) -> set[UUID]:
        """Appointments that a note was moved away from: a version that is named there may be that note's."""
        return set(self._notes)

    def place(self, appointment_id: UUID) -> UUID:
        """Return the appointment that this one is booked as now."""
        while appointment_id in self._booked_as:
            appointment_id = self._booked_as[appointment_id]
        return appointment_id

    def notes_of(self, appointment_id: UUID) -> list[UUID]:
        """Return the notes that were moved away from it, the latest at the end."""
        return self._notes.get(self.place(appointment_id), [])
