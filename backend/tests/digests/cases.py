"""What digests tell the guards."""

from datetime import timedelta

import asyncpg

from tests.accounts.cases import referee_url
from tests.digests.evening import outcomes, run, settle_at_noon, tomorrow, wish
from tests.support.case import CLINICIANS, Case, Event, Shelf, Step

CASES = (
    Case("GET /reminders/digest", CLINICIANS, (Event("digest_preference.read", "user"),)),
    Case(
        "PUT /reminders/digest", CLINICIANS, (Event("digest_preference.update", "user"),),
        body={"send_time": "19:30"}, statements=3,  # the member's is held, and looked at
    ),
)  # fmt: skip


async def _digest(shelf: Shelf) -> dict[str, str]:
    """The therapist is told of tomorrow."""
    practice, referee = shelf.practice, await asyncpg.connect(referee_url(shelf.app))
    await settle_at_noon(practice)
    start = tomorrow(await wish(practice, referee))
    times = {
        "scheduled_start": start.isoformat(),
        "scheduled_end": (start + timedelta(minutes=50)).isoformat(),
    }
    await practice.make_appointment(shelf.ids["client"], **times)
    await run(shelf.app.state.resources)
    assert [status for status, _ in await outcomes(practice, referee)] == ["sent"]
    await referee.close()
    return {"digest": "sent"}


STEPS = (Step("digest", _digest, "client", waits=True),)
