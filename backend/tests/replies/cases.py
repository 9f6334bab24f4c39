"""What replies tell the guards."""

from datetime import timedelta
from uuid import UUID

from pazpaz.appointments import service as appointments
from pazpaz.appointments.models import ClientResponse
from pazpaz.core.base import clock
from pazpaz.core.base.ids import new_id
from pazpaz.replies import jobs
from pazpaz.replies.delivery import deliver
from tests.support.case import Case, Shelf, Step

CASES: tuple[Case, ...] = ()


async def _told(shelf: Shelf) -> dict[str, str]:
    """The client cannot come, and the therapist is told."""
    practice, resources = shelf.practice, shelf.app.state.resources
    start = clock.now() + timedelta(days=30)
    times = {
        "scheduled_start": start.isoformat(),
        "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
    }
    booked = await practice.make_appointment(shelf.ids["client"], **times)
    async with resources.acting_in(practice.workspace_id) as db:
        await appointments.answered(db, UUID(booked["id"]), ClientResponse.DECLINED)
    await jobs.sweep(resources)
    await deliver(resources, new_id())
    return {"reply": booked["id"]}


STEPS = (Step("reply", _told, "client", waits=True),)
